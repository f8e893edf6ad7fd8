// @ts-check
// Where everything of the network's drawing lies: the picture at the left, a column a layer, the outputs at the right.
// No DOM: numbers in, places out, all in pixels of the drawing.

/** @typedef {{layer: number, neuron: number, x: number, y: number}} Place */
/**
 * @typedef {Object} Layout
 * @property {number} width
 * @property {number} height
 * @property {number} radius                             of a neuron
 * @property {{x: number, y: number, side: number}} picture    its corner at the top left
 * @property {(Place[])[]} columns                       columns[0] is empty: layer 0 is the picture
 * @property {{x: number, y: number, text: string}[]} more     "480 more", where a layer is wider than what is shown
 */

export const MOST = 16; // neurons of a layer that are shown
const PITCH = 34;
const RADIUS = 13;
const TOP = 30; // room for the names of the layers
const RIGHT = 46; // and for the digits beside the outputs

/**
 * Which neurons of a layer are shown: all, or the first ones and the one in focus.
 * @param {number} n
 * @param {number | null} focus
 * @returns {number[]}
 */
export function shownNeurons(n, focus) {
  const shown = Array.from({ length: Math.min(n, MOST) }, (_, i) => i);
  if (focus !== null && focus >= shown.length) shown[shown.length - 1] = focus;
  return shown;
}

/**
 * @param {number[]} sizes      of the layers, the picture first
 * @param {number} width
 * @param {{layer: number, neuron: number} | null} focus
 * @returns {Layout}
 */
export function layoutOf(sizes, width, focus) {
  const tallest = Math.min(MOST, Math.max(...sizes.slice(1)));
  const wider = sizes.slice(1).some((n) => n > MOST);
  const height = TOP + tallest * PITCH + (wider ? 20 : 0);
  const middle = TOP + (tallest * PITCH) / 2;
  const side = Math.round(Math.max(84, Math.min(168, 0.24 * width)) / 28) * 28;
  const from = side + Math.max(36, 0.1 * width);
  const to = width - RIGHT - RADIUS;
  const layers = sizes.length - 1;
  const columns = /** @type {Place[][]} */ ([[]]);
  const more = [];
  for (let layer = 1; layer <= layers; layer++) {
    const x = layers === 1 ? to : from + ((to - from) * (layer - 1)) / (layers - 1);
    const shown = shownNeurons(sizes[layer], focus?.layer === layer ? focus.neuron : null);
    const pitch = layer === layers && shown.length <= 10 ? PITCH * 1.25 : PITCH; // the outputs have names beside them
    columns.push(shown.map((neuron, i) => ({ layer, neuron, x, y: middle + (i - (shown.length - 1) / 2) * pitch })));
    if (sizes[layer] > shown.length)
      more.push({ x, y: height - 6, text: `${(sizes[layer] - shown.length).toLocaleString("en")} more` });
  }
  return { width, height, radius: RADIUS, picture: { x: 0, y: middle - side / 2, side }, columns, more };
}
