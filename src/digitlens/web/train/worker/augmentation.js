// @ts-check
// Training images distorted in another way every epoch: which distortion each gets, in float32, as Python draws it.
// The twin of learning/augmentation.py and of the functions in digits/synthetic/distortions.py that draw grids. No DOM.

import { stream } from "./recipe.js";

/** @typedef {import("../random/generator.js").Generator} Generator */
/** @typedef {import("../../core/shape.js").Shape} Shape */
/** @typedef {(rng: Generator, count: number, shape: Shape) => Float32Array} Draw   -> (count, 2, 5, 5) */

const { fround } = Math;
const PLACES = 1_024; // of one stream
const SIDE = 28; // rows and columns of the images that all distances here are meant for
const [TURN, STRETCH, SLANT, SHIFT] = [(6 * Math.PI) / 180, 0.06, 0.08, 0.7]; // standard deviations
const WOBBLE = 0.7;
const MOST = 2.5; // standard deviations: what lies beyond is drawn back to here
const [POINTS, GRID] = [5, 50]; // control points a row; numbers of a grid
const PLACE = Array.from({ length: POINTS }, (_, i) => i * (SIDE / 4) - SIDE / 2); // from the middle

/** @param {number} strength @returns {Draw} */
function affine(strength) {
  const sizes = [TURN / 2, STRETCH, STRETCH, SLANT, SHIFT, SHIFT].map((one) => fround(fround(one) * fround(strength)));
  return (rng, count, shape) => {
    const drawn = sizes.map((size) =>
      Float32Array.from({ length: count }, () => fround(Math.min(Math.max(rng.normal32(), -MOST), MOST) * size)),
    );
    const [high, wide] = scaleOf(shape);
    const grids = new Float32Array(count * GRID);
    for (let i = 0; i < count; i++) oneGrid(drawn, i, grids.subarray(i * GRID, (i + 1) * GRID), high, wide);
    return grids;
  };
}

/**
 * Stretched, slanted, turned and moved, about the middle; each operation rounded by itself.
 * @param {Float32Array[]} drawn
 * @param {number} i
 * @param {Float32Array} grid
 * @param {number} down   pixels of this image that are one of 28
 * @param {number} along
 */
function oneGrid(drawn, i, grid, down, along) {
  const [half, high, wide, slant, lower, right] = drawn.map((numbers) => numbers[i]);
  const square = fround(half * half);
  const one = fround(1 + square);
  const [cosine, sine] = [fround(fround(1 - square) / one), fround(fround(2 * half) / one)];
  for (let r = 0; r < POINTS; r++) {
    const row = fround(fround(1 + high) * PLACE[r]);
    for (let c = 0; c < POINTS; c++) {
      const column = fround(fround(fround(1 + wide) * PLACE[c]) + fround(slant * PLACE[r]));
      const y = fround(fround(fround(cosine * row) + fround(sine * column)) - PLACE[r]);
      const x = fround(fround(fround(cosine * column) - fround(sine * row)) - PLACE[c]);
      grid[r * POINTS + c] = fround(y + lower) * down;
      grid[25 + r * POINTS + c] = fround(x + right) * along;
    }
  }
}

/** @param {number} wobble @returns {Draw} */
function elastic(wobble) {
  const whole = affine(1);
  return (rng, count, shape) => {
    const grids = whole(rng, count, shape);
    const strays = scaleOf(shape).map((scale) => fround(fround(wobble) * scale));
    for (let at = 0; at < grids.length; at++) grids[at] += fround(strays[at % GRID < 25 ? 0 : 1] * rng.normal32());
    return grids;
  };
}

/** Pixels of such an image that are one of 28, down and right. @param {Shape} shape */
const scaleOf = ({ rows, columns }) => [fround(fround(rows) / SIDE), fround(fround(columns) / SIDE)];

/** @type {Readonly<Record<string, Draw>>} */
const AUGMENTATIONS = Object.freeze({
  affine: affine(1),
  moderate: affine(0.7),
  gentle: affine(0.5),
  elastic: elastic(WOBBLE),
  unsteady: elastic(1),
});

/**
 * The grids for the places `first` to below `last` in the order of an epoch, (last - first, 2, 5, 5).
 * @param {import("./recipe.js").Recipe} recipe
 * @param {number} epoch
 * @param {number} first
 * @param {number} last
 * @param {Shape} shape
 * @returns {Float32Array}
 */
export function grids(recipe, epoch, first, last, shape) {
  const draw = AUGMENTATIONS[recipe.augmentation];
  const found = new Float32Array((last - first) * GRID);
  for (let number = Math.floor(first / PLACES); number * PLACES < last; number++) {
    const drawn = draw(stream(recipe, "augmentation", epoch, number), PLACES, shape);
    const from = Math.max(first - number * PLACES, 0);
    const some = drawn.subarray(from * GRID, Math.min(last - number * PLACES, PLACES) * GRID);
    found.set(some, (number * PLACES + from - first) * GRID);
  }
  return found;
}
