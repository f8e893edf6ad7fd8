// @ts-check
// What the images of a network are like: rows and columns of pixels, and the classes that they are sorted into.
//
// Pixels are counted row by row: pixel k lies in row k / columns, rounded down, and in column k mod columns.

/** @typedef {{rows: number, columns: number}} Shape   of an image, in pixels */

/** The shape of MNIST's images, and the one of a network whose file names none. @type {Readonly<Shape>} */
export const DIGIT_SHAPE = Object.freeze({ rows: 28, columns: 28 });
export const LARGEST_SIDE = 64; // rows, and columns, that an image may have
export const MOST_CLASSES = 256;
const DIGITS = Object.freeze(Array.from("0123456789"));

/** @param {Shape} shape @returns {number} */
export const pixelsOf = ({ rows, columns }) => rows * columns;

/** Rows and columns for people: "20×24". @param {Shape} shape @returns {string} */
export const shapeName = ({ rows, columns }) => `${rows}×${columns}`;

/** @param {Shape} one @param {Shape} other @returns {boolean} */
export const sameShape = (one, other) => one.rows === other.rows && one.columns === other.columns;

/** Where a pixel lies. @param {Shape} shape @param {number} pixel @returns {{row: number, column: number}} */
export const placeOf = ({ columns }, pixel) => ({ row: Math.floor(pixel / columns), column: pixel % columns });

/** The pixel in the middle. @param {Shape} shape @returns {number} */
export const middleOf = ({ rows, columns }) => Math.floor(rows / 2) * columns + Math.floor(columns / 2);

/**
 * The pixel at a share of the width and of the height, 0 to 1; beyond them the nearest.
 * @param {Shape} shape
 * @param {number} across
 * @param {number} down
 * @returns {{row: number, column: number}}
 */
export function pixelAt({ rows, columns }, across, down) {
  const within = (/** @type {number} */ share, /** @type {number} */ n) =>
    Math.max(0, Math.min(n - 1, Math.floor(share * n)));
  return { row: within(down, rows), column: within(across, columns) };
}

/**
 * The framing of a network whose images were not made like MNIST's, in place of a version: its pictures are laid onto
 * its rows and columns as they are. Images of 28×28 may be such, too: clothes that fill them.
 */
export const NOT_FRAMED = 0;

/**
 * Whether a network reads handwritten digits as MNIST has them: framed, in classes that are called "0", "1", ...
 * What is about digits alone (the story, the second opinion) stays away from other networks.
 * @param {{framing: number, classes: readonly string[]}} network
 * @returns {boolean}
 */
export function readsDigits({ framing, classes }) {
  return framing !== NOT_FRAMED && classes.every((name, j) => name === DIGITS[j]);
}
