// @ts-check
// The ruled lines and box borders of forms are taken away, also where the writing touches them.
//
// A line runs along one side of the picture from one border to the other, nearly straight, thin, and is the first ink
// that one meets from that side. A box may stand free in the picture; then it has a line on each of its four sides. The
// bar of a 7 or the foot of a 2 that fills its picture is no line: what would be left hangs on it and reaches the
// opposite border. The twin of digits/preparation/ruled_lines.py.

import { boxOf } from "./framing.js";

/** @typedef {import("./framing.js").Image} Image */
/** @typedef {import("./framing.js").Box} Box */
/**
 * @typedef {Object} Side          a part of an image as it is seen from one of its sides, that side on top
 * @property {number} rows
 * @property {number} columns
 * @property {(row: number, column: number) => number} at   where its pixel stands in the image's values
 */

const RIM = 0.2; // so much of each side is where lines lie
const THICKEST = 0.08; // of the longest side
const SPAN = 0.7; // so many of the columns must show the line; writing may hide it in the others
const STEEPEST = 0.15; // rows a column; about 8 degrees
const SEEN = 0.1; // ink of a line is at least that dark
const LEAST_SIDE = 8; // pixels: in smaller pictures a line is as thick as a stroke
const LEAST = 0.1; // so much of the ink must be left, or it was no form

/**
 * The same ink without ruled lines; the very same image where there are none.
 * @param {Image} ink
 * @returns {Image}
 */
export function withoutLines(ink) {
  const whole = { top: 0, left: 0, rows: ink.rows, columns: ink.columns };
  if (Math.min(ink.rows, ink.columns) < LEAST_SIDE) return ink;
  const edges = sides(ink, whole).map((side) => lineAlongTop(ink, side));
  if (edges.some((edge) => edge)) return within(ink, whole, edges);
  const box = boxOf(ink);
  if (!box || Math.min(box.rows, box.columns) < LEAST_SIDE) return ink;
  const boxed = sides(ink, box).map((side) => lineAlongTop(ink, side));
  return boxed.every((edge) => edge) ? within(ink, box, boxed) : ink;
}

/**
 * A box seen from its top, bottom, left and right side.
 * @param {Image} ink
 * @param {Box} box
 * @returns {Side[]}
 */
function sides({ columns: wide }, { top, left, rows, columns }) {
  const [bottom, right] = [top + rows - 1, left + columns - 1];
  return [
    { rows, columns, at: (row, column) => (top + row) * wide + left + column },
    { rows, columns, at: (row, column) => (bottom - row) * wide + left + column },
    { rows: columns, columns: rows, at: (row, column) => (top + column) * wide + left + row },
    { rows: columns, columns: rows, at: (row, column) => (top + column) * wide + right - row },
  ];
}

/**
 * For each column how many rows, from the top, a line there and what is beyond it take; null: there is no line.
 * @param {Image} ink
 * @param {Side} side
 * @returns {number[] | null}
 */
function lineAlongTop({ values }, { rows, columns, at }) {
  const deep = Math.ceil(rows * RIM);
  const seen = (/** @type {number} */ row, /** @type {number} */ column) => values[at(row, column)] >= SEEN;
  const all = Array.from({ length: columns }, (_, column) => column);
  const start = all.map((column) => {
    // the first ink from above; -1: none
    for (let row = 0; row < deep; row++) if (seen(row, column)) return row;
    return -1;
  });
  const end = start.map((first, column) => {
    // and where it ends
    for (let row = first; row < deep; row++) if (first >= 0 && !seen(row, column)) return row;
    return rows;
  });
  const corner = Math.floor(columns / 25) + 1;
  const met = (/** @type {number[]} */ columns) => columns.filter((column) => start[column] >= 0).length;
  if (met(all) < SPAN * columns || !met(all.slice(0, corner)) || !met(all.slice(-corner))) return null;
  const thickest = Math.max(1, THICKEST * Math.max(rows, columns));
  const thin = all.filter((column) => start[column] >= 0 && end[column] - start[column] <= thickest);
  if (thin.length < SPAN * columns) return null;
  const middle = all.map((column) => (start[column] + end[column]) / 2);
  const halves = [thin.slice(0, thin.length >> 1), thin.slice(thin.length >> 1)];
  const [x0, x1] = halves.map(median);
  const [y0, y1] = halves.map((half) => median(half.map((column) => middle[column])));
  const slope = (y1 - y0) / (x1 - x0);
  const straight = all.map((column) => y0 + slope * (column - x0));
  const onIt = thin.filter((column) => Math.abs(middle[column] - straight[column]) <= Math.max(1, thickest / 4));
  if (Math.abs(slope) > STEEPEST || onIt.length < SPAN * columns) return null;
  const thickness = median(onIt.map((column) => end[column] - start[column]));
  const edge = straight.map((row) => Math.max(Math.ceil(row + thickness / 2), 0));
  for (const column of onIt) edge[column] = end[column];
  return edge;
}

/** @param {number[]} values @returns {number} */
function median(values) {
  const sorted = values.slice().sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/**
 * What of the ink in the box lies within the lines; all as it is where that can hardly be what was written.
 * @param {Image} ink
 * @param {Box} box
 * @param {(number[] | null)[]} edges   of the four sides
 * @returns {Image}
 */
function within(ink, box, edges) {
  const values = new Float64Array(ink.values.length);
  for (let row = box.top; row < box.top + box.rows; row++) {
    const from = row * ink.columns + box.left;
    values.set(ink.values.subarray(from, from + box.columns), from);
  }
  const seen = sides(ink, box);
  seen.forEach(({ rows, columns, at }, k) => {
    const edge = edges[k];
    for (let column = 0; edge && column < columns; column++) {
      for (let row = 0; row < Math.min(edge[column], rows); row++) values[at(row, column)] = 0;
    }
  });
  const sum = (/** @type {Float64Array} */ numbers) => numbers.reduce((a, b) => a + b, 0);
  if (sum(values) < LEAST * sum(ink.values)) return ink;
  const touched = seen.map(({ rows, columns, at }, k) => {
    // whether what is left reaches as far as the line, or the border
    for (let column = 0; column < columns; column++) {
      if (values[at(Math.min(edges[k]?.[column] ?? 0, rows - 1), column)] >= SEEN) return true;
    }
    return false;
  });
  for (const [one, other] of [
    [0, 1],
    [2, 3],
  ]) {
    if (touched[one] && touched[other] && (edges[one] || edges[other])) return ink;
  }
  return { ...ink, values };
}
