// @ts-check
// Where the paper is: one flat level, or a smooth surface, brighter at one side than at the other.
//
// levels: an Image, 0 black to 255 white, perhaps reduced. The paper's half of the twin of digits/preparation/ink.py.

import { quantile } from "../core/weights.js";

/** @typedef {import("./framing.js").Image} Image */

const FLAT = 0.35; // a paper level that so many of the pixels have exactly is not photographed

/**
 * The mean over the square from -radius to +radius around each pixel, of what lies within the picture.
 * @param {Image} image
 * @param {number} radius
 * @returns {Float64Array}
 */
export function runningMean({ rows, columns, values }, radius) {
  const down = along(values, columns, rows, 1, columns, radius);
  return along(down, rows, columns, columns, 1, radius);
}

/**
 * The running mean along one axis: `lines` lines, which begin `apart` from one another, of `n` values, `step` apart.
 * @param {Float64Array} values
 * @param {number} lines
 * @param {number} n
 * @param {number} apart
 * @param {number} step
 * @param {number} radius
 * @returns {Float64Array}
 */
function along(values, lines, n, apart, step, radius) {
  const means = new Float64Array(values.length);
  const total = new Float64Array(n + 1); // the sum of all before
  for (let line = 0; line < lines; line++) {
    const first = line * apart;
    for (let i = 0; i < n; i++) total[i + 1] = total[i] + values[first + i * step];
    for (let i = 0; i < n; i++) {
      const [low, high] = [Math.max(i - radius, 0), Math.min(i + radius + 1, n)];
      means[first + i * step] = (total[high] - total[low]) / (high - low);
    }
  }
  return means;
}

/**
 * The paper's level as a smooth surface of second degree, fitted to most of the pixels.
 * @param {Image} levels
 * @returns {Float64Array} (rows · columns)
 */
export function surface(levels) {
  const blocks = blocksOf(levels, Math.ceil(Math.max(levels.rows, levels.columns) / 48));
  const bases = basis(blocks.rows, blocks.columns);
  let trusted = Array.from(blocks.values, () => true);
  let weights = /** @type {Float64Array} */ (new Float64Array(6));
  for (let turn = 0; turn < 5; turn++) {
    // each time without the fifth that fits worst: writing, and what else is not paper
    weights = fit(bases, blocks.values, trusted);
    const miss = blocks.values.map((one, i) => Math.abs(one - at(bases, i, weights)));
    const most = quantile(miss.slice().sort(), 0.8);
    trusted = Array.from(miss, (one) => one <= most);
  }
  const all = basis(levels.rows, levels.columns);
  return levels.values.map((_, i) => at(all, i, weights));
}

/**
 * Averages of squares of `factor` by `factor` pixels, fewer at the last row and column.
 * @param {Image} image
 * @param {number} factor
 * @returns {Image}
 */
export function blocksOf(image, factor) {
  const [rows, columns] = [Math.ceil(image.rows / factor), Math.ceil(image.columns / factor)];
  const strips = new Float64Array(rows * image.columns);
  for (let y = 0, from = 0; y < image.rows; y++) {
    const to = Math.floor(y / factor) * image.columns;
    for (let x = 0; x < image.columns; x++, from++) strips[to + x] += image.values[from];
  }
  const values = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const high = Math.min(factor, image.rows - row * factor);
    for (let x = 0; x < image.columns; x++)
      values[row * columns + Math.floor(x / factor)] += strips[row * image.columns + x];
    for (let column = 0; column < columns; column++)
      values[row * columns + column] /= high * Math.min(factor, image.columns - column * factor);
  }
  return { rows, columns, values };
}

/**
 * 1, y, x, y², xy, x² at each pixel, y and x from -1 to 1: (rows · columns · 6).
 * @param {number} rows
 * @param {number} columns
 * @returns {Float64Array}
 */
function basis(rows, columns) {
  const bases = new Float64Array(6 * rows * columns);
  for (let i = 0; i < rows * columns; i++) {
    const y = ((Math.floor(i / columns) + 0.5) / rows) * 2 - 1;
    const x = (((i % columns) + 0.5) / columns) * 2 - 1;
    bases.set([1, y, x, y * y, x * y, x * x], 6 * i);
  }
  return bases;
}

/** @param {Float64Array} bases @param {number} i @param {Float64Array} weights */
function at(bases, i, weights) {
  let sum = 0;
  for (let k = 0; k < 6; k++) sum += bases[6 * i + k] * weights[k];
  return sum;
}

/**
 * The six weights that bring the bases nearest to the trusted values: least squares, by the normal equations.
 * @param {Float64Array} bases
 * @param {Float64Array} values
 * @param {boolean[]} trusted
 * @returns {Float64Array}
 */
function fit(bases, values, trusted) {
  // Six rows of the square matrix, the right side behind each; a millionth on the diagonal keeps it solvable.
  const rows = Array.from({ length: 6 }, (_, j) => Float64Array.from({ length: 7 }, (_, k) => (j === k ? 1e-6 : 0)));
  for (let i = 0; i < values.length; i++) {
    if (!trusted[i]) continue;
    for (let j = 0; j < 6; j++) {
      const one = bases[6 * i + j];
      for (let k = 0; k < 6; k++) rows[j][k] += one * bases[6 * i + k];
      rows[j][6] += one * values[i];
    }
  }
  return solve(rows);
}

/**
 * Gauss's elimination, each time with the largest number as pivot.
 * @param {Float64Array[]} rows   n rows of n + 1 numbers, the right side last; are changed
 * @returns {Float64Array} (n,)
 */
function solve(rows) {
  const n = rows.length;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let j = k + 1; j < n; j++) if (Math.abs(rows[j][k]) > Math.abs(rows[pivot][k])) pivot = j;
    [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
    for (let j = k + 1; j < n; j++) {
      const factor = rows[j][k] / rows[k][k];
      for (let c = k; c <= n; c++) rows[j][c] -= factor * rows[k][c];
    }
  }
  const solution = new Float64Array(n);
  for (let k = n - 1; k >= 0; k--) {
    let rest = rows[k][n];
    for (let c = k + 1; c < n; c++) rest -= rows[k][c] * solution[c];
    solution[k] = rest / rows[k][k];
  }
  return solution;
}

/**
 * The level that a good part of all pixels have exactly, or null: a clean drawing's paper.
 *
 * Where two levels are that common (a one-bit scan), the one that is more common along the border counts as paper.
 * @param {Image} levels
 * @returns {number | null}
 */
export function flatLevel(levels) {
  const counts = /** @type {Map<number, number>} */ (new Map());
  for (const one of levels.values) counts.set(one, (counts.get(one) ?? 0) + 1);
  const edge = border(levels);
  let [best, level] = [-1, /** @type {number | null} */ (null)];
  for (const [value, count] of counts) {
    if (count < FLAT * levels.values.length) continue;
    const common = count / levels.values.length + edge.filter((one) => one === value).length / edge.length;
    if (common > best || (common === best && level !== null && value > level)) [best, level] = [common, value];
  }
  return level;
}

/** The outermost pixels, as one row; corners count twice. @param {Image} image @returns {Float64Array} */
function border({ rows, columns, values }) {
  const across = [...values.subarray(0, columns), ...values.subarray((rows - 1) * columns)];
  const down = Array.from({ length: rows }, (_, row) => [values[row * columns], values[(row + 1) * columns - 1]]);
  return Float64Array.from([...across, ...down.flat()]);
}

/**
 * Which share of the picture is light, plus which share of its border: 0..2, far from 1 where the paper is clear. The
 * writing is dark on light from 1 on: the paper is what most of the picture, and of its border, is.
 * @param {Image} excess   the picture, perhaps minus a first guess of its paper
 * @returns {number}
 */
export function lightShares(excess) {
  const sorted = excess.values.slice().sort();
  const few = Math.max(Math.floor(sorted.length / 512), 1); // a small digit on a large page is hardly more
  const middle = (sorted[few - 1] + sorted[sorted.length - few]) / 2;
  const above = (/** @type {Float64Array} */ values) => values.filter((one) => one > middle).length / values.length;
  return above(excess.values) + above(border(excess));
}

/**
 * The picture smoothed by a bell curve; the border goes on outside.
 * @param {Image} image
 * @param {number} spread   its standard deviation, in pixels
 * @returns {Image}
 */
export function blurred({ rows, columns, values }, spread) {
  const reach = Math.ceil(3 * spread);
  const curve = Array.from({ length: 2 * reach + 1 }, (_, k) => Math.exp(-0.5 * ((k - reach) / spread) ** 2));
  const all = curve.reduce((a, b) => a + b, 0);
  const weights = curve.map((one) => one / all);
  const down = curved(values, columns, rows, 1, columns, weights);
  return { rows, columns, values: curved(down, rows, columns, columns, 1, weights) };
}

/**
 * Weighted sums along one axis: `lines` lines, which begin `apart` from one another, of `n` values, `step` apart.
 * @param {Float64Array} values
 * @param {number} lines
 * @param {number} n
 * @param {number} apart
 * @param {number} step
 * @param {number[]} weights   of a value and its neighbours, an odd number
 * @returns {Float64Array}
 */
function curved(values, lines, n, apart, step, weights) {
  const sums = new Float64Array(values.length);
  const reach = (weights.length - 1) / 2;
  for (let line = 0; line < lines; line++) {
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++)
        sum += weights[k] * values[line * apart + Math.min(Math.max(i + k - reach, 0), n - 1) * step];
      sums[line * apart + i * step] = sum;
    }
  }
  return sums;
}
