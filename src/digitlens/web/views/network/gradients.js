// @ts-check
// Back-propagation on the drawing of the network: edges by how their weights should change, neurons with arrows.
//
// Blue should rise, red should fall, so that the cost falls; the larger the gradient, the brighter and wider.
// Each layer
// has its own scale, because gradients shrink on their way back.

import { svg } from "../shared/dom.js";
import { pixelEdges, stroke } from "./edges.js";

/** @typedef {import("../../core/layout.js").Layout} Layout */
/** @typedef {import("../../core/layout.js").Place} Place */
/** @typedef {import("../../core/mini_batch.js").MiniBatch} MiniBatch */

const FEW = 4; // pixels a neuron

/**
 * How far the gradient has come into the edges in front of a layer: 0 to 1.
 * @param {number} layers
 * @param {number} layer   1 is the first hidden layer
 * @param {number} back    0 to `layers`
 */
export const comeBack = (layers, layer, back) => Math.max(0, Math.min(1, back - (layers - layer)));

/**
 * @param {CanvasRenderingContext2D} context   cleared already, in pixels of the layout
 * @param {Layout} layout
 * @param {MiniBatch} batch
 * @param {number} back   how many layers the gradient has come back
 */
export function drawGradients(context, layout, batch, back) {
  const { network, gradient, a } = batch;
  const layers = network.layers.length;
  for (let layer = layers; layer >= 1; layer--) {
    const come = comeBack(layers, layer, back);
    if (!come) continue;
    const { before } = network.layers[layer - 1];
    const slopes = gradient[layer - 1].weights;
    const largest = slopes.reduce((most, one) => Math.max(most, Math.abs(one)), 1e-300);
    for (const to of layout.columns[layer]) {
      const row = slopes.subarray(to.neuron * before, (to.neuron + 1) * before);
      const from = layer === 1 ? pixelEdges(row, a[0], FEW, layout, network.shape, false) : layout.columns[layer - 1];
      for (const one of from) {
        const share = Math.abs(row[one.neuron]) / largest;
        stroke(context, to, one, -row[one.neuron], share, Math.sqrt(share), come);
      }
    }
  }
}

/**
 * An arrow beside a neuron: up where its activation should rise, down where it should fall.
 * @param {Place} place
 * @param {number} radius
 * @param {number} dC_dz
 * @param {number} largest   of its layer
 */
export function arrow({ x, y }, radius, dC_dz, largest) {
  const share = Math.sqrt(Math.abs(dC_dz) / largest);
  if (!(share > 0.05)) return null;
  const [length, up] = [4 + 12 * share, dC_dz < 0 ? -1 : 1];
  const at = x - radius - 6;
  const [tail, tip] = [y - (up * length) / 2, y + (up * length) / 2];
  return svg("path", {
    class: up < 0 ? "arrow up" : "arrow down",
    d: `M${at} ${tail}V${tip}M${at - 4} ${tip - 4 * up}L${at} ${tip}L${at + 4} ${tip - 4 * up}`,
  });
}
