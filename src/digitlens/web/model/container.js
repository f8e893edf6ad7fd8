// @ts-check
// The container of everything we store: named arrays behind a small JSON header, in the safetensors format.
//
// Bytes in, bytes out. Nothing of a file is believed before it is checked: lengths, names, types and offsets first,
// then the values, which must be finite and of a size that a network can compute with.
//
//     8 bytes    how long the header is
//     header     JSON: for each array its type, shape and place; and our own document, as text, under "__metadata__"
//     the rest   the arrays' bytes, one after the other, without gaps
//
// The twin of storage/container.py.

import { boundedTexts, parseJson, wholeNumbers } from "./checked_json.js";
import { phrase } from "../texts/first.js";

/** @typedef {{dtype: string, shape: number[], values: Float64Array}} Tensor */
/** @typedef {{name: string, dtype: string, shape: number[], begin: number, end: number}} Place */

export const SIZE = 16 * 1024 * 1024; // bytes a file may have
const HEADER = 64 * 1024; // bytes a header may have
const ARRAYS = 64;
const LARGEST = 1e6; // the largest weight that is believed: products of such numbers still fit into float32
const TYPES = /** @type {Object<string, number>} */ ({ F16: 2, F32: 4, F64: 8 }); // bytes a number
const advice = () => phrase("model.container.trainOrDownloadTheFile");

/**
 * The bytes of a file that holds `document`, plain JSON values, and arrays, in float32. Throws beyond the limits.
 * @param {Object<string, any>} document
 * @param {[string, {shape: number[], values: Float64Array}][]} tensors
 * @returns {Uint8Array}
 */
export function pack(document, tensors) {
  const header = /** @type {Object<string, any>} */ ({ __metadata__: { digitlens: JSON.stringify(document) } });
  let end = 0;
  for (const [name, { shape, values }] of tensors) {
    header[name] = { dtype: "F32", shape, data_offsets: [end, (end += 4 * values.length)] };
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = 8 * Math.ceil(text.length / 8); // spaces up to a multiple of 8, as the format asks
  const data = new Uint8Array(8 + length + end).fill(32, 8, 8 + length);
  data.set(text, 8);
  const view = new DataView(data.buffer);
  view.setUint32(0, length, true);
  let at = 8 + length;
  for (const [, { values }] of tensors) {
    for (const value of values) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  }
  const again = unpack(data); // what is returned has been unpacked and compared by value
  for (const [name, { values }] of tensors) {
    if (values.some((value, i) => Math.fround(value) !== again.tensors.get(name)?.values[i])) {
      throw new Error(phrase("model.container.aModelFileDidNot"));
    }
  }
  return data;
}

/**
 * The document and the arrays that pack() made `data` from. Throws an Error for anything else.
 * @param {Uint8Array} data
 * @returns {{document: Object<string, any>, tensors: Map<string, Tensor>}}
 */
export function unpack(data) {
  if (data.length > SIZE) throw notOurs(phrase("model.container.itHasBytesAndThe", { n: data.length, most: SIZE }));
  const { document, places, start } = checked(data);
  const tensors = /** @type {Map<string, Tensor>} */ (new Map());
  for (const { name, dtype, shape, begin, end } of places) {
    const values = numbers(data.subarray(start + begin, start + end), dtype);
    if (!values.every((value) => Math.abs(value) <= LARGEST)) {
      // not <= is true of NaN as well
      throw notOurs(phrase("model.container.holdsANumberThatIs", { name: name.slice(0, 40), largest: LARGEST }));
    }
    tensors.set(name, { dtype, shape, values });
  }
  return { document, tensors };
}

/**
 * Look at everything but the values; our own document, where each array lies, and where the first begins.
 * @param {Uint8Array} data
 * @returns {{document: Object<string, any>, places: Place[], start: number}}
 */
function checked(data) {
  if (data.length < 8) throw notOurs(phrase("model.container.itHasOnlyBytes", { n: data.length }));
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const length = view.getUint32(0, true) + 2 ** 32 * view.getUint32(4, true);
  if (length > Math.min(HEADER, data.length - 8)) {
    throw notOurs(phrase("model.container.itsHeaderClaimsBytesAt", { length, most: HEADER, n: data.length }));
  }
  const { __metadata__: own, ...header } =
    object(json(utf8(data.subarray(8, 8 + length)), phrase("model.container.itsHeader"))) ?? {};
  if (!object(own)) throw notOurs(phrase("model.container.itsHeaderIsNotThat"));
  if (Object.keys(own).join() !== "digitlens" || typeof own.digitlens !== "string")
    throw notOurs(phrase("model.container.itsHeaderCarriesNoDocument"));
  const names = Object.keys(header);
  if (names.length < 1 || names.length > ARRAYS)
    throw notOurs(phrase("model.container.itHoldsArrays1To", { n: names.length, most: ARRAYS }));
  const places = names.map((name) => placeOf(name, header[name])).sort((a, b) => a.begin - b.begin || a.end - b.end);
  let end = 0;
  for (const place of places) {
    if (place.begin !== end) throw notOurs(phrase("model.container.itsArraysOverlapOrLeave"));
    end = place.end;
  }
  const here = data.length - 8 - length;
  if (end !== here) throw notOurs(phrase("model.container.itsArraysShouldFillBytes", { end, here }));
  const document = object(json(own.digitlens, phrase("model.container.itsDocument")));
  if (!document) throw notOurs(phrase("model.container.itsDocumentIsNotAn"));
  if (!boundedTexts(document)) throw notOurs(phrase("model.container.itsDocumentHoldsAText"));
  return { document, places, start: 8 + length };
}

/**
 * Where one array lies, if its entry holds together.
 * @param {string} name
 * @param {any} entry
 * @returns {Place}
 */
function placeOf(name, entry) {
  const who = `array "${name.slice(0, 40)}"`;
  if (/\p{Surrogate}/u.test(name)) throw notOurs(phrase("model.container.anArraysNameHoldsHalf"));
  if (!object(entry) || Object.keys(entry).sort().join() !== "data_offsets,dtype,shape")
    throw notOurs(phrase("model.container.hasNoDtypeShapeAnd", { who }));
  const { dtype, shape, data_offsets: offsets } = entry;
  const sound = wholeNumbers(shape) && wholeNumbers(offsets) && [...shape, ...offsets].every((n) => n <= 2 ** 40);
  if (!sound || offsets.length !== 2 || shape.length < 1 || shape.length > 2)
    throw notOurs(phrase("model.container.hasAShapeOrOffsets", { who }));
  if (typeof dtype !== "string" || !Object.hasOwn(TYPES, dtype))
    throw notOurs(phrase("model.container.isOfATypeWe", { who, name: String(dtype).slice(0, 20) }));
  if (shape.reduce((a, b) => a * b, 1) * TYPES[dtype] !== offsets[1] - offsets[0])
    throw notOurs(phrase("model.container.doesNotFitItsOwn", { who }));
  return { name, dtype, shape, begin: offsets[0], end: offsets[1] };
}

/**
 * The numbers of one array.
 * @param {Uint8Array} bytes
 * @param {string} dtype
 * @returns {Float64Array}
 */
function numbers(bytes, dtype) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float64Array(bytes.length / TYPES[dtype]);
  for (let i = 0; i < values.length; i++) {
    if (dtype === "F32") values[i] = view.getFloat32(4 * i, true);
    else values[i] = dtype === "F16" ? half(view.getUint16(2 * i, true)) : view.getFloat64(8 * i, true);
  }
  return values;
}

/** A number of 16 bits: sign, 5 of exponent, 10 of mantissa. @param {number} bits @returns {number} */
function half(bits) {
  const exponent = (bits >> 10) & 31;
  const mantissa = bits & 1023;
  const size =
    exponent === 31
      ? mantissa
        ? NaN
        : Infinity
      : exponent
        ? (1024 + mantissa) * 2 ** (exponent - 25)
        : mantissa * 2 ** -24;
  return bits & 0x8000 ? -size : size;
}

/** @param {Uint8Array} bytes @returns {string} */
function utf8(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw notOurs(phrase("model.container.itsHeaderIsNotText"));
  }
}

/** @param {string} text @param {string} what */
function json(text, what) {
  try {
    return parseJson(text);
  } catch (error) {
    throw notOurs(
      phrase("model.container.isNotJsonThatWe", {
        what,
        first: error instanceof Error ? error.message.slice(0, 100) : "",
      }),
    );
  }
}

/** The value, if it is an object; else null. @param {any} value @returns {Object<string, any> | null} */
export function object(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
}

/** @param {string} why */
function notOurs(why) {
  return new Error(phrase("model.container.notADigitlensFileOr", { why, advice: advice() }));
}
