// @ts-check
// What lies in the one file beside the page: parts, compressed, in characters that carry 15 bits each. The twin of
// exports/one_file.py, which writes them as JSON into the element #digitlens-file.

import { inflate } from "../train/data/inflate.js";

/**
 * @typedef {Object} Part
 * @property {number} size      bytes of it
 * @property {number} columns   into so many its bytes were sorted: the first of each number, the second of each, ...
 * @property {number} packed    bytes of what is compressed
 * @property {string} text      that, in characters
 */

const [FIRST, BITS] = [0x3400, 15];

/**
 * All that the file holds; `parts` by their names. Throws an Error in words for a file that is cut short.
 * @returns {{parts: Record<string, Part>, [name: string]: any}}
 */
export function fileContent() {
  try {
    return JSON.parse(document.getElementById("digitlens-file")?.textContent ?? "");
  } catch {
    throw new Error("the file is cut short, or was changed");
  }
}

/** Throws an Error in words for a part that is damaged. @param {Part} part @returns {Promise<Uint8Array>} */
export async function unpacked({ size, columns, packed, text }) {
  const data = new Uint8Array(packed);
  let [bits, have, at] = [0, 0, 0];
  for (let i = 0; i < text.length; i++) {
    bits = (bits << BITS) | (text.charCodeAt(i) - FIRST);
    for (have += BITS; have >= 8; ) {
      have -= 8;
      data[at++] = bits >> have;
    }
    bits &= (1 << have) - 1;
  }
  const sorted = await inflate(data, "deflate", size);
  const found = new Uint8Array(size);
  at = 0;
  for (let column = 0; column < columns; column++) for (let i = column; i < size; i += columns) found[i] = sorted[at++];
  return found;
}
