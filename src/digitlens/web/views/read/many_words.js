// @ts-check
// What is said of many pictures.

import { count, plain } from "../../core/numbers.js";

/** @param {number} n */
export const TITLE = (n) => `${count(n)} pictures, the most doubtful first`;
/** @param {number} done @param {number} all */
export const READING = (done, all) => `Reading picture ${count(done)} of ${count(all)} …`;
export const HEADS = { picture: "picture", answer: "answer", confidence: "confidence", output: "output", note: "" };
export const CSV = "Save as CSV";
export const CLOSE = "Close";
export const STOP = "Stop";
export const OPEN = "Put it on the pad";
/** @param {string} name */
export const READ_BY = (name) => `Read by ${name}. Choose a row to see why it is read so.`;
export const OUTPUTS = "This network does not tell how probable its answers are; its largest output is shown.";
/** @param {number} shown @param {number} all */
export const FEWER = (shown, all) =>
  shown < all ? `The first ${count(shown)} of ${count(all)} rows are shown; the CSV has all.` : "";
/** @param {number} sure @param {boolean} probable */
export const sure = (sure, probable) =>
  probable ? (sure > 0.995 ? "> 99 %" : `${Math.round(100 * sure)} %`) : plain(sure, 2);
/** @param {string} second */
export const orElse = (second) => (second ? `or ${second}` : "");
