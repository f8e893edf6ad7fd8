// @ts-check
// Layer by layer back: how many neurons of each should rise or fall, how long the gradient of the weights into it is,
// and for the first layer where the weights of one neuron should go, as a picture.

import { inputName, neuronName } from "../../core/neuron.js";
import { count, significant } from "../../core/numbers.js";
import { should } from "./one_output.js";
import { barPicture, slopePicture } from "../shared/bars.js";
import { attributes, clear, h, setText, woven } from "../shared/dom.js";
import { largestFew, lengthOf, steepestInto, steepestOf } from "../../core/mini_batch.js";
import { within } from "../../texts/language.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../core/mini_batch.js").MiniBatch} MiniBatch */
/** @typedef {import("../../core/mini_batch.js").Weight} Weight */

/** @param {App} app @returns {{element: HTMLElement, update: (batch: MiniBatch, weight: Weight) => void}} */
export function layerGradientsView(app) {
  const said = h("p");
  const layers = h("div", { class: "layers-back" });
  const legend = h(
    "p",
    { class: "dim" },
    ...woven(phrase("learn.layerGradients.blueShouldRiseTheCost"), {
      blue: h("span", { class: "positive" }, phrase("learn.layerGradients.blue")),
      red: h("span", { class: "negative" }, phrase("learn.layerGradients.red")),
    }),
  );
  const element = h("div", {}, said, layers, legend);
  /** @type {ReturnType<typeof layerBlock>[]} */
  let blocks = [];
  return {
    element,
    update(batch, weight) {
      const depth = batch.network.layers.length;
      if (blocks.length !== depth) {
        blocks = batch.network.layers.map((_, l) => layerBlock(app, l + 1));
        clear(layers, ...blocks.map((block) => block.element).reverse());
      }
      setText(said, phrase("learn.layerGradients.theGradientOfANeuron"));
      for (const block of blocks) block.update(batch, weight);
    },
  };
}

/** One layer. @param {App} app @param {number} layer */
function layerBlock(app, layer) {
  /** @type {MiniBatch | null} */
  let latest = null;
  /** @type {Weight} */
  let steepest = { layer, neuron: 0, source: 0 };
  let neuron = 0;
  const heading = h("h4");
  const asks = h("p");
  const bars = barPicture({ signed: true, choose: (j) => latest && app.set(steepestInto(latest, layer, j)) });
  const caption = h("p", { class: "dim" });
  const slopes = h("p");
  const take = h("button", { class: "small", onclick: () => app.set(steepest) });
  const picture = layer === 1 ? slopePicture((source) => app.set({ layer, neuron, source })) : null;
  const pictured = h("figcaption");
  const element = h(
    "section",
    { class: `layer-back${picture ? " first" : ""}` },
    h("div", {}, heading, asks, caption, bars.element, slopes, take),
    picture && h("figure", {}, picture.element, pictured),
  );
  return {
    element,
    /** @param {MiniBatch} batch @param {Weight} weight */
    update(batch, weight) {
      latest = batch;
      const { network, gradient, dC_dz, dC_da } = batch;
      const last = layer === network.layers.length;
      const through = dC_dz[layer - 1];
      const [up, down] = [through.filter((d) => d < 0).length, through.filter((d) => d > 0).length];
      const asked = dC_da[layer - 1] ?? through;
      const what = dC_da[layer - 1] ? "dC/da" : "dC/dz";
      const { weights } = gradient[layer - 1];
      const size = lengthOf(weights);
      steepest = steepestOf(batch, layer);
      const { before } = network.layers[layer - 1];
      const name = (/** @type {number} */ j) =>
        last
          ? phrase("learn.layerGradients.output", { name: network.classes[j] })
          : phrase("learn.layerGradients.neuron", { j });
      setText(
        heading,
        last
          ? phrase("learn.layerGradients.theOutputs", { n: count(through.length) })
          : phrase("learn.layerGradients.layer", { layer }),
      );
      setText(
        asks,
        up + down < through.length
          ? phrase("learn.layerGradients.shouldRiseShouldFallDo", {
              up: count(up),
              down: count(down),
              n: count(through.length - up - down),
            })
          : phrase("learn.layerGradients.shouldRiseShouldFall", { up: count(up), down: count(down) }),
      );
      setText(caption, phrase("learn.layerGradients.howEachShouldChange", { what }));
      const shown = largestFew(asked);
      const chosen = weight.layer === layer ? weight.neuron : null;
      bars.update({
        label: phrase("learn.layerGradients.howEachNeuronOfLayer", { layer }),
        values: asked.map((one) => -one),
        shown,
        chosen,
        says: (j) =>
          phrase("learn.layerGradients.says", {
            name: name(j),
            should: should(asked[j]),
            what,
            slope: significant(asked[j]),
          }),
      });
      const slope = weights[steepest.neuron * before + steepest.source];
      setText(
        slopes,
        size
          ? phrase("learn.layerGradients.theGradientOfItsWeights", {
              n: count(weights.length),
              size: significant(size),
              slope: significant(slope),
            })
          : phrase("learn.layerGradients.allGradientsOfItsWeights"),
      );
      attributes(take, { hidden: !size });
      setText(
        take,
        phrase("learn.layerGradients.fromTo", {
          first:
            layer === 1
              ? inputName(network, layer, steepest.source)
              : phrase("learn.layerGradients.neuron2", { source: steepest.source }),
          name: name(steepest.neuron),
        }),
      );
      if (!picture) return;
      neuron = chosen ?? steepest.neuron;
      const own = weights.subarray(neuron * before, (neuron + 1) * before);
      setText(
        pictured,
        phrase("learn.layerGradients.howTheWeightsOfShould", {
          what: within(neuronName(network, 1, neuron)),
          max: significant(Math.max(...Array.from(own, Math.abs))),
        }),
      );
      picture.update(
        {
          label: phrase("learn.layerGradients.slopesOfTheWeightsOf", { neuron }),
          values: own.map((one) => -one),
          shown: Array.from(own.keys()),
          chosen: weight.layer === 1 && weight.neuron === neuron ? weight.source : null,
          says: (k) =>
            phrase("learn.layerGradients.weightFromDcDw", {
              from: inputName(network, 1, k),
              should: should(own[k]),
              own: significant(own[k]),
            }),
        },
        network.shape,
      );
    },
  };
}
