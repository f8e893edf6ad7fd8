// @ts-check
// The fields of a recipe, as the server declares them in its message "choices" (learning/schema.py): how a value is
// spelled, which texts are values, and what a value is called. No DOM, and no field by name.

import { language, within } from "../texts/language.js";
import { phrase } from "../texts/first.js";

/**
 * @typedef {Object} Field
 * @property {string} name
 * @property {string} label      before a control: "Learning rate"
 * @property {string} help       one sentence
 * @property {"text" | "choice" | "choices" | "integer" | "integers" | "number"} kind   "choices", "integers": several
 * @property {string} wanted     which values it takes, after "wants"
 * @property {string} default    as a text
 * @property {number} at_least
 * @property {number | null} at_most
 * @property {boolean} below     at_most itself is too much
 * @property {number} most       so many values, where it holds several; letters of a text
 * @property {[string, string][]} choices   names and what they are called
 * @property {[string, string][]} offered   where it holds several: texts to choose from, and what they are called
 * @property {boolean} speaks    a value says by itself what it is: "ReLU", not "0.1"
 * @property {boolean} option    whether it is a setting at all
 * @property {boolean} page      whether it has a control here
 * @property {boolean} advanced  among those that are folded away
 * @property {[number, number] | null} slider        ends of a slider over powers of ten
 * @property {[string, string] | null} compared      what a comparison begins with
 * @property {Record<string, [string, string[]]>} needs   by value: another field, and which of its values go with it
 * @property {string} step       what engines call it, for which it is a setting of each step: "decay"; else ""
 * @property {[string, string[]] | null} used_with   it has a meaning only where that field is one of these
 */

/**
 * The settings of each step, by the names that engines have for them.
 * @typedef {{momentum: number, decay: number, running_mean: number, course: string}} Steps
 */

const NONE = "none";
const WHOLE = /^[+-]?\d{1,30}$/;
const REAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A label within a sentence: "learning rate"; in German, nouns stay large. @param {Pick<Field, "label">} field */
export const inSentence = ({ label }) => (language() === "de" ? label : within(label));

/** A value as a text: 16-16, straighten-resize, 0.75; parse() gives it back. @param {any} value @returns {string} */
export const write = (value) => (Array.isArray(value) ? value.join("-") || NONE : String(value));

/**
 * The texts of the single values in a row: "16-16", and "16,16" or "16x16" as older links have it.
 * @param {Field} field
 * @param {string} text
 * @returns {string[]}
 */
export function parts(field, text) {
  if (text.trim() === "" || text.trim() === NONE) return [];
  const some = text.split(field.kind === "integers" ? /[-,+x]/ : /[-,+]/).map((part) => part.trim());
  return field.kind === "integers" ? some : some.filter((part) => part);
}

/**
 * The value that a text stands for.
 * @param {Field} field
 * @param {string} text
 * @returns {any}   an Error says what is wrong
 */
export function parse(field, text) {
  const several = field.kind === "integers" || field.kind === "choices";
  const values = (several ? parts(field, text) : [text]).map((part) => one(field, part));
  if (values.includes(undefined) || (several && values.length > field.most))
    return new Error(phrase("training.schema.wants", { wanted: field.wanted }));
  return several ? values : values[0];
}

/** @param {Field} field @param {string} text @returns {string | number | undefined} */
function one({ kind, choices, most, at_least: low, at_most, below }, text) {
  if (kind === "text") return text.length <= most ? text : undefined;
  if (kind === "choice" || kind === "choices") return choices.find(([name]) => name === text.trim())?.[0];
  const value = (kind === "number" ? REAL : WHOLE).test(text.trim()) ? Number(text) : NaN;
  const high = Math.min(at_most ?? Infinity, kind === "number" ? Infinity : Number.MAX_SAFE_INTEGER);
  return value >= low && value <= high && !(below && value === high) ? value : undefined;
}

/**
 * What a text is called, on a button or in a sentence: "ReLU", "N(0, 1/n)".
 * @param {Field} field
 * @param {string} text
 */
export function nameOf({ choices, offered }, text) {
  return [...choices, ...offered].find(([value]) => value === text)?.[1] ?? text;
}

/**
 * What to call a recipe that has this value, where others have another one: "ReLU", "learning rate 0.1". The twin of
 * Field.describe() in learning/schema.py.
 * @param {Field} field
 * @param {any} value
 */
export function describe(field, value) {
  const words =
    field.kind === "number" ? general(value) : field.kind === "choice" ? nameOf(field, value) : write(value);
  return field.speaks ? words : `${inSentence(field)} ${words}`;
}

/** A number with six digits at most, as Python's "g" writes it: 0.1, 1e-05. @param {number} value */
function general(value) {
  const [digits, power] = value.toExponential(5).split("e");
  if (Number(power) >= -4 && Number(power) < 6) return String(Number(value.toPrecision(6)));
  return `${Number(digits)}e${power[0]}${power.slice(1).padStart(2, "0")}`;
}

/**
 * The settings of each step of a recipe's run: the fields that the schema calls so.
 * @param {Record<string, any>} recipe
 * @param {readonly Field[]} fields
 * @returns {Steps}
 */
export const stepsOf = (recipe, fields) =>
  /** @type {Steps} */ (
    Object.fromEntries(fields.filter(({ step }) => step).map(({ name, step }) => [step, recipe[name]]))
  );
