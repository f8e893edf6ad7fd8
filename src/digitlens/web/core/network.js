// @ts-check
// The network of the blackboard: every neuron is an activation function of a weighted sum plus a bias.
//
//     a' = σ(W a + b)
//
// a  (n,)            what the neurons of a layer hold; layer 0 is the picture, a[0], (pixels,)
// W  (n · n_before)  weights into a layer, row after row; row j is neuron j's eye
// b  (n,)            how high the weighted sum must be before the neuron becomes active
// z  (n,)            weighted sum plus bias, before the activation function
//
// The twin of network/network.py and network/activations.py, for one image at a time, in float64.

/**
 * @typedef {Object} Layer   weights row-major (n, before)
 * @property {Float64Array} weights
 * @property {Float64Array} biases
 * @property {number} n
 * @property {number} before
 */
/**
 * @typedef {Object} Network
 * @property {Layer[]} layers
 * @property {string[]} activations    the name of each layer's function, see ACTIVATIONS
 * @property {number[]} sizes          how many neurons each layer has, the picture first: [784, 16, 16, 10]
 * @property {string} name
 * @property {string} cost             "quadratic" or "cross_entropy"
 * @property {string[]} classes        the name of output 0, 1, ...
 * @property {import("./shape.js").Shape} shape   rows and columns of its images
 */
/** @typedef {{z: Float64Array[], a: Float64Array[]}} Trace   z[l] leads to a[l + 1]; a[0] is the picture */
/**
 * @typedef {Object} Activation
 * @property {(z: Float64Array) => Float64Array} value   z -> a
 * @property {(z: Float64Array) => Float64Array} slope   z -> da/dz
 * @property {[number, number]} range    the lowest and the highest a, or what a comes ever closer to
 * @property {boolean} wholeLayer        each a depends on every z of its layer: for the last layer only
 */

/**
 * An activation function that works neuron by neuron.
 * @param {(z: number) => number} value
 * @param {(z: number) => number} slope
 * @param {[number, number]} range
 * @returns {Activation}
 */
const elementwise = (value, slope, range) => ({
  value: (z) => z.map(value),
  slope: (z) => z.map(slope),
  range,
  wholeLayer: false,
});

const small = (/** @type {number} */ z) => Math.exp(-Math.abs(z)); // at most 1: exp(-z) itself overflows below z = -709
const sigmoid = (/** @type {number} */ z) => Math.max(small(z), z >= 0 ? 1 : 0) / (1 + small(z));
// σ(z)(1 - σ(z)) would be 0 from z = 37 on
const sigmoidSlope = (/** @type {number} */ z) => small(z) / (1 + small(z)) ** 2;
const LEAK = 0.01; // the slope of leaky_relu below 0

/** Those that the page can compute; Python may know more. @type {Object<string, Activation>} */
export const ACTIVATIONS = {
  sigmoid: elementwise(sigmoid, sigmoidSlope, [0, 1]),
  relu: elementwise(
    (z) => Math.max(z, 0),
    (z) => (z > 0 ? 1 : 0), // at the kink we say 0
    [0, Infinity],
  ),
  leaky_relu: elementwise(
    (z) => Math.max(z, LEAK * z),
    (z) => (z > 0 ? 1 : LEAK),
    [-Infinity, Infinity],
  ),
  tanh: elementwise(Math.tanh, (z) => 4 * sigmoidSlope(2 * z), [-1, 1]), // 1 - tanh² would be 0 from z = 19 on
  identity: elementwise(
    (z) => z,
    () => 1,
    [-Infinity, Infinity],
  ),
  softmax: {
    range: [0, 1],
    wholeLayer: true,
    value(z) {
      const highest = Math.max(...z);
      const e = z.map((one) => Math.exp(one - highest)); // the same for any shift of z, and this one cannot overflow
      const sum = e.reduce((a, b) => a + b, 0);
      return e.map((one) => one / sum);
    },
    slope() {
      throw new Error("softmax has no slope neuron by neuron: its outputs share one sum; backward.js goes through it");
    },
  },
};

/**
 * Those of these activation functions that the page cannot compute, because only Python knows them.
 * @param {string[]} names
 * @returns {string[]}
 */
export const unknownActivations = (names) => [...new Set(names)].filter((name) => !Object.hasOwn(ACTIVATIONS, name));

/**
 * What one neuron holds, for a function that works neuron by neuron.
 * @param {string} name
 * @param {number} z
 * @returns {number}
 */
export function activate(name, z) {
  if (ACTIVATIONS[name].wholeLayer)
    throw new Error(`activate() wants a function of one neuron, got ${name}, which needs all; use forward()`);
  return ACTIVATIONS[name].value(Float64Array.of(z))[0];
}

/**
 * Layer by layer, a' = σ(W a + b), keeping all of it.
 * @param {Network} network
 * @param {Float64Array} image   (pixels,), ink 0 to 1
 * @returns {Trace}
 */
export function forward(network, image) {
  if (image.length !== network.sizes[0]) {
    throw new Error(`forward() wants an image of ${network.sizes[0]} numbers from 0 to 1, got ${image.length}`);
  }
  const z = /** @type {Float64Array[]} */ ([]);
  const a = [image];
  for (const [l, layer] of network.layers.entries()) {
    z.push(weightedSums(layer, a[l]));
    a.push(ACTIVATIONS[network.activations[l]].value(z[l]));
  }
  return { z, a };
}

/**
 * W a + b
 * @param {Layer} layer
 * @param {Float64Array} a   (before,)
 * @returns {Float64Array} (n,)
 */
function weightedSums({ weights, biases, n, before }, a) {
  const z = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    let sum = 0;
    for (let k = 0, at = j * before; k < before; k++, at++) sum += weights[at] * a[k];
    z[j] = sum + biases[j];
  }
  return z;
}

/**
 * How many weights and biases there are: 13,002 for 784-16-16-10.
 * @param {Network} network
 * @returns {number}
 */
export function parameters(network) {
  return network.layers.reduce((sum, layer) => sum + layer.weights.length + layer.biases.length, 0);
}

/**
 * The same network with weights and biases of its own.
 * @template {Network} N
 * @param {N} network
 * @returns {N}
 */
export function copy(network) {
  const layers = network.layers.map((layer) => ({
    ...layer,
    weights: layer.weights.slice(),
    biases: layer.biases.slice(),
  }));
  return { ...network, layers };
}
