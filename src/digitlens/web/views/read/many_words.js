// @ts-check
// What is said of many pictures.

import { count, plain } from "../../core/numbers.js";
import { phrase } from "../../texts/later.js";

/** @param {number} n */
export const title = (n) => phrase("many.words.picturesTheMostDoubtfulFirst", { n: count(n) });
/** @param {number} done @param {number} all */
export const reading = (done, all) => phrase("many.words.readingPictureOf", { done: count(done), all: count(all) });
export const heads = () => ({
  picture: phrase("many.words.picture"),
  answer: phrase("many.words.answer"),
  confidence: phrase("many.words.confidence"),
  output: phrase("many.words.output"),
});
export const saveCsv = () => phrase("many.words.saveAsCsv");
export const close = () => phrase("many.words.close");
export const stop = () => phrase("many.words.stop");
export const open = () => phrase("many.words.putItOnThePad");
/** @param {string} name */
export const readBy = (name) => phrase("many.words.readByChooseARow", { name });
export const outputsOnly = () => phrase("many.words.thisNetworkDoesNotTell");
/** @param {number} shown @param {number} all */
export const fewer = (shown, all) =>
  shown < all ? phrase("many.words.theFirstOfRowsAre", { shown: count(shown), all: count(all) }) : "";
/** @param {number} sure @param {boolean} probable */
export const sure = (sure, probable) =>
  probable ? (sure > 0.995 ? "> 99 %" : `${Math.round(100 * sure)} %`) : plain(sure, 2);
/** @param {string} second */
export const orElse = (second) => (second ? phrase("many.words.or", { second }) : "");
