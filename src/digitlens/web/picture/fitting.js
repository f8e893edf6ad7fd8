// @ts-check
// A picture of any size becomes rows × columns, for networks that do not see framed digits.
//
// Framing crops to the ink and centres it, as MNIST was made. Other data is not made that way, so here the whole
// picture is laid onto the new size, margins and all: each new pixel holds the mean of what it covers, and the darkest
// of them becomes full ink. Both sides are scaled by themselves: a picture of other proportions is stretched.
//
// The twin of digits/preparation/fitting.py.

/** @typedef {import("../core/shape.js").Shape} Shape */
/** @typedef {import("./ink.js").Ink} Ink */

/**
 * The ink found in a picture of that size, laid onto rows and columns: (pixels,), 0 to 1.
 * @param {Pick<Ink, "ink" | "region" | "reduction">} found
 * @param {Shape} picture   its size, in its own pixels
 * @param {Shape} shape     the size that is wanted
 * @returns {Float64Array}
 */
export function fit({ ink, region, reduction }, picture, shape) {
  const down = covering([region.top, region.rows], reduction, ink.rows, picture.rows, shape.rows);
  const along = covering([region.left, region.columns], reduction, ink.columns, picture.columns, shape.columns);
  const strips = new Float64Array(shape.rows * ink.columns); // the rows laid onto the new ones
  for (let row = 0; row < shape.rows; row++) {
    for (let old = 0; old < ink.rows; old++) {
      const share = down[row * ink.rows + old];
      if (!share) continue;
      for (let column = 0; column < ink.columns; column++)
        strips[row * ink.columns + column] += share * ink.values[old * ink.columns + column];
    }
  }
  const laid = new Float64Array(shape.rows * shape.columns);
  for (let row = 0, at = 0; row < shape.rows; row++) {
    for (let column = 0; column < shape.columns; column++, at++) {
      for (let old = 0; old < ink.columns; old++)
        laid[at] += along[column * ink.columns + old] * strips[row * ink.columns + old];
    }
  }
  const most = laid.reduce((a, b) => Math.max(a, b), 1e-12);
  return laid.map((one) => Math.min(one / most, 1));
}

/**
 * What share of each new pixel each old one covers: (after · before).
 * @param {[number, number]} region   the first pixel, and how many, of the picture's `whole` that the old ones stand
 *   for
 * @param {number} step      pixels of the picture that each old one stands for
 * @param {number} before
 * @param {number} whole
 * @param {number} after
 * @returns {Float64Array}
 */
export function covering([first, length], step, before, whole, after) {
  const shares = new Float64Array(after * before);
  const wide = whole / after;
  for (let i = 0; i < after; i++) {
    for (let k = 0; k < before; k++) {
      const [begin, end] = [k, k + 1].map((one) => first + Math.min(one * step, length));
      const cover = Math.min((i + 1) * wide, end) - Math.max(i * wide, begin);
      shares[i * before + k] = Math.max(cover, 0) * (after / whole);
    }
  }
  return shares;
}
