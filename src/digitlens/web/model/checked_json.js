// @ts-check
// JSON that somebody else has written: what JSON.parse() takes, but no key twice, no number beyond float64, and not too
// deep. JSON.parse() itself would take the last of two equal keys and say nothing.
// The twin of parse_json() in storage/container.py; docs/decisions/0016-libraries.md says where the two differ.

import { phrase } from "../texts/first.js";

const DEEPEST = 32; // lists and objects within one another
const NUMBER = 1e100; // the largest number
const LONGEST = 1000; // characters of a text, and of a key, in our own document
const TEXT = /"(?:[^"\\]|\\.)*"(\s*:)?/g; // a string of JSON; with a colon behind it, it is a key

/**
 * The value that the text stands for. Throws an Error with a reason.
 * @param {string} text
 * @returns {any}
 */
export function parseJson(text) {
  const value = JSON.parse(text);
  const written = [...text.matchAll(TEXT)].filter(([, colon]) => colon).length;
  if (keysOf(value, 0) < written) throw new Error(phrase("model.checkedJson.aKeyStandsThereTwice"));
  return value;
}

/** How many keys a value has, at any depth. @param {any} value @param {number} depth @returns {number} */
function keysOf(value, depth) {
  if (typeof value === "number" && !(Math.abs(value) <= NUMBER))
    throw new Error(phrase("model.checkedJson.aNumberIsTooLarge"));
  if (typeof value !== "object" || value === null) return 0;
  if (depth >= DEEPEST) throw new Error(phrase("model.checkedJson.tooDeep"));
  const parts = Object.values(value);
  const own = Array.isArray(value) ? 0 : parts.length;
  return parts.reduce((keys, part) => keys + keysOf(part, depth + 1), own);
}

/**
 * Whether every text within a value, and every key, has a bounded length.
 * @param {any} value
 * @returns {boolean}
 */
export function boundedTexts(value) {
  if (typeof value === "string") return value.length <= LONGEST || [...value].length <= LONGEST;
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([key, part]) => boundedTexts(key) && boundedTexts(part));
}

/**
 * Whether it is a list of whole numbers from 0 on.
 * @param {any} list
 * @returns {list is number[]}
 */
export const wholeNumbers = (list) => Array.isArray(list) && list.every((one) => Number.isSafeInteger(one) && one >= 0);
