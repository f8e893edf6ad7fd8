// @ts-check
// What there is to learn from one example, or from a mini-batch, averaged: the one thing that all parts of Learn show.
//
// Knows no page. For a mini-batch every number is the mean over its pictures; for one example it is that example's own.

import { backPropagate, costOf, mean, moved, oneHot, promised, steepest } from "./backward.js";
import { ACTIVATIONS, forward } from "./network.js";

/** @typedef {import("./network.js").Network} Network */
/** @typedef {import("./backward.js").Gradient} Gradient */
/** @typedef {import("./backward.js").Steps} Steps */
/** @typedef {{image: Float64Array, target: number}} Example   what the network saw, and what it should have said */
/**
 * @typedef {Object} MiniBatch
 * @property {Network} network
 * @property {Steps[]} steps          each example's own way through back-propagation
 * @property {number} cost
 * @property {Float64Array} terms     (10,) what each output adds to the cost
 * @property {Float64Array[]} a       what the neurons of each layer hold; a[0] is the picture
 * @property {Float64Array} targets   (10,) what the outputs should hold
 * @property {Gradient} gradient
 * @property {Float64Array[]} dC_dz   layer by layer, as in backward.js
 * @property {(Float64Array | null)[]} dC_da
 */
/** @typedef {{layer: number, neuron: number, source: number}} Weight   layer 1 leads into the first hidden layer */

const MOST_BARS = 32;

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
    return { network, steps, cost, terms: costTerms(one), a: trace.a, targets, gradient, dC_dz, dC_da };
  }
  const gradient = mean(steps.map((each) => each.gradient));
  return {
    network,
    steps,
    cost: steps.reduce((sum, { cost }) => sum + cost, 0) / steps.length,
    terms: average(steps.map(costTerms)),
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
 * Which cost it is, with its output layer.
 * @param {Network} network
 * @returns {"quadratic" | "ten questions" | "one choice"}
 */
export function costKind({ cost, activations }) {
  if (cost === "quadratic") return "quadratic";
  return ACTIVATIONS[activations[activations.length - 1]].wholeLayer ? "one choice" : "ten questions";
}

/** What each output adds to the cost, (10,). @param {Steps} steps @returns {Float64Array} */
function costTerms({ network, trace, targets, cost }) {
  const [a, z] = [trace.a[trace.a.length - 1], trace.z[trace.z.length - 1]];
  const kind = costKind(network);
  if (kind === "quadratic") return a.map((held, j) => (held - targets[j]) ** 2);
  if (kind === "one choice") return targets.map((y) => (y ? cost : 0));
  // as in costs.js
  return z.map((one, j) => Math.max(one, 0) - one * targets[j] + Math.log1p(Math.exp(-Math.abs(one))));
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

/** The output of which most is asked. @param {MiniBatch} batch @returns {number} */
export function mostAsked({ dC_dz }) {
  const last = dC_dz[dC_dz.length - 1];
  return last.reduce((best, one, j) => (Math.abs(one) > Math.abs(last[best]) ? j : best), 0);
}

/**
 * Which of the values are shown, in their order: all, or the largest few.
 * @param {ArrayLike<number>} values
 * @param {number} [most]
 * @returns {number[]}
 */
export function largestFew(values, most = MOST_BARS) {
  const order = Array.from(values, (_, k) => k);
  if (order.length <= most) return order;
  return order
    .sort((j, k) => Math.abs(values[k]) - Math.abs(values[j]))
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
