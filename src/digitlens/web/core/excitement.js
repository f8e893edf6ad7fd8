// @ts-check
// The picture that excites a neuron most, with as much ink as a digit has. The twin of
// laboratory/activation_maximisation.py.

import { ACTIVATIONS, forward } from "./network.js";

/** @typedef {import("./network.js").Network} Network */

const [STEPS, STRIDE] = [120, 0.25]; // of the ascent; how far its first step changes the pixel that changes most

/**
 * The nearest picture with pixels from 0 to 1 and a sum of at most `ink`.
 * @param {Float64Array} picture   (pixels,)
 * @param {number} ink
 * @returns {Float64Array}
 */
export function limitedInk(picture, ink) {
  const less = (/** @type {number} */ by) => picture.map((one) => Math.min(1, Math.max(0, one - by)));
  const sum = (/** @type {Float64Array} */ values) => values.reduce((all, one) => all + one, 0);
  const whole = less(0);
  if (sum(whole) <= ink) return whole;
  let [low, high] = [0, picture.reduce((most, one) => Math.max(most, one), 0)];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    [low, high] = sum(less(middle)) > ink ? [middle, high] : [low, middle];
  }
  return less(high);
}

/**
 * The picture that maximises a neuron's weighted sum, with at most `ink` full pixels of ink. Exact for the first layer;
 * for a deeper one a local maximum, found by gradient ascent from `start` and from an empty picture.
 * @param {Network} network
 * @param {number} layer     1 is the first hidden one
 * @param {number} neuron
 * @param {number} ink
 * @param {Float64Array} start   (pixels,)
 * @returns {{picture: Float64Array, z: number, activation: number}}
 */
export function mostExciting(network, layer, neuron, ink, start) {
  const sumFor = (/** @type {Float64Array} */ picture) => forward(network, picture).z[layer - 1][neuron];
  const { weights, before } = network.layers[layer - 1];
  const ends =
    layer === 1
      ? [
          limitedInk(
            weights.slice(neuron * before, (neuron + 1) * before).map((weight) => weight * 1e9),
            ink,
          ),
        ]
      : [limitedInk(start, ink), new Float64Array(start.length)].map((from) =>
          climb(network, layer, neuron, ink, from, sumFor),
        );
  const sums = ends.map(sumFor);
  const best = sums[1] > sums[0] ? 1 : 0;
  const { a, z } = forward(network, ends[best]);
  return { picture: ends[best], z: z[layer - 1][neuron], activation: a[layer][neuron] };
}

/**
 * How a neuron's weighted sum changes with each pixel, dz/da.
 * @param {Network} network @param {number} layer @param {number} neuron @param {Float64Array} picture
 */
function slope(network, layer, neuron, picture) {
  const { layers, activations } = network;
  const { z } = forward(network, picture);
  const { weights, before } = layers[layer - 1];
  let back = weights.slice(neuron * before, (neuron + 1) * before);
  for (let l = layer - 2; l >= 0; l--) {
    const through = ACTIVATIONS[activations[l]].slope(z[l]);
    const next = new Float64Array(layers[l].before);
    for (let j = 0; j < layers[l].n; j++) {
      const one = back[j] * through[j];
      if (one) for (let k = 0, at = j * next.length; k < next.length; k++) next[k] += one * layers[l].weights[at + k];
    }
    back = next;
  }
  return back;
}

/**
 * @param {Network} network @param {number} layer @param {number} neuron @param {number} ink
 * @param {Float64Array} from
 * @param {(picture: Float64Array) => number} sumFor
 */
function climb(network, layer, neuron, ink, from, sumFor) {
  let [picture, best, stride] = [from, sumFor(from), STRIDE];
  for (let i = 0; i < STEPS; i++) {
    const direction = slope(network, layer, neuron, picture);
    const most = direction.reduce((all, one) => Math.max(all, Math.abs(one)), 0) || 1;
    const candidate = limitedInk(
      picture.map((one, k) => one + (stride * direction[k]) / most),
      ink,
    );
    const value = sumFor(candidate);
    if (value > best) [picture, best] = [candidate, value];
    else stride /= 2;
  }
  return picture;
}
