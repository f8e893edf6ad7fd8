// @ts-check
// Back-propagation of a mini-batch: all that the parts of Learn show. Every number is the mean over the examples; a
// mini-batch of one example has that example's own.

import { backPropagate, mean, moved, promised, steepest } from "./backward.js";
import { costOf, costTerms, oneHot } from "./costs.js";
import { forward } from "./network.js";

/** @typedef {import("./network.js").Network} Network */
/** @typedef {import("./backward.js").Gradient} Gradient */
/** @typedef {import("./backward.js").Steps} Steps */
/** @typedef {{image: Float64Array, target: number}} Example   what the network saw, and what it should have said */
/**
 * @typedef {Object} MiniBatch
 * @property {Network} network
 * @property {Steps[]} steps          each example's own way through back-propagation
 * @property {number} cost
 * @property {Float64Array} terms     (classes,) what each output adds to the cost
 * @property {Float64Array[]} a       what the neurons of each layer hold; a[0] is the picture
 * @property {Float64Array} targets   (classes,) what the outputs should hold
 * @property {Gradient} gradient
 * @property {Float64Array[]} dC_dz   layer by layer, as in backward.js
 * @property {(Float64Array | null)[]} dC_da
 */
/** @typedef {{layer: number, neuron: number, source: number}} Weight   layer 1 leads into the first hidden layer */

const MOST_BARS = 32;
const FEW = 6; // classes of a mini-batch that are shown whatever they cost

/**
 * @param {Network} network
 * @param {Example[]} examples   at least one
 * @returns {MiniBatch}
 */
export function miniBatchOf(network, examples) {
  const steps = examples.map(({ image, target }) => backPropagate(network, image, target));
  const [one] = steps;
  if (steps.length === 1) {
    const { cost, trace, targets, gradient, dC_dz, dC_da } = one;
    return {
      network,
      steps,
      cost,
      terms: costTerms(network, trace, targets),
      a: trace.a,
      targets,
      gradient,
      dC_dz,
      dC_da,
    };
  }
  const gradient = mean(steps.map((each) => each.gradient));
  return {
    network,
    steps,
    cost: steps.reduce((sum, { cost }) => sum + cost, 0) / steps.length,
    terms: average(steps.map(({ trace, targets }) => costTerms(network, trace, targets))),
    a: one.trace.a.map((_, l) => average(steps.map(({ trace }) => trace.a[l]))),
    targets: average(steps.map(({ targets }) => targets)),
    gradient,
    dC_dz: gradient.map(({ biases }) => biases),
    dC_da: one.dC_da.map(
      (asked, l) => asked && average(steps.map(({ dC_da }) => /** @type {Float64Array} */ (dC_da[l]))),
    ),
  };
}

/** @param {Float64Array[]} vectors @returns {Float64Array} */
function average(vectors) {
  return vectors[0].map((_, k) => vectors.reduce((sum, one) => sum + one[k], 0) / vectors.length);
}

/**
 * One step downhill: how much the cost was promised to fall, how much it falls, and the network after it.
 * @param {MiniBatch} batch
 * @param {number} learningRate
 * @returns {{promised: number, fell: number, cost: number, network: Network}}
 */
export function stepFrom({ network, steps, cost, gradient }, learningRate) {
  const next = moved(network, gradient, learningRate);
  const outputs = network.sizes[network.sizes.length - 1];
  const after =
    steps.reduce((sum, { image, target }) => sum + costOf(next, forward(next, image), oneHot(target, outputs)), 0) /
    steps.length;
  return { promised: promised(gradient, learningRate), fell: cost - after, cost: after, network: next };
}

/** The steepest weight into a layer. @param {MiniBatch} batch @param {number} layer @returns {Weight} */
export function steepestOf(batch, layer) {
  return { layer, ...steepest(/** @type {Steps} */ (/** @type {unknown} */ (batch)), layer) };
}

/**
 * The steepest weight into one neuron.
 * @param {MiniBatch} batch
 * @param {number} layer
 * @param {number} neuron
 * @returns {Weight}
 */
export function steepestInto({ gradient }, layer, neuron) {
  const { weights, biases } = gradient[layer - 1];
  const before = weights.length / biases.length;
  const own = weights.subarray(neuron * before, (neuron + 1) * before);
  return { layer, neuron, source: own.reduce((best, one, k) => (Math.abs(one) > Math.abs(own[best]) ? k : best), 0) };
}

/**
 * The weight that was chosen; before one is, the steepest of the first layer.
 * @param {MiniBatch} batch
 * @param {{layer: number, neuron: number, source: number | null}} chosen
 * @returns {Weight}
 */
export function chosenWeight(batch, { layer, neuron, source }) {
  return source === null ? steepestOf(batch, 1) : { layer, neuron, source };
}

/** The output with the largest gradient dC/dz. @param {MiniBatch} batch @returns {number} */
export function steepestOutput({ dC_dz }) {
  const last = dC_dz[dC_dz.length - 1];
  return last.reduce((best, one, j) => (Math.abs(one) > Math.abs(last[best]) ? j : best), 0);
}

/**
 * The classes that the examples should have been read as; of many, the first few.
 * @param {MiniBatch} batch
 * @returns {number[]}
 */
export const targetsOf = ({ steps }) => [...new Set(steps.map(({ target }) => target))].slice(0, FEW);

/**
 * Which of the values are shown, in their order: all, or the largest few; among them always those that must be seen.
 * @param {ArrayLike<number>} values
 * @param {number} [most]
 * @param {number[]} [wanted]   places that must be seen
 * @returns {number[]}
 */
export function largestFew(values, most = MOST_BARS, wanted = []) {
  const order = Array.from(values, (_, k) => k);
  if (order.length <= most) return order;
  const size = (/** @type {number} */ k) => (wanted.includes(k) ? Infinity : Math.abs(values[k]));
  return order
    .sort((j, k) => size(k) - size(j) || j - k)
    .slice(0, most)
    .sort((j, k) => j - k);
}

/**
 * How many decimals show four digits of the largest value; as the command line does.
 * @param {number[]} values
 * @returns {number}
 */
export function decimalsFor(values) {
  const largest = Math.max(0, ...values.map(Math.abs));
  return largest ? Math.min(15, Math.max(4, 3 - Math.floor(Math.log10(largest)))) : 4;
}

/** The length of a layer's gradient: all slopes of its weights together. @param {Float64Array} weights */
export function lengthOf(weights) {
  return Math.sqrt(weights.reduce((sum, one) => sum + one ** 2, 0));
}
