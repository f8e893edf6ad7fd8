// @ts-check
// Where everything of the network's drawing lies: the image at the left, a column a layer, the outputs at the right.
// No DOM: numbers in, places out, all in pixels of the drawing.

/** @typedef {{layer: number, neuron: number}} Neuron */
/** @typedef {{layer: number, neuron: number, x: number, y: number}} Place */
/**
 * @typedef {Object} Layout
 * @property {number} width
 * @property {number} height
 * @property {number} radius                             of a neuron
 * @property {{x: number, y: number, pixel: number, width: number, height: number}} picture
 *   its corner at the top left, the side of one of its pixels, and its size
 * @property {number} nameWidth                          room for the name of an output beside it
 * @property {(Place[])[]} columns                       columns[0] is empty: layer 0 is the image
 * @property {{x: number, y: number, n: number}[]} more        how many are not shown, where a layer has more
 */

export const MOST = 16; // neurons of a layer that are shown
export const LONGEST_NAME = 12; // letters of a class that are shown beside its output
const PITCH = 34;
const ROOMY = 10; // outputs up to which they stand further apart: they have names beside them
const RADIUS = 15;
const TOP = 30; // room for the names of the layers
const [BESIDE, LETTER] = [38, 8]; // room beside the outputs, and for each letter of their names
const [SMALLEST, LARGEST, SHARE] = [84, 168, 0.24]; // the longer side of the image: in pixels, and of the width

/**
 * Which neurons of a layer are shown, in order: all; or the first ones and those that must be seen.
 * @param {number} n
 * @param {number[]} [wanted]   neurons that must be seen
 * @returns {number[]}
 */
export function shownNeurons(n, wanted = []) {
  const shown = Array.from({ length: Math.min(n, MOST) }, (_, j) => j);
  const others = [...new Set(wanted)].filter((j) => j >= shown.length && j < n).sort((i, j) => i - j);
  return [...shown.slice(0, shown.length - others.length), ...others];
}

/**
 * @param {Pick<import("./network.js").Network, "sizes" | "shape" | "classes">} network
 * @param {number} width
 * @param {Neuron[]} wanted   neurons that must be seen: the one in focus, the answer
 * @returns {Layout}
 */
export function layoutOf({ sizes, shape, classes }, width, wanted) {
  const tallest = Math.min(MOST, Math.max(...sizes.slice(1)));
  const wider = sizes.slice(1).some((n) => n > MOST);
  const height = TOP + tallest * PITCH + (wider ? 20 : 0);
  const middle = TOP + (tallest * PITCH) / 2;
  const longest = Math.max(shape.rows, shape.columns);
  const pixel = Math.max(1, Math.round(Math.max(SMALLEST, Math.min(LARGEST, SHARE * width)) / longest));
  const picture = { width: pixel * shape.columns, height: pixel * shape.rows };
  const nameWidth = LETTER * Math.max(1, ...classes.map((name) => Math.min(LONGEST_NAME, [...name].length)));
  const from = picture.width + Math.max(36, 0.1 * width);
  const to = width - BESIDE - nameWidth - RADIUS;
  const layers = sizes.length - 1;
  const columns = /** @type {Place[][]} */ ([[]]);
  const more = [];
  for (let layer = 1; layer <= layers; layer++) {
    const x = layers === 1 ? to : from + ((to - from) * (layer - 1)) / (layers - 1);
    const those = wanted.filter((one) => one.layer === layer).map((one) => one.neuron);
    const shown = shownNeurons(sizes[layer], those);
    const pitch = layer === layers && shown.length <= ROOMY ? PITCH * 1.25 : PITCH;
    columns.push(shown.map((neuron, i) => ({ layer, neuron, x, y: middle + (i - (shown.length - 1) / 2) * pitch })));
    if (sizes[layer] > shown.length) more.push({ x, y: height - 6, n: sizes[layer] - shown.length });
  }
  return {
    width,
    height,
    radius: RADIUS,
    picture: { x: 0, y: middle - picture.height / 2, pixel, ...picture },
    nameWidth,
    columns,
    more,
  };
}
