// @ts-check
// Takes away a circle around a digit, as around the number of a question, or a box of any shape.
//
// A circle is a thin piece of ink, about as wide as it is high, that goes all around another one of a digit's size and
// touches it nowhere. No digit is like that, what lies within a 0, a 6 or an 8 is paper, but for one: a 0 with a slash.
// So one straight stroke counts as a digit only if it is short for the circle, and the circle is round.
//
// ink: an Image, 0 nothing to 1 full ink. The twin of digits/preparation/circles.py.

import { surrounded } from "./sheet.js";
import { cells, things } from "./specks.js";

/** @typedef {import("./framing.js").Image} Image */
/**
 * @typedef {Object} Pieces   the pieces of ink, numbered from 1
 * @property {Int32Array} labels   (rows · columns), 0 for paper
 * @property {number[]} areas      by number; there is no piece 0
 * @property {{top: number, left: number, high: number, wide: number}[]} boxes
 */

const CELLS = 200; // along the longest side
const LEAST_SIDE = 48; // pixels: in a smaller picture nothing has room for a digit within
const INSIDE = 0.25; // of the height of a circle: the least height of the digit in it
const LONGEST = 1.7; // times the shorter side of a circle: its longer one
const HOLLOW = 0.45; // of its box: the most ink of a circle
const MOST = 3; // circles, one in the other
const STRAIGHT = 0.25; // of how far it spreads along: how far a straight stroke spreads across
const ROUND = 0.8; // the same of a circle around a 1, at least
const SHORT = 0.65; // of the circle's diameter: the length of a 1 in it, at most

/**
 * The ink within the innermost circle; the same image if there is none.
 * @param {Image} ink
 * @returns {Image}
 */
export function withoutCircles(ink) {
  const { rows, columns, values } = ink;
  if (Math.min(rows, columns) < LEAST_SIDE) return ink;
  const size = Math.ceil(Math.max(rows, columns) / CELLS);
  const mass = cells(ink, size);
  let filled = mass.values.map((one) => (one > 0.05 ? 1 : 0));
  let found = false;
  for (let turn = 0; turn < MOST; turn++) {
    const pieces = piecesOf({ ...mass, values: filled });
    const within = withinLargest(pieces, mass);
    if (!within) break;
    found = true;
    filled = filled.map((_, i) => (within[pieces.labels[i]] ? 1 : 0));
  }
  if (!found) return ink;
  const stays = (/** @type {number} */ i) =>
    filled[Math.floor(Math.floor(i / columns) / size) * mass.columns + Math.floor((i % columns) / size)];
  return { rows, columns, values: values.map((one, i) => (stays(i) ? one : 0)) };
}

/**
 * Which pieces lie within the largest, by number; null if it is no circle around a digit.
 * @param {Pieces} pieces
 * @param {{rows: number, columns: number}} size
 * @returns {boolean[] | null}
 */
function withinLargest({ labels, areas, boxes }, { rows, columns }) {
  if (areas.length < 3) return null;
  const sizes = boxes.map(({ high, wide }) => high * wide);
  const largest = sizes.indexOf(sizes.reduce((a, b) => Math.max(a, b)));
  const { high, wide } = boxes[largest];
  if (Math.max(high, wide) > LONGEST * Math.min(high, wide) || areas[largest] > HOLLOW * high * wide) return null;
  // Where the next cell of the circle is a diagonal step away, paper does not get through.
  const closed = Float64Array.from(labels, (label, i) =>
    label === largest || (i % columns && labels[i - 1] === largest) ? 1 : 0,
  );
  const hollow = surrounded({ rows, columns, values: closed });
  const inside = areas.map(() => 0);
  for (let i = 0; i < labels.length; i++) if (labels[i] && hollow[i] && !closed[i]) inside[labels[i]] += 1;
  const within = areas.map((area, k) => k > 0 && inside[k] === area);
  if (!within.some((is, k) => is && boxes[k].high >= INSIDE * high)) return null;
  const spreads = (/** @type {(label: number) => boolean} */ counts) =>
    spreadsOf(
      Array.from(labels.keys()).filter((i) => counts(labels[i])),
      columns,
    );
  return isSlash(
    spreads((label) => within[label]),
    spreads((label) => label === largest),
  )
    ? null
    : within;
}

/**
 * Whether what lies in a circle is the slash of a 0.
 * @param {[number, number]} stroke   how far it spreads along, and across
 * @param {[number, number]} circle
 * @returns {boolean}
 */
function isSlash(stroke, circle) {
  if (stroke[1] >= STRAIGHT * stroke[0]) return false;
  const [length, diameter] = [Math.sqrt(12) * stroke[0], Math.sqrt(8) * circle[0]]; // of a line, and of a ring
  return circle[1] < ROUND * circle[0] || length > SHORT * diameter;
}

/**
 * How far some cells spread: the standard deviation along their longer axis, and across.
 * @param {number[]} places   at least one
 * @param {number} columns
 * @returns {[number, number]}
 */
function spreadsOf(places, columns) {
  const ys = places.map((i) => Math.floor(i / columns));
  const xs = places.map((i) => i % columns);
  const mean = (/** @type {number[]} */ values) => values.reduce((a, b) => a + b, 0) / values.length;
  const [y, x] = [mean(ys), mean(xs)];
  const down = mean(ys.map((one) => (one - y) ** 2));
  const along = mean(xs.map((one) => (one - x) ** 2));
  const both = mean(ys.map((one, k) => (one - y) * (xs[k] - x)));
  const apart = Math.hypot((down - along) / 2, both);
  return [Math.sqrt((down + along) / 2 + apart), Math.sqrt(Math.max((down + along) / 2 - apart, 0))];
}

/**
 * @param {Image} mask
 * @returns {Pieces}
 */
function piecesOf({ rows, columns, values }) {
  const { labels, n } = things(values, rows, columns);
  const areas = new Array(n + 1).fill(0);
  const edges = areas.map(() => ({ top: rows, left: columns, bottom: 0, right: 0 }));
  for (let i = 0; i < labels.length; i++) {
    if (!labels[i]) continue;
    const [row, column, edge] = [Math.floor(i / columns), i % columns, edges[labels[i]]];
    areas[labels[i]] += 1;
    edge.top = Math.min(edge.top, row);
    edge.left = Math.min(edge.left, column);
    edge.bottom = Math.max(edge.bottom, row + 1);
    edge.right = Math.max(edge.right, column + 1);
  }
  const boxes = edges.map(({ top, left, bottom, right }) => ({
    top,
    left,
    high: Math.max(bottom - top, 0),
    wide: Math.max(right - left, 0),
  }));
  return { labels, areas, boxes };
}
