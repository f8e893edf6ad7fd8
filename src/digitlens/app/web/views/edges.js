// @ts-check
// The edges: every weight between the neurons shown, and of the picture's 784 pixels those that say most.
//
// An edge is blue where its weight is positive and red where it is negative; the stronger the weight, the wider; and it
// is as bright as the neuron it comes from is active.

import { NEGATIVE, POSITIVE } from "./pictures.js";
import { fullStrength } from "../weights.js";

/** @typedef {import("./layout.js").Layout} Layout */
/** @typedef {import("../network.js").Network} Network */
/** @typedef {import("../network.js").Trace} Trace */
/** @typedef {{layer: number, neuron: number} | null} Focus */

const FEW = 3; // edges of a first-layer neuron that are drawn while it is not in focus
const strengths = /** @type {WeakMap<Float64Array, number>} */ (new WeakMap());

/**
 * @param {CanvasRenderingContext2D} context   cleared already, in pixels of the layout
 * @param {Layout} layout
 * @param {Network} network
 * @param {Trace} trace
 * @param {Focus} focus
 * @param {number} reached   how far the propagation has come: 1.5 is halfway from layer 1 to layer 2
 */
export function drawEdges(context, layout, network, trace, focus, reached) {
  context.lineCap = "round";
  for (let layer = 1; layer < layout.columns.length; layer++) {
    const { weights, before } = network.layers[layer - 1];
    const strongest = strengthOf(weights);
    const come = Math.max(0, Math.min(1, reached - layer + 1)); // of the way into this layer
    for (const to of layout.columns[layer]) {
      const lit = !focus || (focus.layer === layer && focus.neuron === to.neuron);
      const row = weights.subarray(to.neuron * before, (to.neuron + 1) * before);
      for (const from of layer === 1 ? pixels(row, trace.a[0], lit && focus !== null, layout) : layout.columns[layer - 1]) {
        const w = row[from.neuron];
        const strength = Math.min(Math.abs(w) / strongest, 1);
        const active = Math.min(1, Math.abs(trace.a[layer - 1][from.neuron]));
        const carried = strength * (0.12 + 0.88 * active);
        stroke(context, from, to, w, strength, carried, lit ? 1 : 0.12, come);
      }
    }
  }
}

/**
 * One edge: faint as far as nothing has passed, at its full brightness behind.
 * @param {CanvasRenderingContext2D} context
 * @param {{x: number, y: number}} from
 * @param {{x: number, y: number}} to
 * @param {number} weight
 * @param {number} strength
 * @param {number} carried
 * @param {number} dimmed
 * @param {number} come
 */
function stroke(context, from, to, weight, strength, carried, dimmed, come) {
  const alpha = dimmed * (come > 0 ? 0.06 + 0.9 * carried : 0.1 * strength);
  if (alpha < 0.015) return;
  const [red, green, blue] = weight < 0 ? NEGATIVE : POSITIVE;
  context.strokeStyle = `rgba(${red},${green},${blue},${alpha.toFixed(3)})`;
  context.lineWidth = 0.6 + 2 * strength;
  context.beginPath();
  context.moveTo(from.x, from.y);
  const share = come > 0 ? come : 1;
  context.lineTo(from.x + share * (to.x - from.x), from.y + share * (to.y - from.y));
  context.stroke();
}

/**
 * The pixels whose edges are drawn: those with ink for the neuron in focus, else the few that add or take away most.
 * @param {Float64Array} row      (784,) weights
 * @param {Float64Array} image    (784,)
 * @param {boolean} all
 * @param {Layout} layout
 * @returns {{neuron: number, x: number, y: number}[]}
 */
function pixels(row, image, all, layout) {
  const chosen = /** @type {number[]} */ ([]);
  if (all) for (let i = 0; i < row.length; i++) chosen.push(i);
  else {
    const best = /** @type {number[]} */ (new Array(FEW).fill(0));
    for (let i = 0; i < row.length; i++) {
      const size = Math.abs(row[i] * image[i]);
      if (size <= best[FEW - 1]) continue;
      let place = FEW - 1;
      for (; place > 0 && best[place - 1] < size; place--) [best[place], chosen[place]] = [best[place - 1], chosen[place - 1]];
      [best[place], chosen[place]] = [size, i];
    }
  }
  const { x, y, side } = layout.picture;
  const pixel = side / 28;
  return chosen.map((i) => ({ neuron: i, x: x + ((i % 28) + 0.5) * pixel, y: y + (Math.floor(i / 28) + 0.5) * pixel }));
}

/** The weight that is drawn at full strength, remembered. @param {Float64Array} weights @returns {number} */
export function strengthOf(weights) {
  let strongest = strengths.get(weights);
  if (strongest === undefined) strengths.set(weights, (strongest = fullStrength(weights)));
  return strongest;
}
