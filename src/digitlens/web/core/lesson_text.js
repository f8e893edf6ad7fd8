// @ts-check
// The numbers of a lesson as tab-separated text, to the last digit, for a spreadsheet.

import { weightChain } from "./backward.js";
import { stepFrom } from "./lesson.js";

/** @typedef {import("./lesson.js").Lesson} Lesson */
/** @typedef {import("./lesson.js").Weight} Weight */

/**
 * @param {Lesson} lesson
 * @param {Weight} weight
 * @param {number} learningRate
 * @returns {string}
 */
export function numbersOf(lesson, weight, learningRate) {
  const { network, steps, cost, terms, a, targets, gradient, dC_dz, dC_da } = lesson;
  const { layer, neuron, source } = weight;
  const { weights, before } = network.layers[layer - 1];
  const at = neuron * before + source;
  const last = network.layers.length;
  const slopes = steps.length === 1 ? steps[0].wishes.map(({ slope }) => slope) : [];
  const { promised, fell, cost: after } = stepFrom(lesson, learningRate);
  const lines = /** @type {(string | number | null | undefined)[][]} */ ([
    ["network", network.name],
    ["pictures", steps.length],
    ["told", ...steps.map(({ target }) => network.classes[target])],
    ["cost", cost],
    [],
    ["output", "holds", "should", "adds to the cost", "dC/da", "slope", "dC/dz"],
    ...Array.from(terms, (term, j) => [
      network.classes[j],
      a[last][j],
      targets[j],
      term,
      dC_da[last - 1]?.[j],
      slopes[j],
      dC_dz[last - 1][j],
    ]),
    [],
    ["layer", "neuron", "holds", "dC/da", "dC/dz"],
    ...dC_dz.flatMap((each, l) => Array.from(each, (d, j) => [l + 1, j, a[l + 1][j], dC_da[l]?.[j], d])),
    [],
    ["weight into layer", layer, "neuron", neuron, "from", source],
    ["w", weights[at]],
    ["dC/dw", gradient[layer - 1].weights[at]],
  ]);
  if (steps.length === 1) {
    const chain = weightChain(steps[0], layer, neuron, source);
    lines.push(["a", chain.input], ["slope", chain.slope], ["dC/da", chain.dC_da]);
    if (chain.asked.length)
      lines.push(
        ["asked by neuron", "weight", "dC/dz", "product"],
        ...chain.asked.map((one) => [one.neuron, one.weight, one.dC_dz, one.product]),
      );
  } else {
    lines.push(
      ["picture", "a", "dC/dz", "a × dC/dz"],
      ...steps.map((one, i) => {
        const { input, dC_dz: d, dC_dw } = weightChain(one, layer, neuron, source);
        return [i + 1, input, d, dC_dw];
      }),
    );
  }
  lines.push(
    [],
    ["learning rate", learningRate],
    ["promised", promised],
    ["fell", fell],
    ["cost after the step", after],
  );
  return `${lines.map((line) => line.map((one) => one ?? "").join("\t")).join("\n")}\n`;
}
