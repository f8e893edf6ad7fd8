// @ts-check
// Layer by layer back: how many neurons of each should rise or fall, how long the gradient of the weights into it is,
// and for the first layer where the weights of one neuron should go, as a picture.

import { inputName, neuronName } from "../../core/neuron.js";
import { count, significant } from "../../core/numbers.js";
import { should } from "./one_output.js";
import { barPicture, slopePicture } from "../shared/bars.js";
import { attributes, clear, h, setText } from "../shared/dom.js";
import { largestFew, lengthOf, steepestInto, steepestOf } from "../../core/mini_batch.js";

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
    h("span", { class: "positive" }, "Blue (+)"),
    ": should rise, the cost falls as it rises. ",
    h("span", { class: "negative" }, "Red (−)"),
    ": should fall. Click, or use the arrow keys, to choose the neuron or the weight that is followed down.",
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
      setText(
        said,
        "The gradient of a neuron is a sum over the neurons of the next layer: weight × dC/dz of each. So it is " +
          "computed layer by layer, from the outputs back to the pixels.",
      );
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
      const name = (/** @type {number} */ j) => (last ? `output ${network.classes[j]}` : `neuron ${j}`);
      setText(heading, last ? `The ${count(through.length)} outputs` : `Layer ${layer}`);
      setText(
        asks,
        `${count(up)} should rise, ${count(down)} should ` +
          `fall${up + down < through.length ? `, ${count(through.length - up - down)} do not matter` : ""}.`,
      );
      setText(caption, `How each should change (−${what})`);
      const shown = largestFew(asked);
      const chosen = weight.layer === layer ? weight.neuron : null;
      bars.update({
        label: `How each neuron of layer ${layer} should change`,
        values: asked.map((one) => -one),
        shown,
        chosen,
        says: (j) => `${name(j)} ${should(asked[j])}, ${what} = ${significant(asked[j])}`,
      });
      const slope = weights[steepest.neuron * before + steepest.source];
      setText(
        slopes,
        size
          ? `The gradient of its ${count(weights.length)} weights has the length ${significant(size)}. The largest ` +
              `component, dC/dw = ${significant(slope)}, is that of the weight`
          : "All gradients of its weights are 0.",
      );
      attributes(take, { hidden: !size });
      setText(
        take,
        `from ${inputName(network, layer, steepest.source).replace(/ of layer.*/, "")} to ` +
          `${name(steepest.neuron)}`,
      );
      if (!picture) return;
      neuron = chosen ?? steepest.neuron;
      const own = weights.subarray(neuron * before, (neuron + 1) * before);
      setText(
        pictured,
        `How the weights of ${neuronName(network, 1, neuron).replace("N", "n")} should change. Black: no ink ` +
          "there, so no gradient. Full colour: |dC/dw| = " +
          `${significant(Math.max(...Array.from(own, Math.abs)))}.`,
      );
      picture.update(
        {
          label: `Slopes of the weights of neuron ${neuron}`,
          values: own.map((one) => -one),
          shown: Array.from(own.keys()),
          chosen: weight.layer === 1 && weight.neuron === neuron ? weight.source : null,
          says: (k) => `weight from ${inputName(network, 1, k)} ${should(own[k])}, dC/dw = ${significant(own[k])}`,
        },
        network.shape,
      );
    },
  };
}
