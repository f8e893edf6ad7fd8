// @ts-check
// Numbers as pictures: ink as white on black, weights as blue and red on black, in both themes.
//
// A picture is drawn one pixel a number; the style sheet enlarges it without blurring.

import { pixelAt } from "../../core/shape.js";
import { attributes, h, svg } from "./dom.js";

/** @typedef {import("../../core/shape.js").Shape} Shape */

export const POSITIVE = [0x58, 0xc4, 0xdd];
export const NEGATIVE = [0xfc, 0x62, 0x55];

/**
 * A small canvas for a picture; it takes the picture's size when that is painted. `label` says what it shows.
 * @param {string} label
 * @returns {HTMLCanvasElement}
 */
export function inkCanvas(label) {
  return h("canvas", { class: "picture", width: 1, height: 1, role: "img", "aria-label": label });
}

/**
 * Ink: 0 black to 1 white.
 * @param {HTMLCanvasElement} canvas
 * @param {ArrayLike<number>} values   (rows · columns)
 * @param {Shape} shape
 * @param {number} [full]   the value that is white: 1, or 255 for greys
 */
export function paintInk(canvas, values, shape, full = 1) {
  paint(canvas, shape, (i, pixels, at) => {
    pixels[at] = pixels[at + 1] = pixels[at + 2] = (255 * values[i]) / full;
  });
}

/**
 * Weights, products or slopes: blue above 0, red below, black at 0, at full strength from `strongest` on.
 * @param {HTMLCanvasElement} canvas
 * @param {ArrayLike<number>} values   (rows · columns)
 * @param {number} strongest
 * @param {Shape} shape
 */
export function paintWeights(canvas, values, strongest, shape) {
  paint(canvas, shape, (i, pixels, at) => {
    const strength = Math.min(Math.abs(values[i]) / strongest, 1);
    const colour = values[i] < 0 ? NEGATIVE : POSITIVE;
    pixels[at] = strength * colour[0];
    pixels[at + 1] = strength * colour[1];
    pixels[at + 2] = strength * colour[2];
  });
}

/**
 * An SVG over a picture, whose units are its pixels.
 * @param {...SVGElement} marks
 * @returns {{element: SVGSVGElement, fit: (shape: Shape) => void}}
 */
export function pixelOverlay(...marks) {
  const element = svg("svg", { "aria-hidden": "true" }, ...marks);
  return { element, fit: ({ rows, columns }) => attributes(element, { viewBox: `0 0 ${columns} ${rows}` }) };
}

/**
 * The pixel of a picture that an event points at.
 * @param {MouseEvent} event
 * @param {HTMLCanvasElement} canvas
 * @param {Shape} shape
 * @returns {{row: number, column: number}}
 */
export function pixelUnder(event, canvas, shape) {
  const box = canvas.getBoundingClientRect();
  return pixelAt(shape, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Shape} shape
 * @param {(i: number, pixels: Uint8ClampedArray, at: number) => void} colour   sets red, green and blue of number i
 */
function paint(canvas, { rows, columns }, colour) {
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
