// @ts-check
// Weights that look for something: a positive stroke with a negative surround, one number a pixel.
//
// Ink on the stroke adds to the neuron's sum, ink beside it takes away. The surround weighs as much as the stroke, so
// that an image grey all over adds nothing: what counts is the difference. Angles are in degrees from level,
// anticlockwise as one sees it. Lengths are for images of 28 pixels; in others they are the same share of the shorter
// side.

import { DIGIT_SHAPE, pixelsOf, placeOf } from "./shape.js";

/** @typedef {import("./shape.js").Shape} Shape */
/**
 * @typedef {Object} Placement
 * @property {number} row       of its middle, in pixels
 * @property {number} column
 * @property {number} strength  the weight on the stroke, above 0
 * @property {number} [angle]   0 level, 45 rising, 90 upright, 135 falling; a loop has none
 */

const EDGE = 7; // pixels from end to end
const BAR = 17;
const RADIUS = 4.5; // of a loop: half as high as a digit is
const HALF = 1.1; // pixels from the middle of a stroke to its rim
const SURROUND = 2.2; // pixels from there to the end of the surround

/**
 * A short stroke: a little edge.
 * @param {Placement} placement
 * @param {Shape} shape
 * @returns {Float64Array} (pixels,)
 */
export const edge = (placement, shape) => line(placement, EDGE, shape);

/**
 * A long stroke, across much of the image.
 * @param {Placement} placement
 * @param {Shape} shape
 * @returns {Float64Array}
 */
export const bar = (placement, shape) => line(placement, BAR, shape);

/**
 * A ring, such as the upper half of a 9; its inside is surround, too.
 * @param {Placement} placement
 * @param {Shape} shape
 * @returns {Float64Array} (pixels,)
 */
export function loop({ row, column, strength }, shape) {
  const unit = unitOf(shape);
  return surrounded(
    (r, c) => {
      const away = Math.hypot(r - row, c - column) / unit - RADIUS;
      return away < 0 ? Math.min(-away, HALF + SURROUND) : away;
    },
    strength,
    shape,
  );
}

export const PRESETS = { edge, bar, loop };

/** Pixels of this image for one of 28. @param {Shape} shape */
const unitOf = ({ rows, columns }) => Math.min(rows, columns) / DIGIT_SHAPE.rows;

/** @param {Placement} placement @param {number} length @param {Shape} shape @returns {Float64Array} */
function line({ row, column, strength, angle = 0 }, length, shape) {
  const unit = unitOf(shape);
  const [right, down] = [Math.cos((angle * Math.PI) / 180), -Math.sin((angle * Math.PI) / 180)];
  const reach = length / 2 - HALF; // the ends are round
  return surrounded(
    (r, c) => {
      const [x, y] = [(c - column) / unit, (r - row) / unit];
      const nearest = Math.max(-reach, Math.min(reach, x * right + y * down));
      return Math.hypot(x - nearest * right, y - nearest * down);
    },
    strength,
    shape,
  );
}

/**
 * @param {(row: number, column: number) => number} distance   of a pixel from the middle of the stroke
 * @param {number} strength
 * @param {Shape} shape
 * @returns {Float64Array}
 */
function surrounded(distance, strength, shape) {
  const distances = Float64Array.from({ length: pixelsOf(shape) }, (_, k) => {
    const { row, column } = placeOf(shape, k);
    return distance(row, column);
  });
  const stroke = distances.filter((d) => d <= HALF).length;
  const surround = distances.filter((d) => d > HALF && d <= HALF + SURROUND).length;
  const against = surround ? (-strength * stroke) / surround : 0;
  return distances.map((d) => (d <= HALF ? strength : d <= HALF + SURROUND ? against : 0));
}
