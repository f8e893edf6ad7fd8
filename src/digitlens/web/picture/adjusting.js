// @ts-check
// Steps that make images more alike, and keep their size: slanted ones are straightened, all brought to one height.
//
// A network is trained behind a list of such steps and must be read behind the same list, so each has a name that goes
// into the model file. image: (pixels,), ink from 0 (none) to 1 (full), of any shape.
// The twin of digits/preparation/adjusting.py.

import { DIGIT_SHAPE, pixelsOf } from "../core/shape.js";
import { phrase } from "../texts/worker.js";

/** @typedef {import("../core/shape.js").Shape} Shape */

// How far the ink of an average digit of MNIST spreads, once it is straightened: in pixels of 28; in images of another
// size it is the same share of their rows and columns.
const [HEIGHT, WIDTH] = [5.5, 3.4];
const MOST = 1.7; // so much larger, or smaller, at most: a 1 must stay a stroke

/**
 * How many columns a digit leans to the left per row downwards, from its moments; 0 where there is no ink.
 *
 * It is minus the covariance of column and row over the variance of the row, with ink as weight.
 * @param {Float64Array} image
 * @param {Shape} shape
 * @returns {number}
 */
export function slant(image, shape) {
  const { rows, columns } = shape;
  const { mass, meanRow, meanColumn } = means(image, shape);
  let [covariance, variance] = [0, 0];
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) {
      covariance += image[at] * (row - meanRow) * (column - meanColumn);
      variance += image[at] * (row - meanRow) ** 2;
    }
  }
  return variance / mass > 1e-6 ? -(covariance / mass) / (variance / mass) : 0;
}

/** @param {Float64Array} image @param {Shape} shape */
function means(image, { rows, columns }) {
  let [mass, down, along] = [0, 0, 0];
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) {
      mass += image[at];
      down += image[at] * row;
      along += image[at] * column;
    }
  }
  mass = Math.max(mass, 1e-12);
  return { mass, meanRow: down / mass, meanColumn: along / mass };
}

/**
 * Take the slant out: shear along the rows, about the centre of mass, until row and column are uncorrelated.
 * Between two pixels it interpolates linearly.
 * @param {Float64Array} image
 * @param {Shape} shape
 * @returns {Float64Array}
 */
export function straighten(image, shape) {
  const { rows, columns } = shape;
  const { meanRow } = means(image, shape);
  const lean = slant(image, shape);
  const moved = new Float64Array(pixelsOf(shape));
  for (let row = 0; row < rows; row++) {
    // A row of the new image is the same row of the old one, moved by this much (columns to the left, fractions
    // included).
    const move = -lean * (row - meanRow);
    const whole = Math.floor(move);
    const part = move - whole;
    const ink = (/** @type {number} */ column) => (column < 0 || column >= columns ? 0 : image[row * columns + column]);
    for (let column = 0; column < columns; column++) {
      moved[row * columns + column] = (1 - part) * ink(column + whole) + part * ink(column + whole + 1);
    }
  }
  return moved;
}

/**
 * Give it the height and width of all others, not by its outermost ink but by how far all of it spreads; and centre it.
 *
 * That is moment normalisation (Casey 1970): rows and columns are each stretched, MOST times at most, until the ink's
 * standard deviation is HEIGHT and WIDTH, with its centre of mass in the middle (pixel index 14 of 28). Between two
 * pixels it interpolates linearly.
 * @param {Float64Array} image
 * @param {Shape} shape
 * @returns {Float64Array}
 */
export function resize(image, shape) {
  const { mass, meanRow, meanColumn } = means(image, shape);
  let [high, wide] = [0, 0];
  for (let row = 0, at = 0; row < shape.rows; row++) {
    for (let column = 0; column < shape.columns; column++, at++) {
      high += image[at] * (row - meanRow) ** 2;
      wide += image[at] * (column - meanColumn) ** 2;
    }
  }
  const rows = sources(HEIGHT, Math.sqrt(high / mass), meanRow, shape.rows);
  const columns = sources(WIDTH, Math.sqrt(wide / mass), meanColumn, shape.columns);
  const resized = new Float64Array(pixelsOf(shape));
  rows.forEach((above, row) => {
    for (const { from: old, share: down } of above) {
      columns.forEach((beside, column) => {
        for (const { from, share } of beside)
          resized[row * shape.columns + column] += down * share * image[old * shape.columns + from];
      });
    }
  });
  return resized;
}

/**
 * From which old rows (or columns) each new one takes its ink, and how much of it.
 * @param {number} wanted   the standard deviation it shall have, in pixels of 28
 * @param {number} spread   the one it has
 * @param {number} middle   its centre of mass
 * @param {number} side     rows (or columns) of the image
 * @returns {{from: number, share: number}[][]}
 */
function sources(wanted, spread, middle, side) {
  const larger = Math.min(Math.max((wanted * (side / DIGIT_SHAPE.rows)) / Math.max(spread, 1e-12), 1 / MOST), MOST);
  return Array.from({ length: side }, (_, place) => {
    const looks = (place - Math.floor(side / 2)) / larger + middle;
    const first = Math.floor(looks);
    const both = [
      { from: first, share: 1 - (looks - first) },
      { from: first + 1, share: looks - first },
    ];
    return both.filter(({ from, share }) => from >= 0 && from < side && share > 0);
  });
}

/** @type {Object<string, (image: Float64Array, shape: Shape) => Float64Array>} */
export const STEPS = { straighten, resize };
/** Why each is taken, in words. @type {Object<string, () => string>} */
export const REASONS = {
  straighten: () => phrase("picture.adjusting.theSlantOfTheHandwriting"),
  resize: () => phrase("picture.adjusting.heightAndWidthBecomeThose"),
};

/**
 * Apply the named steps in order.
 * @param {Float64Array} image
 * @param {string[]} names
 * @param {Shape} shape
 * @returns {Float64Array}
 */
export function adjust(image, names, shape) {
  return check(names).reduce((now, name) => STEPS[name](now, shape), image);
}

/**
 * The names themselves; an error where one is unknown.
 * @param {string[]} names
 * @returns {string[]}
 */
export function check(names) {
  for (const name of names) {
    if (!Object.hasOwn(STEPS, name))
      throw new Error(`there is no adjusting step "${name}"; known are ${Object.keys(STEPS).sort().join(", ")}`);
  }
  return names;
}
