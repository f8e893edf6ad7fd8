// @ts-check
// Numbers of the page as tab-separated text, to the last digit, for a spreadsheet.

import { weightChain } from "./backward.js";
import { stepFrom } from "./mini_batch.js";
import { neuronName } from "./neuron.js";
import { placeOf } from "./shape.js";

/** @typedef {import("./network.js").Network} Network */
/** @typedef {import("./network.js").Trace} Trace */
/** @typedef {import("./mini_batch.js").MiniBatch} MiniBatch */
/** @typedef {import("./mini_batch.js").Weight} Weight */
/** @typedef {(string | number | null | undefined)[]} Row */

/** @param {Row[]} rows @returns {string} */
const tabSeparated = (rows) => `${rows.map((row) => row.map((cell) => cell ?? "").join("\t")).join("\n")}\n`;

/** Every neuron's bias, z and activation. @param {Network} network @param {Trace} trace @returns {string} */
export function neuronTable(network, trace) {
  const last = network.layers.length - 1;
  const rows = network.layers.flatMap(({ biases, n }, l) =>
    Array.from({ length: n }, (_, j) => [
      l + 1,
      j,
      l === last ? network.classes[j] : "",
      biases[j],
      trace.z[l][j],
      trace.a[l + 1][j],
    ]),
  );
  return tabSeparated([["layer", "neuron", "class", "bias", "z", "activation"], ...rows]);
}

/** The pixels of an image, one row a line. @param {Float64Array} image @param {number} columns @returns {string} */
export function imageTable(image, columns) {
  const rows = Array.from({ length: image.length / columns }, (_, row) =>
    Array.from(image.subarray(row * columns, (row + 1) * columns)),
  );
  return tabSeparated(rows);
}

/**
 * One neuron's inputs, weights and products, its bias, z and activation.
 * @param {{network: Network, layer: number, neuron: number, inputs: Float64Array, weights: Float64Array,
 *   products: Float64Array, z: number, a: number}} focus
 * @returns {string}
 */
export function sumTable({ network, layer, neuron, inputs, weights, products, z, a }) {
  const first = layer === 1;
  const place = (/** @type {number} */ k) => (first ? Object.values(placeOf(network.shape, k)) : [k]);
  const none = first ? ["", "", ""] : ["", ""];
  return tabSeparated([
    [neuronName(network, layer, neuron), `network ${network.name}`],
    [...(first ? ["row", "column"] : ["neuron"]), "input", "weight", "product"],
    ...Array.from(inputs, (input, k) => [...place(k), input, weights[k], products[k]]),
    ["bias", ...none, network.layers[layer - 1].biases[neuron]],
    ["z", ...none, z],
    [`a = ${network.activations[layer - 1]}(z)`, ...none, a],
  ]);
}

/**
 * Back-propagation of the examples shown, the chosen weight, and the step.
 * @param {MiniBatch} batch
 * @param {Weight} weight
 * @param {number} learningRate
 * @returns {string}
 */
export function learningTable(batch, weight, learningRate) {
  const { network, steps, cost, terms, a, targets, gradient, dC_dz, dC_da } = batch;
  const { layer, neuron, source } = weight;
  const { weights, before } = network.layers[layer - 1];
  const at = neuron * before + source;
  const last = network.layers.length;
  const slopes = steps.length === 1 ? steps[0].outputGradients.map(({ slope }) => slope) : [];
  const { promised, fell, cost: after } = stepFrom(batch, learningRate);
  const lines = /** @type {Row[]} */ ([
    ["network", network.name],
    ["pictures", steps.length],
    ["told", ...steps.map(({ target }) => network.classes[target])],
    ["cost", cost],
    [],
    ["output", "is (a)", "should be (y)", "adds to the cost", "dC/da", "slope", "dC/dz"],
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
    ["layer", "neuron", "a", "dC/da", "dC/dz"],
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
  return tabSeparated(lines);
}
