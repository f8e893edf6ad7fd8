// @ts-check
// Numbers as pictures: ink as white on black, weights as blue and red on black, in both themes.
//
// A picture is drawn one pixel a number; the style sheet enlarges it without blurring.

import { h } from "./dom.js";

export const POSITIVE = [0x58, 0xc4, 0xdd];
export const NEGATIVE = [0xfc, 0x62, 0x55];

/**
 * A small canvas for a picture of `rows` × `columns` numbers. `label` says what it shows.
 * @param {string} label
 * @param {number} [rows]
 * @param {number} [columns]
 * @returns {HTMLCanvasElement}
 */
export function inkCanvas(label, rows = 28, columns = 28) {
  return h("canvas", { class: "picture", width: columns, height: rows, role: "img", "aria-label": label });
}

/**
 * Ink: 0 black to 1 white.
 * @param {HTMLCanvasElement} canvas
 * @param {ArrayLike<number>} values   (rows · columns)
 * @param {number} [rows]
 * @param {number} [columns]
 * @param {number} [full]   the value that is white: 1, or 255 for greys
 */
export function paintInk(canvas, values, rows = 28, columns = 28, full = 1) {
  paint(canvas, rows, columns, (i, pixels, at) => {
    pixels[at] = pixels[at + 1] = pixels[at + 2] = (255 * values[i]) / full;
  });
}

/**
 * Weights, products or slopes: blue above 0, red below, black at 0, at full strength from `strongest` on.
 * @param {HTMLCanvasElement} canvas
 * @param {ArrayLike<number>} values   (rows · columns)
 * @param {number} strongest
 * @param {{rows?: number, columns?: number}} [shape]
 */
export function paintWeights(canvas, values, strongest, { rows = 28, columns = 28 } = {}) {
  paint(canvas, rows, columns, (i, pixels, at) => {
    const strength = Math.min(Math.abs(values[i]) / strongest, 1);
    const colour = values[i] < 0 ? NEGATIVE : POSITIVE;
    pixels[at] = strength * colour[0];
    pixels[at + 1] = strength * colour[1];
    pixels[at + 2] = strength * colour[2];
  });
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {number} rows
 * @param {number} columns
 * @param {(i: number, pixels: Uint8ClampedArray, at: number) => void} colour   sets red, green and blue of number i
 */
function paint(canvas, rows, columns, colour) {
  if (canvas.width !== columns || canvas.height !== rows) [canvas.width, canvas.height] = [columns, rows];
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const image = new ImageData(columns, rows);
  const { data } = image;
  for (let i = 0; i < rows * columns; i++) {
    colour(i, data, 4 * i);
    data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}
