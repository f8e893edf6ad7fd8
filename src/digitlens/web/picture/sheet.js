// @ts-check
// Finds the sheet that one digit is on: what lies around it, a table top or the black lid of a scanner, is no paper.
//
// The picture is split into light and dark. A sheet is a large part of one tone with straight sides, all its holes
// (the writing) filled, and everywhere along its border the tone changes at once. Uneven light does not do that. A
// sheet that reaches the border of the picture could as well be the sunny part of a page: there, what is around it must
// be black. A digit often reaches the border, and then the sheet is what lies beside a black strip along a whole side.
//
// cells: an Image, 0 black to 1 white, the picture reduced; masks: (rows · columns), 1 or 0. The twin of
// digits/preparation/sheet.py, for digits; pages are read in Python.

import { boxOf } from "./framing.js";
import { median, otsu, reduced } from "./ink.js";
import { runningMean } from "./paper.js";
import { things } from "./specks.js";
import { quantile } from "../core/weights.js";

/** @typedef {import("./framing.js").Image} Image */
/** @typedef {import("./framing.js").Box} Box */
/** @typedef {import("./grey.js").Grey} Grey */

const CELLS = 200; // along the longest side, in which the sheet is searched
const [LEAST, MOST] = [0.08, 0.98]; // of the picture: the area of a sheet
const VERY_STRAIGHT = 0.93; // of the smallest rectangle around it, which may be turned: the least area of a sheet
const LEAST_SIDE = 48; // pixels: a smaller picture shows a digit and no sheet
const CONTRAST = 0.12; // the least difference between a sheet and what is around it
const SHARP = 0.6; // of that difference: what there must be of it two cells off the border, ...
const ALONG = 0.8; // ... along this share of the border
const BLACK = 0.3; // around a sheet that reaches the border of the picture, nothing is lighter
const WHOLE = 0.97; // of a side: so much of it is black along a strip
const MOSTLY = 0.6; // of the sheet beside a strip, of the cells next to it, and of the other sides: the least light
const WIDEST = 0.4; // of the picture: the widest strip
const RIM = 2; // cells of the sheet's own border that are left out with a strip
const AT_BORDER = 0.02; // of the picture's border: less does not count as reaching it

/**
 * The sheet that one digit is on, and where it is in the picture; null if all of the picture is one. Where it is
 * turned, the corners around it are as light as it is: half of it is lighter, half darker.
 * @param {Grey} grey
 * @returns {{grey: Grey, place: Box} | null}
 */
export function sheetOfDigit(grey) {
  if (Math.min(grey.rows, grey.columns) < LEAST_SIDE) return null;
  const factor = Math.ceil(Math.max(grey.rows, grey.columns) / CELLS);
  const levels = reduced(grey, { top: 0, left: 0, rows: grey.rows, columns: grey.columns }, factor);
  const cells = { ...levels, values: levels.values.map((one) => one / 255) };
  if (Math.min(cells.rows, cells.columns) < 12) return null;
  // Strips first, because a digit that reaches the border is no part of what findSheet() finds.
  const sheet = besideStrips(cells) ?? findSheet(cells);
  const box = sheet && boxOf({ ...cells, values: sheet });
  if (!sheet || !box) return null;
  const [top, left] = [box.top * factor, box.left * factor];
  const rows = Math.min((box.top + box.rows) * factor, grey.rows) - top;
  const columns = Math.min((box.left + box.columns) * factor, grey.columns) - left;
  const inside = (/** @type {number} */ row, /** @type {number} */ column) =>
    sheet[Math.floor((top + row) / factor) * cells.columns + Math.floor((left + column) / factor)];
  const part = new Uint8Array(rows * columns);
  const times = new Float64Array(256);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) {
      part[at] = grey.grey[(top + row) * grey.columns + left + column];
      if (inside(row, column)) times[part[at]] += 1;
    }
  }
  const middle = Math.floor((times.reduce((a, b) => a + b) - 1) / 2);
  let level = 0;
  for (let seen = times[0]; seen <= middle; seen += times[level]) level += 1;
  for (let row = 0, at = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, at++) if (!inside(row, column)) part[at] = level;
  return { grey: { rows, columns, grey: part }, place: { top, left, rows, columns } };
}

/**
 * Where the sheet is, without its own border; null if all of the picture is one, or if none is clear.
 * @param {Image} cells
 * @returns {Float64Array | null}
 */
function findSheet(cells) {
  const threshold = otsu(cells.values);
  const light = cells.values.map((one) => (one > threshold ? 1 : 0));
  let [best, area] = [/** @type {Float64Array | null} */ (null), 0];
  for (const tone of [light, light.map((one) => 1 - one)]) {
    const sheet = largest({ ...cells, values: tone });
    const own = sheet ? total(sheet) : 0;
    if (sheet && own > area && isSheet(cells, sheet)) [best, area] = [sheet, own];
  }
  const inner = best && shares({ ...cells, values: best }, 2).map((one) => (one > 1 - 1e-9 ? 1 : 0));
  return inner && total(inner) ? inner : null; // a bar is all border
}

/**
 * What lies beside black strips along some sides of the picture, but not all; null where there are none.
 * @param {Image} cells
 * @returns {Float64Array | null}
 */
function besideStrips({ rows, columns, values }) {
  const threshold = otsu(values);
  const light = values.map((one) => (one > threshold ? 1 : 0));
  const black = values.map((one, i) => (!light[i] && one < BLACK ? 1 : 0));
  const ends = []; // where the sheet begins, seen from the top, bottom, left and right
  for (let side = 0; side < 4; side++) {
    const lines = side < 2 ? rows : columns;
    let wide = 0;
    while (wide < lines && shareOf(black, lineOf({ rows, columns }, side, wide)) >= WHOLE) wide += 1;
    if (wide === lines || wide > WIDEST * lines) return null;
    if (wide && shareOf(light, lineOf({ rows, columns }, side, wide + 1)) < MOSTLY) return null;
    ends.push(wide && wide + RIM);
  }
  if (!ends.some(Boolean) || ends.every(Boolean)) return null;
  const [top, bottom, left, right] = ends;
  const within = (/** @type {number} */ i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    return top <= row && row < rows - bottom && left <= column && column < columns - right;
  };
  const inner = Array.from(values.keys()).filter(within);
  const borders = ends.flatMap((end, side) => (end ? [] : [lineOf({ rows, columns }, side, 0).filter(within)]));
  const mostly = [inner, ...borders].every((places) => shareOf(light, places) >= MOSTLY);
  return mostly ? values.map((_, i) => (within(i) ? 1 : 0)) : null;
}

/**
 * The places of a row, or column, of cells: the n-th from the top, bottom, left or right.
 * @param {{rows: number, columns: number}} size
 * @param {number} side   0 to 3
 * @param {number} n
 * @returns {number[]}
 */
function lineOf({ rows, columns }, side, n) {
  if (side < 2) {
    const row = side ? rows - 1 - n : n;
    return Array.from({ length: columns }, (_, column) => row * columns + column);
  }
  const column = side === 3 ? columns - 1 - n : n;
  return Array.from({ length: rows }, (_, row) => row * columns + column);
}

/** The share of some places that a mask holds. @param {Float64Array} mask @param {number[]} places */
const shareOf = (mask, places) => places.reduce((sum, i) => sum + mask[i], 0) / places.length;

/** @param {Float64Array} values */
const total = (values) => values.reduce((a, b) => a + b, 0);

/**
 * The largest piece of a tone with its holes filled; null if there is none of a sheet's size.
 * @param {Image} tone
 * @returns {Float64Array | null}
 */
function largest({ rows, columns, values }) {
  const { labels, n } = things(values, rows, columns);
  const areas = new Float64Array(n + 1);
  for (const label of labels) if (label) areas[label] += 1;
  const most = areas.indexOf(Math.max(...areas));
  if (!n) return null;
  const filled = surrounded({ rows, columns, values: Float64Array.from(labels, (one) => (one === most ? 1 : 0)) });
  const share = total(filled) / filled.length;
  return LEAST <= share && share <= MOST ? filled : null;
}

/**
 * A piece and everything that it goes around.
 * @param {Image} piece
 * @returns {Float64Array}
 */
export function surrounded({ rows, columns, values }) {
  const wide = columns + 2; // a border, which is around it
  const around = new Uint8Array(wide * (rows + 2)).fill(1);
  for (let i = 0; i < values.length; i++)
    if (values[i]) around[(Math.floor(i / columns) + 1) * wide + (i % columns) + 1] = 0;
  const { labels } = things(around, rows + 2, wide);
  return values.map((_, i) => (labels[(Math.floor(i / columns) + 1) * wide + (i % columns) + 1] === labels[0] ? 0 : 1));
}

/**
 * The mean over the square from -radius to +radius around each cell; the border goes on outside for two cells.
 * @param {Image} mask
 * @param {number} radius
 * @returns {Float64Array}
 */
function shares({ rows, columns, values }, radius) {
  const wide = columns + 4;
  const padded = new Float64Array(wide * (rows + 4));
  const within = (/** @type {number} */ i, /** @type {number} */ n) => Math.min(Math.max(i - 2, 0), n - 1);
  for (let i = 0; i < padded.length; i++)
    padded[i] = values[within(Math.floor(i / wide), rows) * columns + within(i % wide, columns)];
  const means = runningMean({ rows: rows + 4, columns: wide, values: padded }, radius);
  return values.map((_, i) => means[(Math.floor(i / columns) + 2) * wide + (i % columns) + 2]);
}

/**
 * Whether a part of the picture has straight sides and another tone than all that is around it.
 * @param {Image} cells
 * @param {Float64Array} sheet
 * @returns {boolean}
 */
function isSheet(cells, sheet) {
  const mask = { ...cells, values: sheet };
  if (total(sheet) < VERY_STRAIGHT * rectangle(mask)) return false;
  const others = cells.values.filter((_, i) => !sheet[i]);
  const inside = median(cells.values.filter((_, i) => sheet[i]));
  const outside = median(others);
  const apart = inside - outside;
  if (Math.abs(apart) < CONTRAST) return false;
  const share = shares(mask, 2);
  const rim = cells.values.filter((_, i) => share[i] > 0 && !sheet[i] && share[i] < 0.35); // about two cells outside
  const reached = rim.filter((one) => (one - outside) / apart < 1 - SHARP).length;
  if (!rim.length || reached / rim.length < ALONG) return false;
  const edge = border(mask).map((i) => sheet[i]);
  if (edge.reduce((a, b) => a + b, 0) / edge.length < AT_BORDER) return true;
  return apart > 0 && quantile(others.slice().sort(), 0.9) < BLACK;
}

/** The places of the outermost cells; corners come twice. @param {Image} image @returns {number[]} */
function border({ rows, columns }) {
  const across = Array.from({ length: columns }, (_, i) => [i, (rows - 1) * columns + i]);
  const down = Array.from({ length: rows }, (_, i) => [i * columns, (i + 1) * columns - 1]);
  return [...across, ...down].flat();
}

/**
 * The area of the smallest rectangle around it, in cells.
 * @param {Image} sheet
 * @returns {number}
 */
function rectangle(sheet) {
  const around = runningMean(sheet, 1);
  const outer = new Set(border(sheet));
  const places = Array.from(sheet.values.keys()).filter((i) => sheet.values[i] && (around[i] < 1 || outer.has(i)));
  const points = places.map((i) => [i % sheet.columns, Math.floor(i / sheet.columns)]);
  const area = (/** @type {number} */ degrees) => {
    const [cos, sin] = [Math.cos(degrees * (Math.PI / 180)), Math.sin(degrees * (Math.PI / 180))];
    return extent(points.map(([x, y]) => cos * x + sin * y)) * extent(points.map(([x, y]) => cos * y - sin * x));
  };
  const angles = Array.from({ length: 30 }, (_, k) => 3 * k - 45);
  const areas = angles.map(area);
  const roughly = angles[areas.indexOf(Math.min(...areas))];
  return Math.min(...[-3, -2, -1, 0, 1, 2, 3].map((part) => area(roughly + part / 2)));
}

/** @param {number[]} values @returns {number} how far apart they are, in cells: with both ends */
function extent(values) {
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  return values.reduce((a, b) => Math.max(a, b), -Infinity) - low + 1;
}
