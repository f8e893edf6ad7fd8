// @ts-check
// The layers of the bell curve from which normal numbers are drawn. The numbers are in ziggurat_tables.js.
//
//   width   of a layer over the 2^52 places in it;  width32 over the 2^23 places of a float32
//   sure    below which place a number lies within the layer above as well, so under the curve
//   height  of the curve where a layer ends

import { HEIGHT, SURE, SURE_32, WIDTH } from "./ziggurat_tables.js";

/**
 * @typedef {Object} Ziggurat
 * @property {Float64Array} width
 * @property {Float64Array} sure
 * @property {Float64Array} height
 * @property {Float32Array} width32
 * @property {Float64Array} sure32
 * @property {Float32Array} height32
 */

/** @type {Ziggurat | null} */
let made = null;

/** The tables, made when they are first wanted. @returns {Ziggurat} */
export function ziggurat() {
  if (made) return made;
  const width = floats(WIDTH);
  const sure = floats(SURE);
  const height = floats(HEIGHT);
  const width32 = Float32Array.from(width, (one) => one * 2 ** 29);
  const sure32 = floats(SURE_32);
  made = { width, sure, height, width32, sure32, height32: Float32Array.from(height) };
  return made;
}

/** @param {string} text   in base64 @returns {Float64Array} */
function floats(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float64Array.from({ length: bytes.length / 8 }, (_, i) => view.getFloat64(8 * i, true));
}
