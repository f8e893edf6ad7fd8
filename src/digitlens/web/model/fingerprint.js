// @ts-check
// The fingerprint of a network: whether results that were measured on one network are those of another. The twin of
// storage/fingerprint.py.

import { sha256 } from "../core/sha256.js";

/** @typedef {import("./model_file.js").StoredNetwork} Network */

const known = /** @type {WeakMap<import("../core/network.js").Layer[], [string, string]>} */ (new WeakMap());

/**
 * SHA-256 of what decides the network's activations: the same for the same numbers alone, under whatever name.
 * @param {Network} network
 * @returns {string}   64 hexadecimal digits
 */
export function fingerprint({ sizes, activations, shape, darkOnLight, framing, adjusting, layers }) {
  const { rows, columns } = shape;
  const told = [sizes.join("-"), activations.join(), `${rows}x${columns}`, darkOnLight ? "dark" : "light"];
  const head = `${[...told, framing, adjusting.join()].join("\n")}\n`;
  const before = known.get(layers);
  if (before?.[0] === head) return before[1];
  const numbers = layers.flatMap(({ weights, biases }) => [weights, biases]);
  const start = new TextEncoder().encode(head);
  const bytes = new Uint8Array(start.length + 4 * numbers.reduce((sum, { length }) => sum + length, 0));
  bytes.set(start);
  const view = new DataView(bytes.buffer);
  let at = start.length;
  for (const some of numbers) for (let i = 0; i < some.length; i++, at += 4) view.setFloat32(at, some[i], true);
  const found = sha256(bytes);
  known.set(layers, [head, found]);
  return found;
}
