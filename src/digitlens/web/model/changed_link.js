// @ts-check
// The neurons of a network that were changed by hand, as letters of an address: which network it was, and the weights
// and biases that differ, in float32, as a model file keeps them.
//
// Bytes: a version; 4 of the network's fingerprint; then for each changed neuron its layer and number, how many weights
// differ, each as its distance from the last one and its value, and the bias. Whole numbers have 7 bits a byte.

import { copy } from "../core/network.js";
import { fingerprint } from "./fingerprint.js";

/** @typedef {import("./model_file.js").StoredNetwork} Network */

const VERSION = 1;
const MARK = 4; // bytes of the fingerprint
const LARGEST = 6000; // bytes: an address of 8,000 letters is one that every program takes

/**
 * What was changed; null where that is not neurons alone, or too much for an address.
 * @param {Network} original
 * @param {Network} network
 * @returns {number[] | null}
 */
export function packChanges(original, network) {
  const alike = (/** @type {Network} */ { sizes, activations, adjusting }) => [sizes, activations, adjusting].join("|");
  if (alike(original) !== alike(network)) return null;
  const bytes = [VERSION, ...markOf(original)];
  for (const [l, layer] of network.layers.entries()) {
    const before = original.layers[l];
    if (layer === before) continue;
    for (let j = 0; j < layer.n; j++) {
      const differing = [];
      for (let k = 0; k < layer.before; k++) {
        const [now, then] = [layer.weights[j * layer.before + k], before.weights[j * layer.before + k]];
        if (Math.fround(now) !== Math.fround(then)) differing.push(k);
      }
      const bias = Math.fround(layer.biases[j]) !== Math.fround(before.biases[j]);
      if (!differing.length && !bias) continue;
      pushWhole(bytes, l);
      pushWhole(bytes, j);
      pushWhole(bytes, differing.length);
      let last = 0;
      for (const k of differing) {
        pushWhole(bytes, k - last);
        pushFloat(bytes, layer.weights[j * layer.before + k]);
        last = k;
      }
      pushFloat(bytes, layer.biases[j]);
      if (bytes.length > LARGEST) return null;
    }
  }
  return bytes;
}

/**
 * The network with these changes; null where they are damaged, or of another network.
 * @param {Network} original
 * @param {number[]} bytes
 * @returns {Network | null}
 */
export function withChanges(original, bytes) {
  if (bytes[0] !== VERSION || markOf(original).some((byte, i) => byte !== bytes[1 + i])) return null;
  const next = copy(original);
  const reader = { bytes, at: 1 + MARK };
  while (reader.at < bytes.length) {
    const layer = next.layers[pullWhole(reader)];
    const j = pullWhole(reader);
    const many = pullWhole(reader);
    if (!layer || !(j < layer.n) || !(many <= layer.before)) return null;
    let k = 0;
    for (let i = 0; i < many; i++) {
      k += pullWhole(reader);
      const value = pullFloat(reader);
      if (!(k < layer.before) || !Number.isFinite(value)) return null;
      layer.weights[j * layer.before + k] = value;
    }
    const bias = pullFloat(reader);
    if (!Number.isFinite(bias)) return null;
    layer.biases[j] = bias;
  }
  return next;
}

/** @param {Network} network @returns {number[]} */
const markOf = (network) =>
  Array.from({ length: MARK }, (_, i) => Number.parseInt(fingerprint(network).slice(2 * i, 2 * i + 2), 16));

/** @param {number[]} bytes @param {number} value */
function pushWhole(bytes, value) {
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  bytes.push(value);
}

/** @param {number[]} bytes @param {number} value */
const pushFloat = (bytes, value) => bytes.push(...new Uint8Array(Float32Array.of(value).buffer));

/** NaN where nothing is left. @param {{bytes: number[], at: number}} reader */
function pullWhole(reader) {
  let [value, unit] = [0, 1];
  while (reader.at < reader.bytes.length) {
    const byte = reader.bytes[reader.at++];
    value += (byte % 128) * unit;
    if (byte < 128) return value;
    unit *= 128;
  }
  return Number.NaN;
}

/** NaN where nothing is left. @param {{bytes: number[], at: number}} reader */
function pullFloat(reader) {
  const four = reader.bytes.slice(reader.at, reader.at + 4);
  reader.at += 4;
  return four.length === 4 ? new Float32Array(Uint8Array.from(four).buffer)[0] : Number.NaN;
}
