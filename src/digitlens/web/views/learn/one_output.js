// @ts-check
// What one output asks of what leads to it: its bias, its weights, and the neurons before it.

import { inputName } from "../../core/neuron.js";
import { significant } from "../../core/numbers.js";
import { barPicture } from "../shared/bars.js";
import { clear, h, setText } from "../shared/dom.js";
import { largestFew, mostAsked } from "../../core/mini_batch.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../core/mini_batch.js").MiniBatch} MiniBatch */
/** @typedef {import("../../core/mini_batch.js").Weight} Weight */

/**
 * @param {App} app
 * @param {(output: number) => void} choose
 * @returns {{element: HTMLElement, update: (batch: MiniBatch, asking: number, weight: Weight) => void}}
 */
export function oneOutputView(app, choose) {
  let [layer, output] = [1, 0];
  const outputs = h("select", { id: "asking-output", onchange: () => choose(Number(outputs.value)) });
  const said = h("p");
  const bias = h("p");
  const take = (/** @type {number} */ k) => app.set({ layer, neuron: output, source: k });
  const [held, ofWeights, weights, ofNeurons] = [
    barPicture({ signed: false }),
    barPicture({ signed: true, choose: take }),
    barPicture({ signed: true }),
    barPicture({ signed: true, choose: take }),
  ];
  const captions = Array.from({ length: 4 }, () => h("p", { class: "dim" }));
  const why = [h("p"), h("p")];
  const element = h(
    "div",
    {},
    h("p", { class: "row" }, h("label", { for: "asking-output" }, "Output"), outputs),
    said,
    h("h4", {}, "Its bias"),
    bias,
    h(
      "div",
      { class: "pairs" },
      h("section", {}, h("h4", {}, "Its weights"), why[0], captions[0], held.element, captions[1], ofWeights.element),
      h(
        "section",
        {},
        h("h4", {}, "The neurons before it"),
        why[1],
        captions[2],
        weights.element,
        captions[3],
        ofNeurons.element,
      ),
    ),
    h(
      "p",
      { class: "dim" },
      h("span", { class: "positive" }, "Blue, upwards (+)"),
      ": should rise, the cost falls as it rises. ",
      h("span", { class: "negative" }, "Red, downwards (−)"),
      ": should fall. Click a bar, or use the arrow keys, to take that weight with you, down to its chain of slopes.",
    ),
  );
  let listed = "";

  return {
    element,
    update({ network, steps, a, gradient, dC_dz }, asking, weight) {
      [layer, output] = [network.layers.length, asking];
      const { before, n } = network.layers[layer - 1];
      const d = dC_dz[layer - 1][asking];
      const own = network.layers[layer - 1].weights.subarray(asking * before, (asking + 1) * before);
      const slopes = gradient[layer - 1].weights.subarray(asking * before, (asking + 1) * before);
      const many = steps.length > 1;
      const most = mostAsked(/** @type {MiniBatch} */ ({ dC_dz }));
      const names = `${network.classes.join()} ${most}`;
      if (listed !== names) {
        listed = names;
        clear(
          outputs,
          ...Array.from({ length: n }, (_, j) =>
            h("option", { value: j }, `${network.classes[j]}${j === most ? " (asked most)" : ""}`),
          ),
        );
      }
      if (outputs.value !== String(asking)) outputs.value = String(asking);
      const way = d < 0 ? "rise" : "fall";
      setText(
        said,
        d
          ? `Output ${network.classes[asking]} should ${way}: dC/dz = ` +
              `${significant(d)}${many ? " on average" : ""}. Its z is weights × what the neurons before it hold, ` +
              "plus its bias; so there are three ways to help."
          : `Nothing is asked of output ${network.classes[asking]}: its dC/dz is 0.`,
      );
      setText(
        bias,
        `The bias goes straight into z, so dC/db = dC/dz = ${significant(d)}: ` +
          `${d ? `it should ${way}` : "nothing is asked of it"}.`,
      );
      setText(
        why[0],
        many
          ? "What is asked of each weight, averaged over the pictures: some pull it up, others down."
          : "Neurons that are bright now have the most say in this output’s weights: dC/dw = a × dC/dz. Where " +
              "nothing comes in, the weight does not matter.",
      );
      setText(
        why[1],
        many
          ? "What this output asks, by its average dC/dz."
          : "Each is asked in proportion to its weight: weight × dC/dz. A neuron cannot be turned by hand; but " +
              "its own weights can, and so the wish goes back a layer.",
      );
      const texts = [
        `What ${layer === 1 ? "the pixels" : "they"} hold${many ? " on average" : ""}`,
        "What is asked of the weights",
        "The weights as they are",
        `What is asked of ${layer === 1 ? "the pixels" : "the neurons"}`,
      ];
      for (const [i, text] of texts.entries()) setText(captions[i], text);
      const name = (/** @type {number} */ k) => inputName(network, layer, k);
      const chosen = weight.layer === layer && weight.neuron === asking ? weight.source : null;
      const forWeights = largestFew(slopes);
      const forNeurons = largestFew(own);
      held.update({
        label: texts[0],
        values: a[layer - 1],
        shown: forWeights,
        chosen,
        says: (k) => `${name(k)} holds ${significant(a[layer - 1][k])}`,
      });
      ofWeights.update({
        label: texts[1],
        values: slopes.map((one) => -one),
        shown: forWeights,
        chosen,
        says: (k) => `weight from ${name(k)} ${should(slopes[k])}, dC/dw = ${significant(slopes[k])}`,
      });
      weights.update({
        label: texts[2],
        values: own,
        shown: forNeurons,
        chosen,
        says: (k) => `weight from ${name(k)} is ${significant(own[k])}`,
      });
      ofNeurons.update({
        label: texts[3],
        values: own.map((one) => -one * d),
        shown: forNeurons,
        chosen,
        says: (k) => `${name(k)} ${should(own[k] * d)}, weight × dC/dz = ${significant(own[k] * d)}`,
      });
    },
  };
}

/** What a slope asks, in words. @param {number} slope */
export function should(slope) {
  return slope ? `should ${slope < 0 ? "rise" : "fall"}` : "does not matter";
}
