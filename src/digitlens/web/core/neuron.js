// @ts-check
// One neuron's weighted sum, term by term, in numbers that add up.
//
//     z = w_0 a_0 + w_1 a_1 + ... + bias,   a' = σ(z)
//
// The rule for every face that prints such a sum: z is printed rounded to d decimals, and so is every row. "The other N
// add up to" is the printed z minus the printed rows, so that what stands on the page adds up exactly; it lies within
// half a unit of the last place, for each row and for z, of its true value. The twin of lens/neuron.py.

import { digits, units } from "./numbers.js";
import { placeOf } from "./shape.js";
import { phrase } from "../texts/first.js";

/** @typedef {import("./network.js").Network} Network */
/** @typedef {import("./network.js").Trace} Trace */
/**
 * @typedef {Object} Term       one input
 * @property {number} source    the neuron of the layer before; for the first layer the pixel, see shape.js
 * @property {number} input     its activation
 * @property {number} weight
 * @property {number} product   input · weight
 */
/**
 * @typedef {Object} NeuronSum   a neuron taken apart
 * @property {number} layer      1 for the first hidden layer
 * @property {number} neuron
 * @property {Term[]} terms      the largest products, the largest first
 * @property {number} others     how many inputs are not among them
 * @property {number} silent     how many of these others hold exactly 0, and so add nothing
 * @property {number} rest       what the others add up to
 * @property {number} bias
 * @property {number} z
 * @property {number} activation
 * @property {string} function   the name of σ
 */
/** @typedef {{products: string[], rest: string, bias: string, z: string}} PrintedSum   as text, each with its sign */

const DECIMALS = 15; // more say nothing: a float holds about that many digits

/**
 * The numbers of a sum as they are to be printed: products + rest + bias = z, exactly as printed.
 * @param {NeuronSum} sum
 * @param {number} [decimals]   1 to 15
 * @returns {PrintedSum}
 */
export function printed(sum, decimals = 3) {
  const { rows, rest, total } = addUp([...sum.terms.map((term) => term.product), sum.bias], sum.z, decimals);
  return { products: rows.slice(0, -1), rest, bias: rows[rows.length - 1], z: total };
}

/**
 * Rows, what the others add up to, and the total as text: rows + rest = total, exactly as printed.
 * @param {number[]} rows
 * @param {number} total
 * @param {number} decimals   1 to 15
 * @returns {{rows: string[], rest: string, total: string}}
 */
export function addUp(rows, total, decimals) {
  if (!(decimals >= 1 && decimals <= DECIMALS)) throw new Error(`decimals: 1 to ${DECIMALS}, got ${decimals}`);
  const counts = rows.map((row) => units(row, decimals));
  const whole = units(total, decimals);
  const text = (/** @type {bigint} */ count) => `${count < 0n ? "-" : "+"}${digits(count, decimals)}`;
  const rest = whole - counts.reduce((a, b) => a + b, 0n);
  return { rows: counts.map(text), rest: text(rest), total: text(whole) };
}

/**
 * Take one neuron of a trace apart; `count` terms are listed, the others summed up.
 * @param {Network} network
 * @param {Trace} trace
 * @param {number} layer    1 for the first hidden layer
 * @param {number} neuron
 * @param {number} [count]
 * @returns {NeuronSum}
 */
export function neuronSum(network, trace, layer, neuron, count = 6) {
  checkNeuron(network, layer, neuron);
  if (!(count >= 0)) throw new Error(`count: 0 or more terms, got ${count}`);
  const { weights, biases, before } = network.layers[layer - 1];
  const inputs = trace.a[layer - 1];
  const own = weights.subarray(neuron * before, (neuron + 1) * before);
  const products = own.map((weight, k) => weight * inputs[k]);
  const order = Array.from(products.keys()).sort((j, k) => Math.abs(products[k]) - Math.abs(products[j]));
  // at least one is left to even out
  const listed = order.slice(0, Math.min(count, before - 1)).filter((k) => products[k] !== 0);
  const others = order.slice(listed.length);
  const bias = biases[neuron];
  return {
    layer,
    neuron,
    terms: listed.map((k) => ({ source: k, input: inputs[k], weight: own[k], product: products[k] })),
    others: others.length,
    silent: others.filter((k) => inputs[k] === 0).length,
    rest: exactSum(others.map((k) => products[k])),
    bias,
    z: exactSum([...products, bias]),
    activation: trace.a[layer][neuron],
    function: network.activations[layer - 1],
  };
}

/**
 * An error unless the network has that layer after the picture, and that neuron in it.
 * @param {Network} network
 * @param {number} layer
 * @param {number} neuron
 */
export function checkNeuron({ sizes }, layer, neuron) {
  if (!(Number.isInteger(layer) && layer >= 1 && layer < sizes.length)) {
    throw new Error(`layer: 1 to ${sizes.length - 1} in this ${sizes.join("-")} network, got ${layer}`);
  }
  if (!(Number.isInteger(neuron) && neuron >= 0 && neuron < sizes[layer])) {
    throw new Error(`neuron: 0 to ${sizes[layer] - 1} in layer ${layer}, got ${neuron}`);
  }
}

/**
 * The sum, rounded once, at the end (Shewchuk 1997), as Python's math.fsum gives it.
 * @param {number[]} values
 * @returns {number}
 */
export function exactSum(values) {
  const parts = /** @type {number[]} */ ([]); // the exact sum until now, in numbers that do not overlap, smallest first
  for (let x of values) {
    let kept = 0;
    for (let y of parts) {
      if (Math.abs(x) < Math.abs(y)) [x, y] = [y, x];
      const high = x + y;
      const low = y - (high - x); // what the sum lost by rounding
      if (low) parts[kept++] = low;
      x = high;
    }
    parts.length = kept;
    parts.push(x);
  }
  let sum = parts.pop() ?? 0;
  let low = 0;
  while (parts.length && !low) {
    const x = sum;
    const y = /** @type {number} */ (parts.pop());
    sum = x + y;
    low = y - (sum - x);
  }
  // A rest of exactly half a unit was rounded to the even number; what lies below it says where it should have gone.
  const next = parts[parts.length - 1] ?? 0;
  if ((low < 0 && next < 0) || (low > 0 && next > 0)) {
    const further = sum + 2 * low;
    if (2 * low === further - sum) sum = further;
  }
  return sum;
}

/**
 * "Neuron 3 of layer 1", "Output neuron 7".
 * @param {Network} network
 * @param {number} layer
 * @param {number} neuron
 * @returns {string}
 */
export function neuronName(network, layer, neuron) {
  const last = layer === network.layers.length;
  return last
    ? phrase("core.neuron.outputNeuron", { name: network.classes[neuron] ?? neuron })
    : phrase("core.neuron.neuronOfLayer", { neuron, layer });
}

/**
 * "row 14, column 9", "neuron 3 of layer 1".
 * @param {Pick<Network, "shape">} network
 * @param {number} layer    that the input leads into
 * @param {number} source
 * @returns {string}
 */
export function inputName({ shape }, layer, source) {
  if (layer > 1) return phrase("core.neuron.neuronOfLayer2", { source, layer: layer - 1 });
  const { row, column } = placeOf(shape, source);
  return phrase("core.neuron.rowColumn", { row, column });
}
