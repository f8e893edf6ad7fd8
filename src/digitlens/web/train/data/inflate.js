// @ts-check
// Unpacks what was compressed, by the browser's own means, into no more bytes than somebody has allowed. No DOM.

import { phrase } from "../../texts/first.js";

/**
 * Throws an Error in words for what cannot be unpacked, and as soon as there are more bytes than `most`.
 * @param {Uint8Array} data
 * @param {"gzip" | "deflate" | "deflate-raw"} format
 * @param {number} most
 * @returns {Promise<Uint8Array>}
 */
export async function inflate(data, format, most) {
  if (typeof DecompressionStream !== "function")
    throw new Error(phrase("training.data.inflate.thisBrowserCannotUnpackCompressed"));
  const stream = new Blob([/** @type {any} */ (data)]).stream().pipeThrough(new DecompressionStream(format));
  const reader = stream.getReader();
  const pieces = /** @type {Uint8Array[]} */ ([]);
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.length;
      if (size > most) {
        reader.cancel().catch(() => {});
        break;
      }
      pieces.push(value);
    }
  } catch {
    throw new Error(phrase("training.data.inflate.itIsDamagedOrCut"));
  }
  if (size > most) throw new Error(phrase("training.data.inflate.itUnpacksToMoreThan", { most }));
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
