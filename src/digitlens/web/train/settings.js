// @ts-check
// The settings of a training: text as it is typed, and the fields of a recipe that it stands for. No DOM.

import { inSentence, nameOf, parse, write } from "./schema.js";
import { phrase } from "../texts/first.js";

/** @typedef {import("./schema.js").Field} Field */
/**
 * By field, what was typed; what is missing is as in the named recipe.
 * @typedef {Readonly<Record<string, string>>} Settings
 */
/** @typedef {Record<string, any>} Recipe                  as learning/recipe.py writes it */
/** @typedef {{parameters: number, seeds: number}} Limits */
/**
 * All that can be chosen, as the server says.
 * @typedef {Object} Choices
 * @property {Record<string, Recipe>} recipes    by name
 * @property {Record<string, string>} summaries  of these recipes, each in a line
 * @property {Field[]} fields                    of a recipe, in the order in which they are shown
 * @property {Limits} limits
 * @property {DataChoice[]} data
 * @property {string} engine
 * @property {number} cores
 */
/**
 * A data set that can be chosen.
 * @typedef {Object} DataChoice
 * @property {string} name
 * @property {boolean} here       it is on this machine
 * @property {boolean} default    it is taken if nobody chooses
 * @property {number} training    how many images there are to learn from
 * @property {number} test        and to be tested on
 * @property {number} rows        of each image
 * @property {number} columns
 * @property {number} classes     how many there are
 * @property {string} source      where it was found
 * @property {string} how         how to get it, if it is not here
 */
/** @typedef {{base: string, data: string, fields: Record<string, any>, errors: Record<string, string>}} Wanted */

export const BASE = "video";
export const LIVE_EPOCHS = 3; // of a run that is trained again while a slider moves, if nobody has chosen

/**
 * What the settings ask for; what cannot be is told by field, in words.
 * @param {Settings} settings
 * @param {Choices} choices
 * @returns {Wanted}
 */
export function wanted(settings, choices) {
  const { recipes, limits, data } = choices;
  const errors = /** @type {Record<string, string>} */ ({});
  const fields = /** @type {Record<string, any>} */ ({});
  const base = settings.recipe && settings.recipe in recipes ? settings.recipe : BASE;
  for (const field of choices.fields) {
    if (!field.option || !(field.name in settings)) continue;
    const value = parse(field, settings[field.name]);
    if (value instanceof Error) errors[field.name] = value.message;
    else if (repeats(field, value)) errors[field.name] = phrase("training.settings.eachOfThemOnce");
    else if (write(value) !== write(recipes[base][field.name])) fields[field.name] = value;
  }
  if (settings.live === "1" && !("epochs" in settings)) fields.epochs = LIVE_EPOCHS;
  const recipe = { ...recipes[base], ...fields };
  const chosen = chosenData(settings, data);
  const size = parameters(sizesFor(recipe, chosen));
  if (!errors.hidden && size > limits.parameters)
    errors.hidden = phrase("training.settings.atMostWeightsAndBiases", {
      parameters: many(limits.parameters),
      size: many(size),
    });
  for (const field of choices.fields) errors[field.name] ||= misfit(field, recipe, choices.fields);
  if (!errors.validation && (fields.validation ?? 0) >= chosen.training)
    errors.validation = phrase("training.settings.atLeastOneOfHas", { training: many(chosen.training) });
  const wrong = Object.entries(errors).filter(([, words]) => words);
  return { base, data: chosen.name, fields, errors: Object.fromEntries(wrong) };
}

/** Whether one name stands there twice, of which each can be chosen once. @param {Field} field @param {any} value */
const repeats = ({ kind }, value) => kind === "choices" && new Set(value).size < value.length;

/**
 * What is wrong with a field because of another one; empty where they go together.
 * @param {Field} field
 * @param {Recipe} recipe
 * @param {Field[]} fields
 */
function misfit(field, recipe, fields) {
  const [name, fitting] = field.needs[recipe[field.name]] ?? ["", []];
  const other = fields.find((one) => one.name === name);
  if (!other || fitting.includes(recipe[name])) return "";
  const named = fitting.map((value) => nameOf(other, value)).join(" or ");
  const [value, now] = [nameOf(field, recipe[field.name]), nameOf(other, recipe[name])];
  return phrase("training.settings.goesWithNotWith", {
    value: value[0].toUpperCase(),
    name: value.slice(1),
    field: inSentence(other),
    named,
    now,
  });
}

/**
 * The data set that the settings name, or else the one taken by default.
 * @param {Settings} settings
 * @param {DataChoice[]} data
 */
const chosenData = (settings, data) =>
  data.find((one) => one.name === settings.data) ?? data.find((one) => one.default) ?? data[0];

/**
 * How many neurons each layer has, the image first.
 * @param {Recipe} recipe
 * @param {DataChoice} data
 * @returns {number[]}
 */
export const sizesFor = ({ hidden }, { rows, columns, classes }) => [rows * columns, ...hidden, classes];

/** @param {number[]} sizes   the image first @returns {number} weights and biases */
export function parameters(sizes) {
  return sizes.slice(1).reduce((sum, n, l) => sum + n * (sizes[l] + 1), 0);
}

/**
 * The settings that make this recipe, and no more: what a field holds there anyway is left out.
 * @param {Recipe} recipe
 * @param {string} base
 * @param {string} data
 * @param {Choices} choices
 * @returns {Settings}
 */
export function settingsOf(recipe, base, data, { recipes, fields, data: sets }) {
  const settings = /** @type {Record<string, string>} */ ({});
  if (base !== BASE) settings.recipe = base;
  for (const { name, option } of fields) {
    const same = write(recipe[name]) === write(recipes[base][name]);
    if (option && !same && name !== "validation") settings[name] = write(recipe[name]);
  }
  if (data !== (sets.find((one) => one.default) ?? sets[0]).name) settings.data = data;
  return Object.freeze(settings);
}

/** @param {number} n */
const many = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ",");
