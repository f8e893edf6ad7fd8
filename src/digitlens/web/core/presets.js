// @ts-check
// Weight pictures that look for something: a positive stroke with a negative surround, as 784 numbers.
//
// Ink on the stroke adds to the neuron's sum, ink beside it takes away. The surround weighs as much as the stroke, so
// that a picture grey all over adds nothing: what counts is the difference. Pixels are row · 28 + column, angles in
// degrees from level, anticlockwise as one sees it.

/**
 * @typedef {Object} Placement
 * @property {number} row       of its middle, in pixels
 * @property {number} column
 * @property {number} strength  the weight on the stroke, above 0
 * @property {number} [angle]   0 level, 45 rising, 90 upright, 135 falling; a loop has none
 */

const SIDE = 28;
const EDGE = 7; // pixels from end to end
const BAR = 17;
const RADIUS = 4.5; // of a loop: half as high as a digit is
const HALF = 1.1; // pixels from the middle of a stroke to its rim
const SURROUND = 2.2; // pixels from there to the end of the surround

/** A short stroke: a little edge. @param {Placement} placement @returns {Float64Array} (784,) */
export function edge(placement) {
  return line(placement, EDGE);
}

/** A long stroke, across much of the picture. @param {Placement} placement @returns {Float64Array} (784,) */
export function bar(placement) {
  return line(placement, BAR);
}

/**
 * A ring, such as the upper half of a 9; its inside is surround, too.
 * @param {Placement} placement
 * @returns {Float64Array} (784,)
 */
export function loop({ row, column, strength }) {
  return surrounded((r, c) => {
    const away = Math.hypot(r - row, c - column) - RADIUS;
    return away < 0 ? Math.min(-away, HALF + SURROUND) : away;
  }, strength);
}

export const PRESETS = { edge, bar, loop };

/** @param {Placement} placement @param {number} length @returns {Float64Array} */
function line({ row, column, strength, angle = 0 }, length) {
  const [right, down] = [Math.cos((angle * Math.PI) / 180), -Math.sin((angle * Math.PI) / 180)];
  const reach = length / 2 - HALF; // the ends are round
  return surrounded((r, c) => {
    const along = (c - column) * right + (r - row) * down;
    const nearest = Math.max(-reach, Math.min(reach, along));
    return Math.hypot(c - column - nearest * right, r - row - nearest * down);
  }, strength);
}

/**
 * @param {(row: number, column: number) => number} distance   of a pixel from the middle of the stroke
 * @param {number} strength
 * @returns {Float64Array}
 */
function surrounded(distance, strength) {
  const distances = Float64Array.from({ length: SIDE * SIDE }, (_, i) => distance(Math.floor(i / SIDE), i % SIDE));
  const stroke = distances.filter((d) => d <= HALF).length;
  const surround = distances.filter((d) => d > HALF && d <= HALF + SURROUND).length;
  const against = surround ? (-strength * stroke) / surround : 0;
  return distances.map((d) => (d <= HALF ? strength : d <= HALF + SURROUND ? against : 0));
}

/**
 * The pixels under a round brush whose middle is on this one; those beyond the picture's rim are left out.
 * @param {number} row
 * @param {number} column
 * @param {number} size   across, in pixels; 1 is the pixel alone
 * @returns {number[]}
 */
export function footprint(row, column, size) {
  const pixels = [];
  const reach = Math.floor(size / 2);
  for (let r = Math.max(0, row - reach); r <= Math.min(SIDE - 1, row + reach); r++) {
    for (let c = Math.max(0, column - reach); c <= Math.min(SIDE - 1, column + reach); c++) {
      if (Math.hypot(r - row, c - column) <= size / 2) pixels.push(r * SIDE + c);
    }
  }
  return pixels;
}
