// @ts-check
// How wide a pen wrote, and the same writing by a pen somewhat wider or narrower.
//
// A stroke of length L and width w holds L · w of ink and has 2 · L of outline; outline is what the ink's slope adds up
// to (its total variation), so the width is twice the ink over the outline. Ink is weighted by itself, so a soft edge
// or a pale stroke counts for less. A pen is made wider by letting each pixel take over from its darkest neighbour,
// narrower from its lightest, as far as is needed.
//
// ink: an Image, 0 nothing to 1 full ink. The twin of digits/preparation/stroke_width.py.

/** @typedef {import("./framing.js").Image} Image */

export const THINNEST = 1; // pixels at 28×28: 99 % of MNIST's digits have a wider pen than that ...
export const THICKEST = 2.5; // ... and 75 % a narrower one
const PASSES = 3; // each changes the width by two pixels at most

/**
 * The same image with one pixel of nothing around it.
 * @param {Image} image
 * @returns {Image}
 */
export function withRim({ rows, columns, values }) {
  const wide = columns + 2;
  const around = new Float64Array((rows + 2) * wide);
  for (let row = 0; row < rows; row++)
    around.set(values.subarray(row * columns, (row + 1) * columns), (row + 1) * wide + 1);
  return { rows: rows + 2, columns: wide, values: around };
}

/**
 * The mean width of the strokes in pixels; 0 where there is no ink.
 * @param {Image} ink
 * @returns {number}
 */
export function strokeWidth(ink) {
  const { rows, columns, values } = withRim(ink);
  let [squares, outline] = [0, 0];
  for (let row = 1; row < rows; row++) {
    for (let column = 1, at = row * columns + 1; column < columns; column++, at++) {
      squares += values[at] ** 2;
      outline += Math.sqrt((values[at] - values[at - columns]) ** 2 + (values[at] - values[at - 1]) ** 2);
    }
  }
  return outline === 0 ? 0 : (2 * squares) / outline;
}

/**
 * The same writing by a pen of at least THINNEST and at most THICKEST pixels, as nearly as PASSES bring it.
 *
 * Give it a rim of nothing for what a wider pen adds. Ink whose width lies between comes back as it is.
 * @param {Image} ink
 * @returns {Image}
 */
export function withPen(ink) {
  for (let pass = 0; pass < PASSES; pass++) {
    const width = strokeWidth(ink);
    const missing = Math.min(Math.max(width, THINNEST), THICKEST) - width;
    if (width === 0 || missing === 0) break;
    const share = Math.min(Math.max(missing / 2, -1), 1);
    const other = ofNeighbours(share > 0 ? Math.max : Math.min, ink);
    ink = { ...ink, values: ink.values.map((one, i) => one + Math.abs(share) * (other[i] - one)) };
  }
  return ink;
}

/**
 * The largest, or the smallest, of each pixel and the four beside it; outside there is nothing.
 * @param {(...numbers: number[]) => number} extreme
 * @param {Image} ink
 * @returns {Float64Array}
 */
function ofNeighbours(extreme, ink) {
  const { columns: wide, values } = withRim(ink);
  return ink.values.map((one, i) => {
    const at = (Math.floor(i / ink.columns) + 1) * wide + (i % ink.columns) + 1;
    return extreme(one, values[at - wide], values[at + wide], values[at - 1], values[at + 1]);
  });
}
