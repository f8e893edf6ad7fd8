// @ts-check
// Ink of any size becomes 28×28, the way the pictures of MNIST were made.
//
// The recipe is the one of LeCun, Bottou, Bengio and Haffner (1998), section III.A: crop to the ink, bring the longest
// side to 20 pixels with anti-aliasing, and put the centre of mass into the middle of 28×28.
//
// An image: {rows, columns, values: (rows · columns)}, ink 0 nothing to 1 full. The twin of
// digits/preparation/framing.py.

import { DIGIT_SHAPE, pixelsOf } from "../core/shape.js";
import { strokeWidth, THINNEST as THINNEST_PEN, withPen, withRim } from "./stroke_width.js";
import { quantile } from "../core/weights.js";

/** @typedef {{rows: number, columns: number, values: Float64Array}} Image */
/**
 * @typedef {Object} Box   whole pixels, the first at (top, left)
 * @property {number} top
 * @property {number} left
 * @property {number} rows
 * @property {number} columns
 */

export const FRAMING_VERSION = 1; // goes into model files: a network must be read with the framing it was trained for
export const SIDE = 28; // rows and columns of a framed image
export const BOX = 20; // its longest side of ink
export const CENTRE = 14; // the pixel index where its centre of mass lies

const FAINT = 0.25; // what is fainter than this share of the darkest does not decide how large the ink is
const UNSEEN_PEN = 0.65; // pixels: none of MNIST's 70,000 digits was written by a thinner one; the thinnest has 0.657
const THINNEST = 0.8; // 99.9 % of MNIST's digits have a quarter of their strokes at least that dark

/**
 * That part of an image.
 * @param {Image} image
 * @param {Box} box
 * @returns {Image}
 */
export function cut(image, { top, left, rows, columns }) {
  const values = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const from = (top + row) * image.columns + left;
    values.set(image.values.subarray(from, from + columns), row * columns);
  }
  return { rows, columns, values };
}

/**
 * The smallest box that holds every pixel with ink; null where there is no ink at all.
 * @param {Image} image
 * @param {number} [least]   ink is what is at least that dark, and not nothing
 * @returns {Box | null}
 */
export function boxOf({ rows, columns, values }, least = 0) {
  let [top, left, bottom, right] = [rows, columns, -1, -1];
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) {
      if (values[at] === 0 || values[at] < least) continue;
      top = Math.min(top, row);
      bottom = row;
      left = Math.min(left, column);
      right = Math.max(right, column);
    }
  }
  return bottom < 0 ? null : { top, left, rows: bottom - top + 1, columns: right - left + 1 };
}

/**
 * The box that framing crops to: of all ink where that has MNIST's size already, else of what is not faint.
 *
 * The blur of an enlarged or compressed picture reaches further than its strokes, and would make them too small.
 * @param {Image} ink
 * @returns {Box | null}
 */
export function boxForFraming(ink) {
  const box = boxOf(ink);
  if (!box || scaleFor(Math.max(box.rows, box.columns)) === 1) return box;
  return boxOf(ink, FAINT * largest(ink.values));
}

/** @param {Float64Array} values @returns {number} */
const largest = (values) => values.reduce((a, b) => Math.max(a, b), -Infinity);

/**
 * Where the ink would balance: [row, column] as pixel indices. There must be some ink.
 * @param {Image} image
 * @returns {[number, number]}
 */
export function centreOfMass({ rows, columns, values }) {
  let [mass, down, along] = [0, 0, 0];
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) {
      mass += values[at];
      down += values[at] * row;
      along += values[at] * column;
    }
  }
  return [down / mass, along / mass];
}

/**
 * How much ink of this longest side is enlarged (above 1) or reduced: exactly 1 for MNIST's own 19 and 20.
 * @param {number} longest
 * @returns {number}
 */
export function scaleFor(longest) {
  return BOX - 1 <= longest && longest <= BOX ? 1 : BOX / longest;
}

/**
 * The matrix that resamples one axis: each row sums to 1 where it lies within the picture.
 *
 * Reducing averages what a new pixel covers (its edges in proportion); enlarging interpolates between the two nearest.
 * @param {number} before
 * @param {number} scale
 * @returns {{after: number, matrix: Float64Array}} (after · before)
 */
export function resampling(before, scale) {
  const after = Math.max(1, Math.ceil(before * scale - 1e-9));
  const matrix = new Float64Array(after * before);
  for (let i = 0; i < after; i++) {
    // The new pixels are centred on the old ones: what is left over is shared by both ends.
    let middle = (i + 0.5 - after / 2) / scale + before / 2; // in old pixels
    const [low, high] = [middle - 0.5 / scale, middle + 0.5 / scale];
    middle = Math.min(Math.max(middle, 0.5), before - 0.5);
    for (let old = 0; old < before; old++) {
      const cover = Math.min(high, old + 1) - Math.max(low, old);
      matrix[i * before + old] =
        scale <= 1 ? Math.max(cover, 0) * scale : Math.max(1 - Math.abs(middle - 0.5 - old), 0);
    }
  }
  return { after, matrix };
}

/**
 * Enlarge or reduce an image by the same factor along both sides, with anti-aliasing.
 * @param {Image} ink
 * @param {number} scale
 * @returns {Image}
 */
export function resample(ink, scale) {
  if (scale === 1) return ink;
  const { rows, columns, values } = ink;
  const down = resampling(rows, scale);
  const strips = new Float64Array(down.after * columns); // the rows resampled
  for (let i = 0; i < down.after; i++) {
    for (let row = 0; row < rows; row++) {
      const share = down.matrix[i * rows + row];
      if (share === 0) continue;
      for (let column = 0; column < columns; column++)
        strips[i * columns + column] += share * values[row * columns + column];
    }
  }
  return narrower({ rows: down.after, columns, values: strips }, scale);
}

/**
 * The same ink in a picture of so many times its columns, with anti-aliasing; its height stays.
 * @param {Image} ink
 * @param {number} scale
 * @returns {Image}
 */
export function narrower({ rows, columns, values }, scale) {
  const { after, matrix } = resampling(columns, scale);
  const narrow = new Float64Array(rows * after);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < after; j++) {
      let sum = 0;
      for (let column = 0; column < columns; column++)
        sum += values[i * columns + column] * matrix[j * columns + column];
      narrow[i * after + j] = sum;
    }
  }
  return { rows, columns: after, values: narrow };
}

/** @typedef {{ink: Image, scale: number, gain: number, drawn: number, pen: number}} Scaled
 *    scale: how much larger it became; gain: the factor by which it was strengthened; drawn: how wide the strokes were
 *    then, in pixels; pen: and how wide they are now, brought to MNIST's pens; the same where nothing had to be done */

/**
 * Cropped ink -> its longest side is 20 pixels, its pen one of MNIST's.
 *
 * A thin stroke comes out of the reduction grey. It is strengthened until the darker quarter of the strokes is as dark
 * as in the thinnest digits of MNIST; then what is still thinner or thicker than MNIST's pens is made wider or
 * narrower. Ink of MNIST's own size is not touched, unless its pen is thinner than any in MNIST: scale and gain are 1.
 * @param {Image} ink
 * @returns {Scaled}
 */
export function scaled(ink) {
  const scale = scaleFor(Math.max(ink.rows, ink.columns));
  let [small, gain] = [ink, 1];
  if (scale !== 1) {
    small = resample(ink, scale);
    const least = 0.3 * largest(small.values);
    const strokes = small.values.filter((one) => one > least).sort();
    gain = Math.max(1, THINNEST / quantile(strokes, 0.75));
    small = { ...small, values: small.values.map((one) => Math.min(one * gain, 1)) };
  }
  const drawn = strokeWidth(small);
  if (drawn < (scale === 1 ? UNSEEN_PEN : THINNEST_PEN)) small = withRim(small);
  if (small === ink) return { ink, scale, gain, drawn, pen: drawn };
  small = withPen(small);
  return { ink: small, scale, gain, drawn, pen: strokeWidth(small) };
}

/**
 * Where the first pixel of `ink` goes in 28×28, so that its centre of mass comes to lie at pixel index 14.
 *
 * Whole pixels only, as MNIST did, and never so far that ink is lost over the edge.
 * @param {Image} ink
 * @returns {[number, number]} top, left
 */
export function cornerFor(ink) {
  // Halves are rounded down, so MNIST's own images, whose centres lie in [13.5, 14.5), stay in place. The millionth
  // keeps an exact half, which symmetric ink often has, from being decided by the last bit of a sum.
  const [top, left] = centreOfMass(ink).map((middle) => Math.ceil(CENTRE - 0.5 - middle - 1e-6));
  return [Math.min(Math.max(top, 0), SIDE - ink.rows), Math.min(Math.max(left, 0), SIDE - ink.columns)];
}

/**
 * Put ink of at most 28×28 onto an empty 28×28 with its first pixel at `corner`.
 * @param {Image} ink
 * @param {[number, number]} corner   top, left
 * @returns {Float64Array} (784,)
 */
export const place = (ink, corner) => placeOn(ink, corner, DIGIT_SHAPE);

/**
 * Put ink onto an empty image at least as large, with its first pixel at `corner`.
 * @param {Image} ink
 * @param {number[]} corner   top, left
 * @param {import("../core/shape.js").Shape} shape
 * @returns {Float64Array} (pixels,)
 */
export function placeOn(ink, [top, left], shape) {
  const image = new Float64Array(pixelsOf(shape));
  for (let row = 0; row < ink.rows; row++) {
    image.set(ink.values.subarray(row * ink.columns, (row + 1) * ink.columns), (top + row) * shape.columns + left);
  }
  return image;
}

/**
 * Ink of any size -> (784,), as MNIST was made (LeCun et al. 1998, section III.A). No ink comes back as no ink.
 * @param {Image} ink
 * @returns {Float64Array}
 */
export function frame(ink) {
  const box = boxForFraming(ink);
  if (!box) return new Float64Array(SIDE * SIDE);
  const small = scaled(cut(ink, box)).ink;
  return place(small, cornerFor(small));
}
