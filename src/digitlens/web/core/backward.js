// @ts-check
// Which way is downhill? Back-propagation, from the cost down to any single weight, in numbers that can be followed.
//
//     dC/dz (last layer)   the cost's own slope
//     dC/dW = dC/dz · a    how much the activation before mattered
//     dC/db = dC/dz
//     dC/dz (layer before) = (Wᵀ dC/dz) · σ'(z)
//
// dC_dz[l]  (n,)  how the cost changes with each weighted sum of layer l + 1
// dC_da[l]  (n,)  how it changes with what each neuron of layer l + 1 holds: what the layer behind asks of it
//
// The twin of network/gradient.py and lens/steps.py, for one image, in float64.

import { costOf, costSlope, oneHot } from "./costs.js";
import { ACTIVATIONS, forward } from "./network.js";
import { checkNeuron } from "./neuron.js";

/** @typedef {import("./network.js").Layer} Layer */
/** @typedef {import("./network.js").Network} Network */
/** @typedef {import("./network.js").Trace} Trace */
/** @typedef {{weights: Float64Array, biases: Float64Array}[]} Gradient   one a layer, shaped like the network's */
/**
 * @typedef {Object} OutputGradient           what the cost asks of one output neuron
 * @property {number} neuron
 * @property {number} activation
 * @property {number} target
 * @property {number | null} dC_da  null where the slopes of cost and activation function only make sense together
 * @property {number | null} slope  null where `dC_da` is
 * @property {number} dC_dz
 * @property {boolean} up           the cost falls when the neuron becomes more active
 */
/**
 * @typedef {Object} Asked          what one neuron of the next layer asks of a neuron before it
 * @property {number} neuron        of the next layer
 * @property {number} weight        the weight that leads to it
 * @property {number} dC_dz         its own
 * @property {number} product       weight · dC_dz
 */
/**
 * @typedef {Object} WeightChain   from the cost to one weight: dC/dw = a · σ'(z) · dC/da
 * @property {number} layer
 * @property {number} neuron       where the weight leads to
 * @property {number} source       where it comes from
 * @property {number} weight
 * @property {number} input        a: dz/dw
 * @property {number | null} slope σ'(z): da/dz; null at softmax outputs
 * @property {Asked[]} asked       the terms of dC/da, one a neuron behind; none at the outputs
 * @property {number | null} dC_da
 * @property {number} dC_dz
 * @property {number} dC_dw
 */
/**
 * @typedef {Object} Steps         one example through back-propagation
 * @property {Network} network
 * @property {Float64Array} image
 * @property {number} target       the digit it should have been read as
 * @property {Float64Array} targets
 * @property {Trace} trace
 * @property {number} cost         of this one image
 * @property {Gradient} gradient
 * @property {Float64Array[]} dC_dz
 * @property {(Float64Array | null)[]} dC_da   null at outputs whose cost has none
 * @property {OutputGradient[]} outputGradients
 */

/**
 * The gradient of the cost of one image.
 * @param {Network} network
 * @param {Trace} trace             of forward(network, image)
 * @param {Float64Array} targets    (classes,)
 * @returns {Gradient}
 */
export function backward(network, trace, targets) {
  const gradient = /** @type {Gradient} */ ([]);
  let dC_dz = costSlope(network, trace, targets);
  for (let l = network.layers.length - 1; l >= 0; l--) {
    const { n, before } = network.layers[l];
    const a = trace.a[l];
    const dC_dW = new Float64Array(n * before);
    for (let j = 0, at = 0; j < n; j++) {
      for (let k = 0; k < before; k++, at++) dC_dW[at] = dC_dz[j] * a[k];
    }
    gradient.unshift({ weights: dC_dW, biases: dC_dz });
    if (l) {
      // nothing lies before the picture
      const slope = ACTIVATIONS[network.activations[l - 1]].slope(trace.z[l - 1]);
      dC_dz = askedOf(network.layers[l], dC_dz).map((one, k) => one * slope[k]);
    }
  }
  return gradient;
}

/**
 * Wᵀ dC/dz: what a layer asks of the neurons before it.
 * @param {Layer} layer
 * @param {Float64Array} dC_dz   (n,)
 * @returns {Float64Array} (before,)
 */
function askedOf({ weights, n, before }, dC_dz) {
  const dC_da = new Float64Array(before);
  for (let j = 0, at = 0; j < n; j++) {
    for (let k = 0; k < before; k++, at++) dC_da[k] += dC_dz[j] * weights[at];
  }
  return dC_da;
}

/**
 * Follow one image from the answer it should have given back to every weight.
 * @param {Network} network
 * @param {Float64Array} image   (pixels,), ink 0 to 1
 * @param {number} target        0 to 9
 * @returns {Steps}
 */
export function backPropagate(network, image, target) {
  const outputs = network.sizes[network.sizes.length - 1];
  if (!image.every(Number.isFinite)) throw new Error("backPropagate() wants finite numbers from 0 to 1, got others");
  if (!(Number.isInteger(target) && target >= 0 && target < outputs))
    throw new Error(`target: 0 to ${outputs - 1}, got ${target}`);
  const targets = oneHot(target, outputs);
  const trace = forward(network, image);
  const gradient = backward(network, trace, targets);
  const dC_dz = gradient.map((layer) => layer.biases); // for a single image the two are the same
  const last = trace.a[trace.a.length - 1];
  const dC_da = /** @type {(Float64Array | null)[]} */ (
    network.layers.slice(1).map((layer, l) => askedOf(layer, dC_dz[l + 1]))
  );
  dC_da.push(network.cost === "quadratic" ? last.map((a, j) => 2 * (a - targets[j])) : null);
  const steps = {
    network,
    image,
    target,
    targets,
    trace,
    cost: costOf(network, trace, targets),
    gradient,
    dC_dz,
    dC_da,
    outputGradients: /** @type {OutputGradient[]} */ ([]),
  };
  const slopes = slopesOf(steps, dC_dz.length);
  for (const [j, d] of dC_dz[dC_dz.length - 1].entries()) {
    const asks = dC_da[dC_da.length - 1]?.[j] ?? null;
    steps.outputGradients.push({
      neuron: j,
      activation: last[j],
      target: targets[j],
      dC_da: asks,
      slope: slopes && slopes[j],
      dC_dz: d,
      up: d < 0,
    });
  }
  return steps;
}

/**
 * σ'(z) of every neuron of a layer, (n,); null for softmax, whose outputs have no slope of their own.
 * @param {Steps} steps
 * @param {number} layer
 * @returns {Float64Array | null}
 */
export function slopesOf({ network, trace }, layer) {
  const name = network.activations[layer - 1];
  return ACTIVATIONS[name].wholeLayer ? null : ACTIVATIONS[name].slope(trace.z[layer - 1]);
}

/**
 * The chain to the weight from `source` in the layer before to `neuron`.
 * @param {Steps} steps
 * @param {number} layer    1 for the first hidden layer
 * @param {number} neuron
 * @param {number} source
 * @returns {WeightChain}
 */
export function weightChain(steps, layer, neuron, source) {
  const { network, trace, gradient, dC_dz, dC_da } = steps;
  checkNeuron(network, layer, neuron);
  const l = layer - 1;
  const { weights, before } = network.layers[l];
  if (!(Number.isInteger(source) && source >= 0 && source < before))
    throw new Error(`from: 0 to ${before - 1} into layer ${layer}, got ${source}`);
  const asked = Array.from(dC_dz[layer] ?? [], (d, i) => {
    const weight = network.layers[layer].weights[i * network.layers[layer].before + neuron];
    return { neuron: i, weight, dC_dz: d, product: weight * d };
  });
  const at = neuron * before + source;
  return {
    layer,
    neuron,
    source,
    weight: weights[at],
    input: trace.a[l][source],
    slope: slopesOf(steps, layer)?.[neuron] ?? null,
    asked,
    dC_da: dC_da[l]?.[neuron] ?? null,
    dC_dz: dC_dz[l][neuron],
    dC_dw: gradient[l].weights[at],
  };
}

/**
 * The weight into `layer` that the cost feels most.
 * @param {Steps} steps
 * @param {number} layer
 * @returns {{neuron: number, source: number}}
 */
export function steepest(steps, layer) {
  checkNeuron(steps.network, layer, 0);
  const { weights } = steps.gradient[layer - 1];
  const { before } = steps.network.layers[layer - 1];
  const at = weights.reduce((best, one, i) => (Math.abs(one) > Math.abs(weights[best]) ? i : best), 0);
  return { neuron: Math.floor(at / before), source: at % before };
}

/**
 * The gradient of a mini-batch: the mean over its images.
 * @param {Gradient[]} gradients   at least one
 * @returns {Gradient}
 */
export function mean(gradients) {
  const part = (/** @type {number} */ l, /** @type {"weights" | "biases"} */ name) =>
    gradients[0][l][name].map((_, i) => gradients.reduce((sum, one) => sum + one[l][name][i], 0) / gradients.length);
  return gradients[0].map((_, l) => ({ weights: part(l, "weights"), biases: part(l, "biases") }));
}

/**
 * The network after one step downhill: w - rate · dC/dw. The old one stays as it was.
 * @template {Network} N
 * @param {N} network
 * @param {Gradient} gradient
 * @param {number} learningRate
 * @returns {N}
 */
export function moved(network, gradient, learningRate) {
  const layers = network.layers.map((layer, l) => ({
    ...layer,
    weights: layer.weights.map((w, i) => w - learningRate * gradient[l].weights[i]),
    biases: layer.biases.map((b, i) => b - learningRate * gradient[l].biases[i]),
  }));
  return { ...network, layers };
}

/**
 * How much the gradient promises the cost to fall: rate · |gradient|².
 * @param {Gradient} gradient
 * @param {number} learningRate
 * @returns {number}
 */
export function promised(gradient, learningRate) {
  const squares = (/** @type {Float64Array} */ values) => values.reduce((sum, one) => sum + one ** 2, 0);
  return learningRate * gradient.reduce((sum, layer) => sum + squares(layer.weights) + squares(layer.biases), 0);
}
