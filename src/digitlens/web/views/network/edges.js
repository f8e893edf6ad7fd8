// @ts-check
// The edges: every weight between the neurons shown, and of the image's pixels those that say most.
//
// An edge is blue where its weight is positive and red where it is negative; the strongest are wider; and it
// is as bright as the neuron it comes from is active. All are drawn faintly, once, as long as the network stays the
// same; at every movement of the pen those alone are drawn that carry something, which is a quarter of the work.

import { NEGATIVE, POSITIVE } from "../shared/pictures.js";
import { placeOf } from "../../core/shape.js";
import { fullStrength } from "../../core/weights.js";

/** @typedef {import("../../core/layout.js").Layout} Layout */
/** @typedef {import("../../core/network.js").Network} Network */
/** @typedef {import("../../core/network.js").Trace} Trace */
/** @typedef {{layer: number, neuron: number} | null} Focus */

const FAINT = 0.14;
const DIMMED = 0.15; // where another neuron is in focus
const UNSEEN = 0.05;
const STRONG = 0.8; // of the strength that is drawn in full colour
const FOCUSED = 32; // of the one in focus: more of them would hide its neighbours
const FEW = 3; // edges of a first-layer neuron that are drawn while it is not in focus
const strengths = /** @type {WeakMap<Float64Array, number>} */ (new WeakMap());

/**
 * All edges between neurons, faint: what there is before anything passes.
 * @param {CanvasRenderingContext2D} context   cleared already, in pixels of the layout
 * @param {Layout} layout
 * @param {Network} network
 * @param {Focus} focus
 */
export function drawFaint(context, layout, network, focus) {
  for (let layer = 2; layer < layout.columns.length; layer++) {
    const { weights, before } = network.layers[layer - 1];
    const strongest = strengthOf(weights);
    for (const to of layout.columns[layer]) {
      const dimmed = isLit(focus, to) ? 1 : DIMMED;
      for (const from of layout.columns[layer - 1]) {
        const w = weights[to.neuron * before + from.neuron];
        const strength = Math.min(Math.abs(w) / strongest, 1);
        stroke(context, from, to, w, strength, dimmed * FAINT, 1);
      }
    }
  }
}

/**
 * The edges that carry something, on top of the faint ones.
 * @param {CanvasRenderingContext2D} context   cleared already, in pixels of the layout
 * @param {Layout} layout
 * @param {Network} network
 * @param {Trace} trace
 * @param {Focus} focus
 * @param {number} reached   how far the propagation has come: 1.5 is halfway from layer 1 to layer 2
 */
export function drawEdges(context, layout, network, trace, focus, reached) {
  for (let layer = 1; layer < layout.columns.length; layer++) {
    const { weights, before } = network.layers[layer - 1];
    const strongest = strengthOf(weights);
    const come = Math.max(0, Math.min(1, reached - layer + 1)); // of the way into this layer
    if (!come) continue;
    for (const to of layout.columns[layer]) {
      const lit = isLit(focus, to);
      const row = weights.subarray(to.neuron * before, (to.neuron + 1) * before);
      for (const from of layer === 1
        ? pixelEdges(row, trace.a[0], lit && focus !== null ? FOCUSED : FEW, layout, network.shape)
        : layout.columns[layer - 1]) {
        const w = row[from.neuron];
        const strength = Math.min(Math.abs(w) / strongest, 1);
        const active = Math.min(1, Math.abs(trace.a[layer - 1][from.neuron]));
        const carried = 0.9 * strength * active;
        const beneath = layer > 1; // there is a faint edge already, and what carries less would not be seen on it
        if (beneath && carried < FAINT) continue;
        stroke(context, from, to, w, strength, (lit ? 1 : DIMMED) * (beneath ? carried : FAINT + carried), come);
      }
    }
  }
}

/** @param {Focus} focus @param {{layer: number, neuron: number}} to */
const isLit = (focus, to) => !focus || (focus.layer === to.layer && focus.neuron === to.neuron);

/**
 * One edge, as far as the propagation has come.
 * @param {CanvasRenderingContext2D} context
 * @param {{x: number, y: number}} from
 * @param {{x: number, y: number}} to
 * @param {number} weight
 * @param {number} strength
 * @param {number} alpha
 * @param {number} come
 */
export function stroke(context, from, to, weight, strength, alpha, come) {
  if (alpha < UNSEEN) return;
  const [red, green, blue] = weight < 0 ? NEGATIVE : POSITIVE;
  context.strokeStyle = `rgba(${red},${green},${blue},${alpha.toFixed(2)})`;
  context.lineWidth = strength < STRONG ? 1 : 2; // a line one pixel wide is painted three times as fast as one of 1.5
  context.beginPath();
  context.moveTo(from.x, from.y);
  context.lineTo(from.x + come * (to.x - from.x), from.y + come * (to.y - from.y));
  context.stroke();
}

/**
 * The pixels whose edges are drawn: those that add or take away most.
 * @param {Float64Array} row      (pixels,) weights, or gradients
 * @param {Float64Array} image    (pixels,)
 * @param {number} many
 * @param {Layout} layout
 * @param {import("../../core/shape.js").Shape} shape
 * @param {boolean} [times]       times what the pixel holds
 * @returns {{neuron: number, x: number, y: number}[]}
 */
export function pixelEdges(row, image, many, layout, shape, times = true) {
  const chosen = /** @type {number[]} */ ([]);
  const best = /** @type {number[]} */ (new Array(many).fill(0));
  for (let i = 0; i < row.length; i++) {
    const size = Math.abs(times ? row[i] * image[i] : row[i]);
    if (size <= best[many - 1]) continue;
    let place = many - 1;
    for (; place > 0 && best[place - 1] < size; place--)
      [best[place], chosen[place]] = [best[place - 1], chosen[place - 1]];
    [best[place], chosen[place]] = [size, i];
  }
  const { x, y, pixel } = layout.picture;
  return chosen.map((i) => {
    const { row: down, column } = placeOf(shape, i);
    return { neuron: i, x: x + (column + 0.5) * pixel, y: y + (down + 0.5) * pixel };
  });
}

/** The weight that is drawn at full strength, remembered. @param {Float64Array} weights @returns {number} */
export function strengthOf(weights) {
  let strongest = strengths.get(weights);
  if (strongest === undefined) strengths.set(weights, (strongest = fullStrength(weights)));
  return strongest;
}
