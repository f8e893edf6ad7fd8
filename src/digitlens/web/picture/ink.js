// @ts-check
// Grey becomes ink: which is the paper, how bright it is everywhere, and how much darker (or lighter) the writing is.
//
// A camera sees paper that is grey, brighter at one side than at the other, and grainy. Here the paper's level is found
// all over the picture (paper.js), the difference to it is ink, the grain is set to nothing and the stroke to full ink.
// A clean drawing or a scan with one flat paper level keeps its values exactly.
//
// Two things cannot always be decided from the grey alone: which of two tones is the paper where a thick digit fills
// its frame, and what is stroke and what is the printed texture of the paper. Then `others` says in which other ways
// one could look at the picture, and prepareGrey() keeps the one that looks most like a digit.
//
// grey: (rows · columns), 0..255  ->  ink: an Image, 0 nothing to 1 full ink. Large pictures are looked at reduced, to
// find where the ink is, and then once more in full resolution there. The twin of digits/preparation/ink.py.

import { boxOf } from "./framing.js";
import { blocksOf, blurred, flatLevel, lightShares, runningMean, surface } from "./paper.js";
import { withoutLines } from "./ruled.js";
import { mainInk } from "./specks.js";
import { quantile } from "../core/weights.js";

/** @typedef {import("./framing.js").Image} Image */
/** @typedef {import("./framing.js").Box} Box */
/** @typedef {import("./grey.js").Grey} Grey */
/**
 * @typedef {Object} Look      one way to look at a picture, where more than one is possible
 * @property {boolean} reversed   the tone that seems to be the ink is taken for the paper
 * @property {number} blur     the standard deviation of the bell curve it is smoothed with, in pixels, of 96 at most
 */
/**
 * @typedef {Object} Ink       what was written, and how it was told from the paper
 * @property {Image} ink       the part of the picture where the writing is
 * @property {Box} region      that part, in pixels of the picture
 * @property {number} reduction   how many pixels of the picture one pixel of `ink` is wide and high
 * @property {boolean} dark    dark ink on light paper
 * @property {boolean} flat    the paper has one level; else it is uneven, and was evened out
 * @property {number} paper    0..1, mean level of the paper
 * @property {number} contrast 0..1, how far full ink lies from the paper
 * @property {number} grain    0..1, what was taken as noise of the paper
 * @property {Look} look       how the picture was looked at
 * @property {Look[]} others   how else it may be looked at, with another result; none where all is clear
 */

const WORKING = 640; // pixels: the longest side at which a picture is looked at; 28×28 needs no more
const FULL_ENOUGH = 0.9; // a stroke with this much contrast is full ink already, and its values are kept
const FAINT = 0.06; // deviations from the paper below this are grain, or the edge of a stroke
const CERTAIN = 0.2; // ink of photos that is fainter than this is taken for nothing
const LEAST_CONTRAST = 0.04; // writing that differs by less from its paper cannot be told from nothing
const STANDING_OUT = 4; // times the grain: what deviates less from the paper is grain, ...
const SMALL = 32; // pixels: in a picture without a longer side, texture and strokes are of one size
const SMOOTHED = 96; // pixels: the longest side of a picture that is smoothed
const STROKES = [1, 1.6, 2.2]; // of these: ... unless something stands out of what was smoothed, ...
const STROKES_OUT = 3.2; // ... so many times what is left of the grain: strokes survive it
const TEXTURED = 1 / 8; // of the contrast: with more grain than this, the paper has a texture
const BLURS = [0.8, 1.2, 1.7]; // pixels of 96: how far textured paper may be smoothed
const OPEN = 0.65; // how far from 1 the shares of light in the picture and along its border may be: either may be paper

/** @type {Readonly<Look>} */
export const PLAIN = Object.freeze({ reversed: false, blur: 0 });

/**
 * Find the writing in a picture: null where there is none.
 * @param {Grey} grey
 * @param {Look} [look]
 * @param {boolean} [faint]   what hardly stands out from textured paper counts, too; it may as well be the texture
 * @returns {Ink | null}
 */
export function findInk(grey, look = PLAIN, faint = false) {
  let whole = { top: 0, left: 0, rows: grey.rows, columns: grey.columns };
  const working = look.blur ? SMOOTHED : WORKING;
  if (Math.max(grey.rows, grey.columns) > working) {
    const factor = Math.ceil(Math.max(grey.rows, grey.columns) / working);
    const coarse = inkAt(grey, whole, factor, look, faint);
    const box = coarse && boxOf(coarse.ink);
    if (!box) return null;
    const margin = factor * (4 + Math.floor(Math.max(box.rows, box.columns) / 4));
    const [top, left] = [Math.max(0, box.top * factor - margin), Math.max(0, box.left * factor - margin)];
    const bottom = Math.min(grey.rows, (box.top + box.rows) * factor + margin);
    const right = Math.min(grey.columns, (box.left + box.columns) * factor + margin);
    whole = { top, left, rows: bottom - top, columns: right - left };
  }
  return inkAt(grey, whole, Math.ceil(Math.max(whole.rows, whole.columns) / working), look, faint);
}

/**
 * The ink within a region, looked at `factor` times reduced.
 * @param {Grey} grey
 * @param {Box} region
 * @param {number} factor
 * @param {Look} look
 * @param {boolean} faint   as for findInk()
 * @returns {Ink | null}
 */
function inkAt(grey, region, factor, look, faint) {
  const levels = reduced(grey, region, factor);
  const told = onFlatPaper(levels, look) ?? onUnevenPaper(levels, look);
  const { depth, dark, flat, paper, grain } = told;
  // With grain the darkest pixel says little.
  const contrast = grain ? contrastOf(levels, depth) : depth.reduce((a, b) => Math.max(a, b), 0);
  if (contrast < LEAST_CONTRAST) return null;
  if (contrast < STANDING_OUT * grain && (flat || !(faint || strokesStandOut(levels, look))))
    return told.open && !look.reversed ? inkAt(grey, region, factor, { ...look, reversed: true }, faint) : null;
  const scale = flat && contrast >= FULL_ENOUGH ? 1 : contrast;
  /** @type {Image} */
  let ink = { rows: levels.rows, columns: levels.columns, values: depth.map((one) => Math.min(one / scale, 1)) };
  if (grain) ink = withoutGrain(ink, grain / scale);
  const cleared = withoutLines(ink);
  if (grain || cleared !== ink) {
    ink = mainInk(cleared);
    if (!ink.values.some((one) => one > 0)) return null;
  }
  const others = looks(told, contrast, look);
  return { ink, region, reduction: factor, dark, flat, paper, contrast, grain, look, others };
}

/**
 * Whether something stands out from textured paper, once it is smoothed by about half a stroke's width.
 * @param {Image} levels
 * @param {Look} look
 * @returns {boolean}
 */
function strokesStandOut(levels, look) {
  if (Math.max(levels.rows, levels.columns) <= SMALL) return false;
  const small = blocksOf(levels, Math.ceil(Math.max(levels.rows, levels.columns) / SMOOTHED));
  return STROKES.some((blur) => {
    const { depth, grain } = onUnevenPaper(small, { ...look, blur });
    return contrastOf(small, depth) >= Math.max(LEAST_CONTRAST, STROKES_OUT * grain);
  });
}

/**
 * In which other ways the picture may be looked at.
 * @param {Told} told
 * @param {number} contrast
 * @param {Look} look   the one that there is
 * @returns {Look[]}
 */
function looks({ flat, grain, open }, contrast, { reversed, blur }) {
  const textured = !flat && grain > TEXTURED * contrast;
  const ways = open ? [false, true] : [reversed];
  const all = [0, ...(textured ? BLURS : [])].flatMap((one) => ways.map((way) => ({ reversed: way, blur: one })));
  return all.filter((one) => one.reversed !== reversed || one.blur !== blur);
}

/**
 * How deep strokes are: of what is deep itself and lies where more is.
 * @param {Image} levels   whose rows and columns count
 * @param {Float64Array} depth
 * @returns {number}
 */
function contrastOf({ rows, columns }, depth) {
  const around = runningMean({ rows, columns, values: depth }, 1);
  const [least, leastAround] = [between(depth), between(around)];
  const strokes = depth.filter((one, i) => one >= least && around[i] >= leastAround).sort();
  return strokes.length ? quantile(strokes, 0.6) : 0;
}

/**
 * A depth between paper and ink, also where there is so little ink that Otsu would split the paper.
 * @param {Float64Array} depth
 * @returns {number}
 */
function between(depth) {
  const few = Math.max(Math.floor(depth.length / 512), 1);
  return Math.max(otsu(depth), depth.slice().sort()[depth.length - few] / 3);
}

/**
 * Ink without what the paper's grain may have made.
 * @param {Image} ink
 * @param {number} grain   its standard deviation
 * @returns {Image}
 */
function withoutGrain(ink, grain) {
  if (3 * grain <= CERTAIN) return { ...ink, values: ink.values.map((one) => (one < CERTAIN ? 0 : one)) };
  const around = runningMean(ink, 1); // single pixels tell nothing any more, but a mean of nine does
  return { ...ink, values: ink.values.map((one, i) => (around[i] < CERTAIN || one < grain ? 0 : one)) };
}

/**
 * Average squares of `factor` by `factor` pixels of a region, fewer at the last row and column: a smaller picture.
 * @param {Grey} grey
 * @param {Box} region
 * @param {number} factor
 * @returns {Image} levels 0..255
 */
export function reduced(grey, { top, left, rows: tall, columns: wide }, factor) {
  const [rows, columns] = [Math.ceil(tall / factor), Math.ceil(wide / factor)];
  const values = new Float64Array(rows * columns);
  for (let y = 0; y < tall; y++) {
    const to = Math.floor(y / factor) * columns;
    const from = (top + y) * grey.columns + left;
    for (let x = 0; x < wide; x++) values[to + Math.floor(x / factor)] += grey.grey[from + x];
  }
  for (let row = 0, at = 0; row < rows; row++) {
    const high = Math.min(factor, tall - row * factor);
    for (let column = 0; column < columns; column++, at++)
      values[at] /= high * Math.min(factor, wide - column * factor);
  }
  return { rows, columns, values };
}

/**
 * @typedef {Object} Told   depth 0..1: how far from the paper
 * @property {Float64Array} depth
 * @property {boolean} dark
 * @property {boolean} flat
 * @property {number} paper
 * @property {number} grain
 * @property {boolean} open   whether it could as well be in the other direction
 */

/**
 * How a clean drawing differs from its paper; null where the paper has no level of its own.
 * @param {Image} levels
 * @param {Look} look
 * @returns {Told | null}
 */
function onFlatPaper(levels, { reversed }) {
  let level = flatLevel(levels);
  if (level === null) return null;
  let dark = isDark(levels, level);
  if (reversed) {
    level = dark ? levels.values.reduce((a, b) => Math.min(a, b)) : levels.values.reduce((a, b) => Math.max(a, b));
    dark = !dark;
  }
  let [faint, strong] = [0, 0];
  for (const one of levels.values) {
    const excess = Math.abs(one - level);
    if (excess >= FAINT * 255) strong += 1;
    else if (excess !== 0) faint += 1;
  }
  const paper = level; // which no longer changes
  const depth = levels.values.map((one) => Math.max(dark ? paper - one : one - paper, 0) / 255);
  let grain = 0;
  if (faint > strong / 2) {
    // compressed, or with noise of which paper hides a half
    const least = between(depth);
    const small = depth.filter((one) => one > 0 && one < least);
    grain = small.length ? Math.max(FAINT, 1.4826 * median(small)) : FAINT;
  }
  return { depth, dark, flat: true, paper: level / 255, grain, open: isOpen(lightShares(levels)) };
}

/**
 * Whether there is more below a level than above it.
 * @param {Image} levels
 * @param {number} level
 * @returns {boolean}
 */
function isDark({ values }, level) {
  let [below, above] = [0, 0];
  for (const one of values) {
    if (one < level) below += level - one;
    else above += one - level;
  }
  return below >= above;
}

/** Whether either tone may be the paper. @param {number} shares   as from lightShares() */
const isOpen = (shares) => Math.abs(shares - 1) < OPEN;

/**
 * How a photo differs from its paper, whose level is found all over the picture.
 * @param {Image} given
 * @param {Look} look
 * @returns {Told}
 */
function onUnevenPaper(given, { reversed, blur }) {
  const levels = blur ? blurred(given, blur) : given;
  const guess = surface(levels);
  const shares = lightShares({ ...levels, values: levels.values.map((one, i) => one - guess[i]) });
  const dark = shares >= 1 !== reversed;
  const from = (/** @type {Float64Array} */ paper) =>
    levels.values.map((one, i) => (dark ? paper[i] - one : one - paper[i]) / 255);
  let depth = from(guess);
  let smooth = guess;
  const radius = Math.max(2, Math.floor(Math.max(levels.rows, levels.columns) / 6));
  for (let turn = 0; turn < 2; turn++) {
    const least = between(depth);
    const blank = depth.map((one) => (one < least ? 1 : 0));
    const seen = runningMean({ ...levels, values: levels.values.map((one, i) => one * blank[i]) }, radius);
    const share = runningMean({ ...levels, values: blank }, radius);
    // where there is hardly any paper in sight, the surface speaks
    smooth = seen.map((one, i) => (one + 0.05 * guess[i]) / (share[i] + 0.05));
    depth = from(smooth);
  }
  const paper = smooth.reduce((a, b) => a + b, 0) / smooth.length / 255;
  const least = between(depth);
  const blank = depth.filter((one) => one < least);
  const middle = median(blank);
  const grain = 1.4826 * median(blank.map((one) => Math.abs(one - middle)));
  return { depth: depth.map((one) => Math.max(one, 0)), dark, flat: false, paper, grain, open: isOpen(shares) };
}

/** @param {Float64Array} values @returns {number} */
export function median(values) {
  const sorted = values.slice().sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/**
 * The threshold that splits values into the two classes that differ most (Otsu 1979), from 64 bins.
 * @param {Float64Array} values
 * @returns {number}
 */
export function otsu(values) {
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const size = Math.max(Math.abs(low), Math.abs(high), 1e-280);
  if (high - low <= 64 * Number.EPSILON * size) return high + 1 / 128; // no 64 numbers lie between them: all alike
  const { counts, edges } = histogram(values, low, high, 64);
  const below = new Float64Array(64);
  const mass = new Float64Array(64);
  let [seen, moment] = [0, 0];
  for (let k = 0; k < 64; k++) {
    const weight = counts[k] / Math.max(values.length, 1);
    below[k] = seen += weight;
    mass[k] = moment += weight * ((edges[k] + edges[k + 1]) / 2);
  }
  const between = below.map((share, k) => {
    const spread = share * (1 - share);
    return spread > 1e-12 ? (moment * share - mass[k]) ** 2 / spread : 0;
  });
  const most = Math.max(...between);
  const best = Array.from(between.keys()).filter((k) => between[k] >= most * (1 - 1e-9));
  return best.reduce((sum, k) => sum + edges[k + 1], 0) / best.length; // an empty valley between two peaks: its middle
}

/**
 * How many values lie in each of so many bins of equal width, the last one with both its edges, as NumPy counts them.
 * @param {Float64Array} values   at least one
 * @param {number} low   the least of them
 * @param {number} high   the largest, and larger than that
 * @param {number} bins
 * @returns {{counts: Int32Array, edges: Float64Array}}
 */
function histogram(values, low, high, bins) {
  const step = (high - low) / bins;
  const edges = Float64Array.from({ length: bins + 1 }, (_, k) => (k === bins ? high : k * step + low));
  const counts = new Int32Array(bins);
  for (const value of values) {
    let k = Math.min(Math.floor(((value - low) / (high - low)) * bins), bins - 1);
    if (value < edges[k])
      k -= 1; // what rounding put into the wrong bin
    else if (value >= edges[k + 1] && k !== bins - 1) k += 1;
    counts[k] += 1;
  }
  return { counts, edges };
}
