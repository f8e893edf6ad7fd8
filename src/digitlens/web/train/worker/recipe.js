// @ts-check
// What the fields of a recipe mean for a run: the network's sizes, its first weights, the learning rate, the streams of
// random numbers. The twin of parts of learning/recipe.py and network/initialisation.py. No DOM.

import { Generator } from "../random/generator.js";
import { sizesOf } from "./shape_of.js";

/** @typedef {Record<string, any>} Recipe   as learning/recipe.py writes it */
/** @typedef {{weights: Float32Array, biases: Float32Array}} Layer   weights: row after row, a row for each neuron */
/** @typedef {import("../schema.js").Steps} Steps */

/**
 * How the weights into one layer are drawn: a number for each, in float64.
 * @typedef {{draw: (rng: Generator, n: number, before: number) => () => number, biases: boolean}} Initialisation
 */
/** @type {Readonly<Record<string, Initialisation>>} */
const INITIALISATIONS = Object.freeze({
  standard_normal: { draw: (rng) => () => rng.normal(), biases: true },
  one_over_n: {
    draw: (rng, _, before) => {
      const root = Math.sqrt(before);
      return () => rng.normal() / root;
    },
    biases: false,
  },
  glorot: {
    draw: (rng, n, before) => {
      const limit = Math.sqrt(6 / (n + before));
      return () => rng.uniform(-limit, limit);
    },
    biases: false,
  },
  he: {
    draw: (rng, _, before) => {
      const factor = Math.sqrt(2 / before);
      return () => rng.normal() * factor;
    },
    biases: false,
  },
});

/**
 * The random numbers for one purpose: each has a stream of its own, all from the seed.
 * @param {Recipe} recipe
 * @param {string} purpose
 * @param {...number} which   tell streams of one purpose apart, such as the epoch
 */
export const stream = ({ seed }, purpose, ...which) => new Generator(seed, crc32(purpose), ...which);

/**
 * The network before it learns anything.
 * @param {Recipe} recipe
 * @param {number} classes
 * @param {number} pixels
 * @returns {Layer[]}
 */
export function initialNetwork(recipe, classes, pixels) {
  const rng = stream(recipe, "initial weights");
  const sizes = sizesOf(recipe, classes, pixels);
  const { draw, biases } = INITIALISATIONS[recipe.initialisation];
  return sizes.slice(1).map((n, l) => {
    const next = draw(rng, n, sizes[l]);
    const layer = { weights: new Float32Array(n * sizes[l]), biases: new Float32Array(n) };
    for (let i = 0; i < layer.weights.length; i++) layer.weights[i] = next();
    if (biases) for (let j = 0; j < n; j++) layer.biases[j] = rng.normal();
    return layer;
  });
}

/**
 * The order of the examples in an epoch.
 * @param {Recipe} recipe
 * @param {number} epoch
 * @param {number} count
 */
export const orderOf = (recipe, epoch, count) => stream(recipe, "order", epoch).permutation(count);

/**
 * The learning rate when the share `done` of all mini-batches, 0 to 1, lies behind.
 * @param {Recipe} recipe
 * @param {Steps} steps
 * @param {number} done
 * @returns {number}
 */
export function rate({ learning_rate: start }, { course }, done) {
  if (course === "linear") return start * (1 - done);
  if (course === "cosine") return (start * (1 + Math.cos(Math.PI * done))) / 2;
  return start;
}

/**
 * The learning rates of the mini-batches number `first` to below `last` of a run.
 * @param {Recipe} recipe
 * @param {Steps} steps
 * @param {number} first
 * @param {number} last
 * @param {number} batches   in an epoch
 * @returns {Float64Array}
 */
export function rates(recipe, steps, first, last, batches) {
  const all = batches * recipe.epochs;
  return Float64Array.from({ length: last - first }, (_, i) => rate(recipe, steps, (first + i) / all));
}

const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  for (let i = 0; i < 8; i++) byte = byte & 1 ? 0xedb88320 ^ (byte >>> 1) : byte >>> 1;
  return byte;
});

/** The check sum that zlib.crc32() gives for a text, or for bytes. @param {string | Uint8Array} what */
export function crc32(what) {
  const bytes = typeof what === "string" ? new TextEncoder().encode(what) : what;
  let crc = -1;
  for (const byte of bytes) crc = CRC[(crc ^ byte) & 255] ^ (crc >>> 8);
  return ~crc >>> 0;
}
