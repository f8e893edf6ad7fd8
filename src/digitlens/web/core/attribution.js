// @ts-check
// Why one class and not another: the lead of one output over another, traced back to the pixels.
//
// The lead is the difference of the two outputs' weighted sums z. An empty picture has a lead, too; what the picture
// at hand leads by beyond that is shared out among its pixels, layer by layer from the outputs back, by the Rescale
// rule
// of DeepLIFT (Shrikumar, Greenside, Kundaje: Learning Important Features Through Propagating Activation Differences,
// 2017, https://arxiv.org/abs/1704.02685): through an activation function with the slope of the line from where the
// neuron stood for the empty picture to where it stands now. So the shares always add up to the lead. In a network
// without curved activation functions between pixels and outputs each share is exact, too: it is what the lead loses
// when that pixel goes. Elsewhere it is an approximation.

import { ACTIVATIONS, forward } from "./network.js";

/** @typedef {import("./network.js").Network} Network */
/**
 * @typedef {Object} Lead
 * @property {number} lead       z of output `one` minus z of output `other`
 * @property {number} empty      the same for the empty picture
 * @property {Float64Array} shares   (pixels,): they add up to lead - empty
 * @property {boolean} exact     each share is what the lead loses without that pixel
 */

const NARROW = 1e-6; // of |z|: between two points so near the line between them is lost in rounding

/**
 * @param {Network} network
 * @param {Float64Array} image    (pixels,)
 * @param {number} one            a class
 * @param {number} other          another
 * @param {Float64Array} [empty]  (pixels,), the picture to start from; no ink
 * @returns {Lead}
 */
export function leadOf(network, image, one, other, empty = new Float64Array(image.length)) {
  const last = network.layers.length - 1;
  const [now, then] = [forward(network, image), forward(network, empty)];
  const { weights, before } = network.layers[last];
  // how much the lead grows with what each neuron of a layer holds; the last layer first
  let slopes = weights.slice(one * before, (one + 1) * before).map((weight, k) => weight - weights[other * before + k]);
  for (let l = last - 1; l >= 0; l--) {
    const layer = network.layers[l];
    const through = chords(network.activations[l], then.z[l], now.z[l], then.a[l + 1], now.a[l + 1]);
    const back = new Float64Array(layer.before);
    for (let j = 0; j < layer.n; j++) {
      const slope = slopes[j] * through[j];
      if (slope) for (let k = 0, at = j * layer.before; k < layer.before; k++) back[k] += slope * layer.weights[at + k];
    }
    slopes = back;
  }
  const z = (/** @type {import("./network.js").Trace} */ trace) => trace.z[last][one] - trace.z[last][other];
  return {
    lead: z(now),
    empty: z(then),
    shares: slopes.map((slope, k) => slope * (image[k] - empty[k])),
    exact: network.activations.slice(0, last).every((name) => name === "identity"),
  };
}

/**
 * The slope of the line between two points of an activation function, neuron by neuron.
 * @param {string} name
 * @param {Float64Array} z0
 * @param {Float64Array} z1
 * @param {Float64Array} a0
 * @param {Float64Array} a1
 */
function chords(name, z0, z1, a0, a1) {
  const middle = ACTIVATIONS[name].slope(z0.map((z, j) => (z + z1[j]) / 2));
  return z0.map((z, j) => {
    const wide = z1[j] - z;
    return Math.abs(wide) > NARROW * Math.max(1, Math.abs(z)) ? (a1[j] - a0[j]) / wide : middle[j];
  });
}
