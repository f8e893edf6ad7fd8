// @ts-check
// How wrong the network is, as one number: each cost beside its slope.
//
// a  (classes,)   activations of the output neurons
// y  (classes,)   the targets: 1 for the right class, else 0
// C               the cost of one image; the cost of a mini-batch is their mean
//
// Slopes are taken with respect to the last layer's z, not its a: for cross-entropy that is simply a - y, where a
// product of two factors would be 0 · ∞. Values are computed from z too, so that they are right at z = ±100. The twin
// of network/costs.py.

import { ACTIVATIONS } from "./network.js";

/** @typedef {import("./network.js").Network} Network */
/** @typedef {import("./network.js").Trace} Trace */

/**
 * The costs that the page can compute, each with the range in which the outputs must lie.
 * @type {Object<string, [number, number]>}
 */
export const COSTS = { quadratic: [-Infinity, Infinity], cross_entropy: [0, 1] };

/**
 * Whether a cost can take outputs of this activation function; both are known.
 * @param {string} cost
 * @param {string} output
 * @returns {boolean}
 */
export function takes(cost, output) {
  const [lowest, highest] = ACTIVATIONS[output].range;
  return COSTS[cost][0] <= lowest && highest <= COSTS[cost][1];
}

/**
 * The targets y: 1 for the right class, else 0.
 * @param {number} target    its number
 * @param {number} classes   how many there are
 * @returns {Float64Array} (classes,)
 */
export function oneHot(target, classes) {
  return Float64Array.from({ length: classes }, (_, j) => (j === target ? 1 : 0));
}

/**
 * The cost of one image: the sum of costTerms().
 * @param {Network} network
 * @param {Trace} trace
 * @param {Float64Array} targets   y
 * @returns {number}
 */
export const costOf = (network, trace, targets) => sum(costTerms(network, trace, targets));

/**
 * What each output adds to the cost of one image.
 *
 * quadratic    (a - y)², as in the talk: no ½
 * binary       cross-entropy of sigmoid outputs, each a yes or no: -y ln a - (1 - y) ln(1 - a)
 * categorical  cross-entropy of softmax outputs, one choice among all: -y ln a
 * @param {Network} network
 * @param {Trace} trace
 * @param {Float64Array} targets   y
 * @returns {Float64Array} (classes,)
 */
export function costTerms(network, trace, targets) {
  const kind = check(network, targets);
  const z = trace.z[trace.z.length - 1];
  if (kind === "quadratic") return error(trace, targets).map((one) => one ** 2);
  if (kind === "binary")
    // -ln σ(z), without overflow
    return z.map((one, j) => Math.max(one, 0) - one * targets[j] + Math.log1p(Math.exp(-Math.abs(one))));
  const highest = Math.max(...z);
  const below = z.map((one) => one - highest);
  const others = sum(below.map(Math.exp).sort().subarray(0, -1)); // all but the largest, which is 1
  return below.map((one, j) => targets[j] * (Math.log1p(others) - one));
}

/**
 * dC/dz of the last layer.
 * @param {Network} network
 * @param {Trace} trace
 * @param {Float64Array} targets   y
 * @returns {Float64Array} (classes,)
 */
export function costSlope(network, trace, targets) {
  if (check(network, targets) !== "quadratic") return error(trace, targets);
  const [z, a] = [trace.z[trace.z.length - 1], trace.a[trace.a.length - 1]];
  const dC_da = error(trace, targets).map((one) => 2 * one);
  const output = outputOf(network);
  if (output === "softmax") {
    // each output depends on every z: da_i/dz_j = a_i ([i = j] - a_j)
    const shared = sum(dC_da.map((one, j) => one * a[j]));
    return dC_da.map((one, j) => a[j] * (one - shared));
  }
  const slope = ACTIVATIONS[output].slope(z);
  return dC_da.map((one, j) => one * slope[j]);
}

/** @param {Network} network */
const outputOf = ({ activations }) => activations[activations.length - 1];

/** a - y. @param {Trace} trace @param {Float64Array} targets */
const error = (trace, targets) => trace.a[trace.a.length - 1].map((one, j) => one - targets[j]);

/** @param {Float64Array} values */
const sum = (values) => values.reduce((a, b) => a + b, 0);

/**
 * Which of the three costs it is, with its output layer; an error for pairs that make no sense.
 * @param {Network} network
 * @returns {"quadratic" | "binary" | "categorical"}
 */
export function costKind(network) {
  const output = outputOf(network);
  if (!Object.hasOwn(COSTS, network.cost))
    throw new Error(`a cost is one of ${Object.keys(COSTS).join(", ")}, got "${network.cost}"`);
  if (!takes(network.cost, output))
    throw new Error(
      `${network.cost} wants outputs between ${COSTS[network.cost].join(" and ")}, and ${output} outputs need ` +
        "not lie " +
        "there: use sigmoid or softmax outputs, or the quadratic cost",
    );
  if (network.cost === "quadratic") return "quadratic";
  return ACTIVATIONS[output].wholeLayer ? "categorical" : "binary";
}

/** @param {Network} network @param {Float64Array} targets */
function check(network, targets) {
  const outputs = network.sizes[network.sizes.length - 1];
  if (targets.length !== outputs)
    throw new Error(`a cost wants ${outputs} targets, one for each output, got ${targets.length}`);
  return costKind(network);
}
