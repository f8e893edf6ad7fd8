// @ts-check
// Binary frames: numbers as they lie in memory, with a header that says where. The twin of server/training/frames.py.

import { DIGIT_SHAPE, pixelsOf } from "../core/shape.js";
import { phrase } from "../texts/first.js";

/** @typedef {Float32Array | Int8Array | Uint8Array | Uint32Array | Int32Array} Numbers */
/** @typedef {{name: string, type: string, shape: number[], at: number}} Block */
/** @typedef {{header: any, blocks: Record<string, Numbers>, shapes: Record<string, number[]>}} Frame */

const TYPES = { float32: Float32Array, int8: Int8Array, uint8: Uint8Array, uint32: Uint32Array, int32: Int32Array };

/**
 * The header and the arrays of a frame; the arrays are views, nothing is copied. Throws an Error for what is no frame.
 * @param {ArrayBuffer} buffer
 * @returns {Frame}
 */
export function unframe(buffer) {
  if (buffer.byteLength < 4) throw new Error(phrase("training.frames.thisIsNoFrameIt"));
  const length = new DataView(buffer).getUint32(0, true);
  if (length + 4 > buffer.byteLength) throw new Error(phrase("training.frames.thisIsNoFrameIts"));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const blocks = /** @type {Record<string, Numbers>} */ ({});
  const shapes = /** @type {Record<string, number[]>} */ ({});
  for (const { name, type, shape, at } of /** @type {Block[]} */ (header.blocks)) {
    const Kind = TYPES[/** @type {keyof typeof TYPES} */ (type)];
    if (!Kind) throw new Error(phrase("training.frames.thisFrameHoldsNumbersOf", { type }));
    blocks[name] = new Kind(
      buffer,
      at,
      shape.reduce((product, n) => product * n, 1),
    );
    shapes[name] = shape;
  }
  return { header, blocks, shapes };
}

/**
 * Rows and columns of the images that a run or a comparison learns from; before it has any, those of digits.
 * @param {any} header
 * @returns {import("../core/shape.js").Shape}
 */
export const imageShape = ({ rows, columns }) => (rows && columns ? { rows, columns } : DIGIT_SHAPE);

/**
 * One of the images that lie one after the other in a block.
 * @param {any} block   (n · pixels)
 * @param {number} i
 * @param {import("../core/shape.js").Shape} shape
 */
export const imageOf = (block, i, shape) => block.subarray(pixelsOf(shape) * i, pixelsOf(shape) * (i + 1));
