// @ts-check
// The pixels of a decoded picture. A browser has no other way to them than a canvas, and some, against being followed
// by sites, add noise to what is read from one. That is noticed: a network would read the noise, or learn it.

import { phrase } from "../texts/first.js";

/**
 * Draw a picture at this size and read it. Throws an Error in words where what is read is not what was drawn.
 * @param {ImageBitmap} bitmap   is closed
 * @param {number} columns
 * @param {number} rows
 * @param {string} [ground]   the colour behind what is transparent; none: it stays transparent
 * @returns {Uint8ClampedArray} red, green, blue and opacity of each pixel
 */
export function readPixels(bitmap, columns, rows, ground = "") {
  if (isNoisy()) throw new Error(phrase("picture.canvas.thisBrowserAddsNoiseTo"));
  const context = canvas(columns, rows);
  if (ground) {
    context.fillStyle = ground;
    context.fillRect(0, 0, columns, rows);
  }
  context.drawImage(bitmap, 0, 0, columns, rows);
  bitmap.close();
  return context.getImageData(0, 0, columns, rows).data;
}

/** @param {number} columns @param {number} rows */
function canvas(columns, rows) {
  const context = new OffscreenCanvas(columns, rows).getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error(phrase("picture.canvas.thisBrowserHasNoCanvas"));
  return context;
}

let noisy = /** @type {boolean | null} */ (null);

/** Whether what is read from a canvas is another thing than what was drawn; looked at once. @returns {boolean} */
function isNoisy() {
  if (noisy !== null) return noisy;
  const side = 16;
  const context = canvas(side, side);
  const drawn = context.createImageData(side, side);
  drawn.data.forEach((_, i) => (drawn.data[i] = i % 4 === 3 ? 255 : (i * 37) % 256));
  context.putImageData(drawn, 0, 0);
  const { data } = context.getImageData(0, 0, side, side);
  noisy = data.some((value, i) => value !== drawn.data[i]);
  return noisy;
}
