// @ts-check
// The gradients behind one output: of its bias, of its weights, and of the neurons before it.

import { largestFew, steepestOutput } from "../../core/mini_batch.js";
import { inputName } from "../../core/neuron.js";
import { significant } from "../../core/numbers.js";
import { barPicture } from "../shared/bars.js";
import { clear, h, setText } from "../shared/dom.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../core/mini_batch.js").MiniBatch} MiniBatch */
/** @typedef {import("../../core/mini_batch.js").Weight} Weight */

/**
 * @param {App} app
 * @param {(output: number) => void} choose
 * @returns {{element: HTMLElement, update: (batch: MiniBatch, output: number, weight: Weight) => void}}
 */
export function oneOutputView(app, choose) {
  let [layer, output] = [1, 0];
  const outputs = h("select", { id: "one-output", onchange: () => choose(Number(outputs.value)) });
  const said = h("p");
  const bias = h("p");
  const take = (/** @type {number} */ k) => app.set({ layer, neuron: output, source: k });
  const activations = labelled({ signed: false });
  const ofWeights = labelled({ signed: true, choose: take });
  const weights = labelled({ signed: true });
  const ofNeurons = labelled({ signed: true, choose: take });
  const [whyWeights, whyNeurons] = [h("p"), h("p")];
  const element = h(
    "div",
    {},
    h("p", { class: "row" }, h("label", { for: outputs.id }, "Output"), outputs),
    said,
    h("h4", {}, "Its bias"),
    bias,
    h(
      "div",
      { class: "pairs" },
      h("section", {}, h("h4", {}, "Its weights"), whyWeights, ...activations.elements, ...ofWeights.elements),
      h("section", {}, h("h4", {}, "The neurons before it"), whyNeurons, ...weights.elements, ...ofNeurons.elements),
    ),
    h(
      "p",
      { class: "dim" },
      h("span", { class: "positive" }, "Blue, upwards (+)"),
      ": should rise, the cost falls as it rises. ",
      h("span", { class: "negative" }, "Red, downwards (−)"),
      ": should fall. Click a bar, or use the arrow keys, to choose that weight for the chain rule below.",
    ),
  );
  let listed = "";

  /** @param {string[]} classes @param {number} steepest */
  const list = (classes, steepest) => {
    const names = `${classes.join()} ${steepest}`;
    if (listed === names) return;
    listed = names;
    const name = (/** @type {number} */ j) => `${classes[j]}${j === steepest ? " (largest gradient)" : ""}`;
    clear(outputs, ...classes.map((_, j) => h("option", { value: j }, name(j))));
  };
  return {
    element,
    update(batch, chosenOutput, weight) {
      const { network, steps, a, gradient, dC_dz } = batch;
      [layer, output] = [network.layers.length, chosenOutput];
      const { before } = network.layers[layer - 1];
      const d = dC_dz[layer - 1][output];
      const own = network.layers[layer - 1].weights.subarray(output * before, (output + 1) * before);
      const slopes = gradient[layer - 1].weights.subarray(output * before, (output + 1) * before);
      const mean = steps.length > 1 ? " on average" : "";
      const way = d < 0 ? "rise" : "fall";
      const class_ = network.classes[output];
      list(network.classes, steepestOutput(batch));
      if (outputs.value !== String(output)) outputs.value = String(output);
      setText(
        said,
        d
          ? `Output ${class_} should ${way}: dC/dz = ${significant(d)}${mean}. Its z is the sum of weights × ` +
              "activations plus the bias, so three things can change it."
          : `Output ${class_} need not change: its dC/dz is 0.`,
      );
      setText(bias, `dC/db = dC/dz = ${significant(d)}: ${d ? `it should ${way}` : "it need not change"}.`);
      setText(
        whyWeights,
        mean
          ? "The gradient of each weight, averaged over the images."
          : "dC/dw = a × dC/dz: the more active the neuron that a weight comes from, the larger its gradient. " +
              "Where a " +
              "is 0, the weight does not matter.",
      );
      setText(
        whyNeurons,
        mean
          ? "The gradient of each activation, by the average dC/dz of this output."
          : "dC/da = weight × dC/dz. An activation cannot be set, but the weights before it can change: so the " +
              "gradient " +
              "goes back a layer.",
      );
      const name = (/** @type {number} */ k) => inputName(network, layer, k);
      const chosen = weight.layer === layer && weight.neuron === output ? weight.source : null;
      const [forWeights, forNeurons] = [largestFew(slopes), largestFew(own)];
      const those = layer === 1 ? "pixels" : "neurons";
      activations.update(layer === 1 ? `The pixels${mean}` : `Activations of the neurons before it${mean}`, {
        values: a[layer - 1],
        shown: forWeights,
        chosen,
        says: (k) => `${name(k)} is at ${significant(a[layer - 1][k])}`,
      });
      ofWeights.update("How the weights should change (−dC/dw)", {
        values: slopes.map((one) => -one),
        shown: forWeights,
        chosen,
        says: (k) => `weight from ${name(k)} ${should(slopes[k])}, dC/dw = ${significant(slopes[k])}`,
      });
      weights.update("The weights", {
        values: own,
        shown: forNeurons,
        chosen,
        says: (k) => `weight from ${name(k)} is ${significant(own[k])}`,
      });
      ofNeurons.update(`How the ${those} should change (−weight × dC/dz)`, {
        values: own.map((one) => -one * d),
        shown: forNeurons,
        chosen,
        says: (k) => `${name(k)} ${should(own[k] * d)}, weight × dC/dz = ${significant(own[k] * d)}`,
      });
    },
  };
}

/** Bars under what they are. @param {Parameters<typeof barPicture>[0]} how */
function labelled(how) {
  const bars = barPicture(how);
  const caption = h("p", { class: "dim" });
  return {
    elements: [caption, bars.element],
    /** @param {string} label @param {Omit<import("../shared/bars.js").Shown, "label">} shown */
    update(label, shown) {
      setText(caption, label);
      bars.update({ label, ...shown });
    },
  };
}

/** What should happen to what has this slope, in words. @param {number} slope */
export function should(slope) {
  return slope ? `should ${slope < 0 ? "rise" : "fall"}` : "does not matter";
}
