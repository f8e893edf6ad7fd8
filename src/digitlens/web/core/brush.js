// @ts-check
// A brush on an image: the pixels under it, the pixels on its way, and the outline of a set of pixels. No DOM.

/** @typedef {import("./shape.js").Shape} Shape */
/** @typedef {{row: number, column: number}} Place */

/**
 * The pixels under a round brush whose middle is on this one; those beyond the image's rim are left out.
 * @param {Place} middle
 * @param {number} size   across, in pixels; 1 is the pixel alone
 * @param {Shape} shape
 * @returns {number[]}
 */
export function footprint({ row, column }, size, { rows, columns }) {
  const pixels = [];
  const reach = Math.floor(size / 2);
  for (let r = Math.max(0, row - reach); r <= Math.min(rows - 1, row + reach); r++) {
    for (let c = Math.max(0, column - reach); c <= Math.min(columns - 1, column + reach); c++) {
      if (Math.hypot(r - row, c - column) <= size / 2) pixels.push(r * columns + c);
    }
  }
  return pixels;
}

/**
 * The pixels from one to another, the first left out unless it is all.
 * @param {Place} from
 * @param {Place} to
 * @returns {Place[]}
 */
export function between(from, to) {
  const steps = Math.max(Math.abs(to.row - from.row), Math.abs(to.column - from.column), 1);
  return Array.from({ length: steps }, (_, i) => {
    const share = (i + 1) / steps;
    return {
      row: Math.round(from.row + share * (to.row - from.row)),
      column: Math.round(from.column + share * (to.column - from.column)),
    };
  });
}

/**
 * The outline of a set of pixels as the data of an SVG path, a pixel being one unit.
 * @param {ArrayLike<number>} mask   (pixels,) 1 inside, 0 outside
 * @param {Shape} shape
 * @returns {string}
 */
export function outlineOf(mask, { rows, columns }) {
  let path = "";
  const inside = (/** @type {number} */ r, /** @type {number} */ c) =>
    r >= 0 && r < rows && c >= 0 && c < columns && mask[r * columns + c] === 1;
  for (let r = 0; r <= rows; r++) {
    for (let c = 0; c <= columns; c++) {
      const here = inside(r, c);
      if (here !== inside(r - 1, c)) path += `M${c} ${r}h1`;
      if (here !== inside(r, c - 1)) path += `M${c} ${r}v1`;
    }
  }
  return path;
}
