// @ts-check
// Is this a digit at all? A small model of its own looks at the framed picture, before any network reads it.
//
// image   (784,)        a framed picture, ink 0..1
// a[1]    (12, 12, 12)  in each of 12 × 12 patches of 5 × 5 pixels, how much of 12 patterns is there
// a[2]    (5, 5, 24)    in each of 5 × 5 patches of 4 × 4 of those, how much of 24 larger patterns
// a[3]    (64,)
// z[4]    (11,)         ten digits, and everything else
// score                 log(e^z0 + ... + e^z9) − z10, from digits (above 0) to others (below)
//
// The twin of reading/familiarity.py.

import { SIDE } from "./framing.js";
import { things } from "./specks.js";
import { phrase } from "../texts/first.js";

/** @typedef {import("../core/network.js").Layer} Layer */
/**
 * @typedef {Object} Familiarity
 * @property {Layer[]} layers           four, of SHAPES
 * @property {Float64Array} scores      quantiles of the scores of held-out digits, ascending
 * @property {number} threshold         0..1, a picture less familiar than this is no digit
 */
/** @typedef {{familiarity: number, isDigit: boolean, reason: string}} Judgement */
/**
 * @typedef {Object} Looked   channels side by side, row after row
 * @property {number} rows
 * @property {number} columns
 * @property {number} channels
 * @property {Float64Array} values
 */

const PATCHES = [5, 4]; // rows and columns of a patch, in the first and in the second layer
const STEP = 2; // from one patch to the next
export const SHAPES = [
  [12, 25],
  [24, 192],
  [64, 600],
  [11, 64],
]; // weights of each layer, [n, before]
export const QUANTILES = 201;
const APART = 0.25; // a thing that holds this share of the ink is one to be reckoned with

/**
 * What is to be said of one framed picture, before any adjusting step.
 * @param {Familiarity} model
 * @param {Float64Array} image   (784,), ink 0 to 1
 * @returns {Judgement}
 */
export function judge(model, image) {
  const familiarity = familiarityOf(model, image);
  if (familiarity >= model.threshold) return { familiarity, isDigit: true, reason: "" };
  return {
    familiarity,
    isDigit: false,
    reason: twoThings(image)
      ? phrase("picture.familiarity.twoSeparateThings")
      : phrase("picture.familiarity.unlikeAnyDigit"),
  };
}

/**
 * How familiar a framed picture looks: 0..1, the share of held-out digits that look less like a digit.
 * @param {Familiarity} model
 * @param {Float64Array} image   (784,), ink 0 to 1
 * @returns {number}
 */
export function familiarityOf({ layers, scores }, image) {
  const score = scoreOf(layers, image);
  const last = scores.length - 1;
  if (!(score >= scores[0])) return 0;
  if (score >= scores[last]) return 1;
  const above = scores.findIndex((one) => one > score); // at least 1
  const share = (score - scores[above - 1]) / (scores[above] - scores[above - 1]);
  return (above - 1 + share) / last;
}

/**
 * The score, above 0 for what looks more like a digit than like anything else.
 * @param {Layer[]} layers
 * @param {Float64Array} image   (784,), ink 0 to 1
 * @returns {number}
 */
export function scoreOf(layers, image) {
  if (image.length !== SIDE * SIDE)
    throw new Error(`scoreOf() wants a framed picture of 784 numbers from 0 to 1, got ${image.length}`);
  let looked = /** @type {Looked} */ ({ rows: SIDE, columns: SIDE, channels: 1, values: image });
  for (const [l, side] of PATCHES.entries()) looked = look(layers[l], looked, side);
  const hidden = sums(layers[2], looked.values).map(positive);
  const z = sums(layers[3], hidden);
  const digits = z.slice(0, 10);
  const most = Math.max(...digits);
  return most + Math.log(digits.reduce((sum, one) => sum + Math.exp(one - most), 0)) - z[10];
}

const positive = (/** @type {number} */ z) => Math.max(z, 0);

/**
 * Every second patch through the same weights: how much of each pattern is there.
 * @param {Layer} layer
 * @param {Looked} looked
 * @param {number} side   of a patch
 * @returns {Looked}
 */
function look(layer, { rows, columns, channels, values }, side) {
  const [fewer, narrower] = [rows, columns].map((n) => Math.floor((n - side) / STEP) + 1);
  const seen = new Float64Array(fewer * narrower * layer.n);
  const patch = new Float64Array(layer.before);
  for (let row = 0, at = 0; row < fewer; row++) {
    for (let column = 0; column < narrower; column++, at += layer.n) {
      let k = 0;
      for (let channel = 0; channel < channels; channel++) {
        for (let y = STEP * row; y < STEP * row + side; y++) {
          for (let x = STEP * column; x < STEP * column + side; x++)
            patch[k++] = values[(y * columns + x) * channels + channel];
        }
      }
      seen.set(sums(layer, patch).map(positive), at);
    }
  }
  return { rows: fewer, columns: narrower, channels: layer.n, values: seen };
}

/**
 * W a + b
 * @param {Layer} layer
 * @param {Float64Array} a   (before,)
 * @returns {Float64Array} (n,)
 */
function sums({ weights, biases, n, before }, a) {
  const z = Float64Array.from(biases);
  for (let j = 0, at = 0; j < n; j++) {
    for (let k = 0; k < before; k++, at++) z[j] += weights[at] * a[k];
  }
  return z;
}

/**
 * Two things that do not touch hold a good share of the ink each.
 * @param {Float64Array} image   (784,), ink 0 to 1
 * @returns {boolean}
 */
export function twoThings(image) {
  const { labels, n } = things(
    image.map((one) => (one > 0.3 ? 1 : 0)),
    SIDE,
    SIDE,
  );
  const share = new Float64Array(n + 1);
  image.forEach((one, i) => (share[labels[i]] += one));
  const all = image.reduce((a, b) => a + b, 0);
  return share.slice(1).filter((one) => one >= APART * all).length >= 2;
}
