// @ts-check
// How sure is the network? Its outputs, made into probabilities that hold what they say: softmax(z / temperature).
// The twin of reading/calibration.py.

import { ACTIVATIONS } from "../core/network.js";

/** @typedef {{temperature: number}} Calibration */

export const COLDEST = 1e-3; // temperatures that are believed
export const HOTTEST = 1e3;

/**
 * What the network should believe of each answer; together they are 1.
 * @param {Calibration} calibration
 * @param {Float64Array} z   (classes,) weighted sums of the output neurons, before their activation function
 * @returns {Float64Array} (classes,)
 */
export function probabilities({ temperature }, z) {
  return ACTIVATIONS.softmax.value(z.map((one) => one / temperature));
}

/**
 * How probable it is that the answer is right.
 * @param {Calibration} calibration
 * @param {Float64Array} z   (classes,)
 * @returns {number}
 */
export const confidence = (calibration, z) => Math.max(...probabilities(calibration, z));
