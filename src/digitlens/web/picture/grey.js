// @ts-check
// The pixels of a picture, as a browser decodes them, become grey; something is put behind a transparent one.
//
// data: (rows · columns · 4), red, green, blue, alpha, 0..255  ->  grey: (rows · columns), 0 (black) to 255 (white)
// The twin of digits/preparation/decode.py.

import { phrase } from "../texts/first.js";

/** @typedef {{rows: number, columns: number, grey: Uint8Array, backdrop?: number}} Grey
 *    backdrop: the grey that was put behind a transparent picture; -1 or missing: it was not transparent */

const MOST_PIXELS = 16_000_000;
const PALE = 0.25; // of black to white: tones that are less far apart may hide what colours show
const CLEARER = 2; // so many times as far apart are those of a colour that is looked at instead
const SAMPLE = 256; // rows and columns, about, from which this is told

/**
 * @param {ArrayLike<number>} data
 * @param {number} rows
 * @param {number} columns
 * @returns {Grey}
 */
export function fromRGBA(data, rows, columns) {
  if (!(rows >= 1 && columns >= 1 && rows * columns <= MOST_PIXELS) || data.length !== 4 * rows * columns) {
    throw new Error(phrase("picture.grey.aPictureHas1To", { most: MOST_PIXELS / 1e6, columns, rows, n: data.length }));
  }
  const grey = new Uint8Array(rows * columns);
  let transparent = false;
  for (let i = 0, at = 0; i < grey.length; i++, at += 4) {
    // brightness as the eye sees it (ITU-R 601), rounded as Pillow does
    grey[i] = (19595 * data[at] + 38470 * data[at + 1] + 7471 * data[at + 2] + 32768) >> 16;
    if (data[at + 3] < 255) transparent = true;
  }
  if (transparent) return { rows, columns, grey, backdrop: putBackdrop(grey, data) };
  return { rows, columns, grey: clearest(grey, data, rows, columns), backdrop: -1 };
}

/**
 * The grey; or, where that is pale and a colour is much clearer, the first of the clearest colours as a grey.
 * The twin of digits/preparation/colours.py.
 * @param {Uint8Array} grey
 * @param {ArrayLike<number>} data
 * @param {number} rows
 * @param {number} columns
 * @returns {Uint8Array}
 */
function clearest(grey, data, rows, columns) {
  const seen = spread((i) => grey[i], rows, columns);
  if (seen >= PALE) return grey;
  const apart = [0, 1, 2].map((k) => spread((i) => data[4 * i + k], rows, columns));
  const best = apart.indexOf(Math.max(...apart));
  return apart[best] >= Math.max(CLEARER * seen, PALE) ? grey.map((_, i) => data[4 * i + best]) : grey;
}

/**
 * How far the lightest and the darkest tones are apart, 0..1; of each, one in 512 does not count.
 * @param {(i: number) => number} tone   of the pixel with this number
 * @param {number} rows
 * @param {number} columns
 * @returns {number}
 */
function spread(tone, rows, columns) {
  const step = Math.ceil(Math.max(rows, columns) / SAMPLE);
  const some = new Uint8Array(Math.ceil(rows / step) * Math.ceil(columns / step));
  let at = 0;
  for (let row = 0; row < rows; row += step)
    for (let column = 0; column < columns; column += step) some[at++] = tone(row * columns + column);
  some.sort();
  const few = Math.floor(some.length / 512);
  return (some[some.length - 1 - few] - some[few]) / 255;
}

/**
 * Put something behind a transparent picture on which its ink can be seen.
 *
 * Visible strokes of one tone get the other tone behind them. Where paper and ink are both visible, the paper goes on.
 * @param {Uint8Array} grey           is changed
 * @param {ArrayLike<number>} data    whose alpha counts
 * @returns {number} the backdrop, 0 or 255
 */
function putBackdrop(grey, data) {
  let [total, first, second] = [0, 0, 0]; // of grey and its square, weighted by how visible it is
  for (let i = 0; i < grey.length; i++) {
    const alpha = data[4 * i + 3];
    total += alpha;
    first += alpha * grey[i];
    second += alpha * grey[i] * grey[i];
  }
  const mean = first / Math.max(total, 1);
  const spread = Math.sqrt(Math.max(second / Math.max(total, 1) - mean ** 2, 0));
  const light = mean > 127.5;
  const backdrop = light === spread > 50 ? 255 : 0;
  for (let i = 0; i < grey.length; i++) {
    const alpha = data[4 * i + 3];
    grey[i] = Math.floor((grey[i] * alpha + (255 - alpha) * backdrop + 127) / 255);
  }
  return backdrop;
}
