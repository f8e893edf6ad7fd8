// @ts-check
// Many pictures, read one by one: what is told of each, the doubtful ones first, and the same as a CSV file. No DOM.

import { judge } from "../picture/familiarity.js";
import { probabilities } from "./calibration.js";
import { read, unadjusted } from "./reading.js";
import { phrase } from "../texts/later.js";

/** @typedef {import("./model_file.js").StoredNetwork} Network */
/** @typedef {import("../picture/preparation.js").Prepared} Prepared */
/** @typedef {import("./state.js").State} State */
/**
 * @typedef {Object} Picture
 * @property {string} name
 * @property {Prepared | null} prepared   null: it cannot be opened
 * @property {string} error               why; ""
 */
/**
 * @typedef {Object} Row
 * @property {Picture} picture
 * @property {string} answer      the class; "" where there is none
 * @property {number} sure        how probable that is; of a network that cannot tell, its output
 * @property {string} second      the next class
 * @property {string} note        why there is no answer, or why to doubt it
 */

/** Whether the network can tell how probable its answers are. @param {Network} network */
export const tells = ({ calibration }) => calibration !== null;

/**
 * What the network makes of a picture.
 * @param {Picture} picture
 * @param {Network} network
 * @param {State} state   whose other settings hold
 * @returns {Row}
 */
export function rowOf(picture, network, state) {
  const { prepared, error } = picture;
  const nothing = { picture, answer: "", sure: 0, second: "" };
  if (!prepared) return { ...nothing, note: error };
  if (!prepared.inkFound) return { ...nothing, note: prepared.stages[prepared.stages.length - 1].reason };
  const own = { ...state, strokes: [], baseInk: prepared.image, baseStages: prepared.stages };
  const { trace, digit } = read(own, network, state.prepare);
  const last = trace.a.length - 1;
  const held = network.calibration ? probabilities(network.calibration, trace.z[last - 1]) : trace.a[last];
  const order = Array.from(held.keys()).sort((i, j) => held[j] - held[i]);
  const second = order.find((j) => j !== digit);
  const seen = network.familiarity && judge(network.familiarity, unadjusted(own, network, state.prepare));
  return {
    picture,
    answer: network.classes[digit],
    sure: held[digit],
    second: second === undefined ? "" : network.classes[second],
    note: seen && !seen.isDigit ? phrase("model.many.perhapsNoDigit", { reason: seen.reason }) : "",
  };
}

/** The most doubtful first: without an answer, perhaps none, then by how sure it is. @param {Row[]} rows */
export const byDoubt = (rows) => [...rows].sort((one, other) => rank(one) - rank(other) || one.sure - other.sure);

/** @param {Row} row */
const rank = ({ answer, note }) => (answer === "" ? 0 : note ? 1 : 2);

/**
 * The rows as a CSV file (RFC 4180), in the order in which they came.
 * @param {Row[]} rows
 * @param {Network} network
 * @returns {string}
 */
export function asCsv(rows, network) {
  const heads = ["picture", "answer", tells(network) ? "confidence" : "output", "second", "note"];
  const lines = rows.map(({ picture, answer, sure, second, note }) => [
    picture.name,
    answer,
    answer === "" ? "" : sure.toFixed(4),
    second,
    note,
  ]);
  return [heads, ...lines].map((line) => `${line.map(field).join(",")}\r\n`).join("");
}

/** A field; one that a spreadsheet would take for a formula is made a text. @param {string} text */
function field(text) {
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
