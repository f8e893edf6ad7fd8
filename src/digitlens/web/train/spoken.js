// @ts-check
// What whoever trains says, in the language of the page: fields of a recipe, recipes in a line, what a comparison comes
// to. In English that is what was said; for a field that this page does not know, too.
//
// Fields are declared once, in learning/recipe.py; texts/*.json has their words by their names, as in
// fields.learning_rate.help or choices.output.softmax.

import { resultOf } from "./compared.js";
import { describe, inSentence, nameOf, write } from "./schema.js";
import { count } from "../core/numbers.js";
import { language } from "../texts/language.js";
import { phrase } from "../texts/later.js";

/** @typedef {import("./schema.js").Field} Field */
/** @typedef {import("./settings.js").Choices} Choices */
/** @typedef {import("./settings.js").Recipe} Recipe */

const NONE = "none";

/** A text by a key that is put together; what is not there was said otherwise.
 * @param {string} key @param {string} said @returns {string} */
function own(key, said) {
  try {
    return phrase(/** @type {any} */ (key));
  } catch {
    return said; // a newer server has fields that this page does not know
  }
}

/** What a field is called within a sentence. @param {string} name */
export const labelOf = (name) => inSentence({ label: own(`fields.${name}.label`, name.replaceAll("_", " ")) });

/** A value of a field. @param {string} name @param {unknown} value @returns {string} */
export const valueOf = (name, value) =>
  typeof value === "string" ? own(`choices.${name}.${value}`, value.replaceAll("_", " ")) : write(value);

/** @param {Choices} choices @returns {Choices} */
export function spokenChoices(choices) {
  if (language() === "en") return choices;
  const fields = choices.fields.map(spokenField);
  const summaries = Object.entries(choices.recipes).map(([name, recipe]) => [name, summary(recipe, fields)]);
  return { ...choices, fields, summaries: Object.fromEntries(summaries) };
}

/** @param {Field} field @returns {Field} */
function spokenField(field) {
  const { name, choices, offered } = field;
  const value = (/** @type {string} */ one, /** @type {string} */ said) => own(`choices.${name}.${one}`, said);
  const named = new Map(choices.map(([one, said]) => [one, value(one, said)]));
  const row = (/** @type {string} */ text) => text.split("-").map((one) => named.get(one) ?? value(one, one));
  return {
    ...field,
    label: own(`fields.${name}.label`, field.label),
    help: own(`fields.${name}.help`, field.help),
    wanted: wantedOf(field),
    choices: [...named],
    offered: offered.map(([text]) => [text, row(text).join(phrase("training.curves.comma"))]),
  };
}

/** Which values a field takes, after "wants". @param {Field} field @returns {string} */
function wantedOf({ kind, choices, most, at_least: low, at_most: high, below }) {
  const names = choices.map(([one]) => one).join(", ");
  const ends = { low: count(low), high: high === null ? "∞" : count(high) };
  if (kind === "text") return phrase("training.spoken.aTextOf", { most });
  if (kind === "choice") return phrase("training.spoken.oneOf", { names });
  if (kind === "choices") return phrase("training.spoken.namesAmong", { names, none: NONE });
  if (kind === "integers") return phrase("training.spoken.wholeNumbers", { most, ...ends, none: NONE });
  if (kind === "integer") return phrase("training.spoken.aWholeNumber", ends);
  return below ? phrase("training.spoken.aNumberBelow", ends) : phrase("training.spoken.aNumber", ends);
}

/** A recipe in a line. @param {Recipe} recipe @param {Field[]} fields */
function summary(recipe, fields) {
  const named = (/** @type {string} */ name) => {
    const field = fields.find((one) => one.name === name);
    return field ? nameOf(field, recipe[name]) : recipe[name];
  };
  const said = Object.fromEntries(Object.keys(recipe).map((name) => [name, named(name)]));
  return phrase("training.spoken.summary", { ...said, hidden: write(recipe.hidden) });
}

/**
 * What the sides of a comparison are called.
 * @param {any} header
 * @param {readonly Field[]} fields   as they are spoken
 * @returns {[string, string]}
 */
export function spokenNames({ names, recipes }, fields) {
  if (language() === "en") return names;
  const [a, b] = recipes;
  const different = fields.filter(({ name }) => JSON.stringify(a[name]) !== JSON.stringify(b[name]));
  if (!different.length) return names;
  const all = (/** @type {Recipe} */ recipe) => different.map((field) => describe(field, recipe[field.name]));
  return [all(a).join(phrase("training.spoken.and")), all(b).join(phrase("training.spoken.and"))];
}

/** The sentence of a comparison. @param {any} header @param {readonly Field[]} fields @returns {string} */
export function spokenSentence(header, fields) {
  if (language() === "en" || !header.sentence) return header.sentence;
  const epochs = header.recipes.map((/** @type {Recipe} */ { epochs: n }) => n);
  return resultOf(header.runs, epochs, spokenNames(header, fields))?.sentence ?? "";
}
