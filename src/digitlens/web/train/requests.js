// @ts-check
// The messages of a page that ask for training in the tab: each becomes a request, or is refused with the field at
// fault. The twin of server/training/requests.py. No DOM.

import { commandFor } from "./commands.js";
import { parse, stepsOf, write } from "./schema.js";
import { parameters } from "./settings.js";

/** @typedef {import("./settings.js").Choices} Choices */
/** @typedef {import("./settings.js").DataChoice} DataChoice */
/** @typedef {import("./settings.js").Recipe} Recipe */
/**
 * The run that a page asks for.
 * @typedef {Object} RunRequest
 * @property {number} number     the page's own number for it
 * @property {Recipe} recipe     every field, fitted to the images
 * @property {import("./schema.js").Steps} steps   the settings of each step
 * @property {string} base       the name of the recipe that it is based on
 * @property {string} data       the name of a data set
 * @property {string} source     where that came from
 * @property {readonly string[]} classes   their names
 * @property {number} rows       of each image
 * @property {number} columns
 * @property {number[]} sizes    neurons in each layer, the image first
 * @property {string} command    the command line that does the same
 */
/**
 * What a data set says of itself, beside what a page shows of it.
 * names: of its classes; option: the value of --data for it, empty if it is the default
 * @typedef {DataChoice & {names: readonly string[], option: string}} DataInfo
 */

const NAME = 100; // letters of a name
const MINI_BATCH_NUMBERS = 20_000_000; // numbers that a mini-batch needs, at most, times a small factor
const PRECISION = "float32"; // the kernel's

/** A message that cannot be; `field` names what is at fault. */
export class Refused extends Error {
  /** @param {string} field @param {string} why */
  constructor(field, why) {
    super(why);
    this.field = field;
  }
}

/** A whole number from 0 on in a message. @param {any} message @param {string} name @param {number} [most] */
export function numberOf(message, name, most = Number.MAX_SAFE_INTEGER) {
  const value = message[name];
  if (!Number.isSafeInteger(value) || value < 0 || value > most)
    throw new Refused(name, `${name}: wants a whole number from 0 to ${most}`);
  return /** @type {number} */ (value);
}

/**
 * The request of a "train" message, or, with `fields`, of one side of a "compare" message. Throws Refused.
 * @param {any} message
 * @param {Choices} choices
 * @param {readonly DataInfo[]} sets
 * @param {any} [fields]
 * @returns {RunRequest}
 */
export function requestOf(message, choices, sets, fields = message.recipe ?? {}) {
  const { base = "video", data = sets[0]?.name } = message;
  if (!Object.hasOwn(choices.recipes, base))
    throw new Refused("base", `base: one of ${Object.keys(choices.recipes).join(", ")}`);
  const set = sets.find((one) => one.name === data);
  if (!set) throw new Refused("data", `data: one of ${sets.map(({ name }) => name).join(", ")}`);
  if (!set.here) throw new Refused("data", set.how || "these images are not here yet");
  const { rows, columns, training: count, names } = set;
  const recipe = recipeOf(base, fields, choices, set);
  if (!("validation" in fields)) recipe.validation = Math.min(recipe.validation, Math.floor(count / 10));
  else if (recipe.validation >= count) {
    const most = `at most ${count - 1} of the ${count} training images can be held out`;
    throw new Refused("validation", `validation: ${most}, got ${recipe.validation}`);
  }
  recipe.data = set.name.slice(0, NAME);
  return {
    ...{ number: numberOf(message, "number"), recipe, base, data, source: set.source, classes: names, rows, columns },
    sizes: [rows * columns, ...recipe.hidden, names.length],
    steps: stepsOf(recipe, choices.fields),
    command: commandFor(recipe, base, set.option, choices),
  };
}

/**
 * The named recipe with some fields changed. Throws Refused, which names the field at fault.
 * @param {string} base
 * @param {any} fields
 * @param {Choices} choices
 * @param {DataInfo} set
 * @returns {Recipe}
 */
function recipeOf(base, fields, choices, set) {
  if (typeof fields !== "object" || fields === null || Array.isArray(fields))
    throw new Refused("recipe", "recipe: wants an object of fields and values");
  const recipe = /** @type {Recipe} */ ({ ...choices.recipes[base] });
  for (const [name, value] of Object.entries(fields)) {
    const field = choices.fields.find((one) => one.name === name);
    if (!field || name === "name") throw new Refused("recipe", `recipe: a run here has no field ${name.slice(0, 40)}`);
    const parsed = parse(field, write(value));
    if (parsed instanceof Error || JSON.stringify(parsed) !== JSON.stringify(value))
      throw new Refused(name, `${name}: wants ${field.wanted}, got ${String(write(value)).slice(0, 80)}`);
    recipe[name] = value;
  }
  for (const { name, needs } of choices.fields) {
    const [other, fitting] = needs[recipe[name]] ?? ["", []];
    if (other && !fitting.includes(recipe[other]))
      throw new Refused(name, `${name}: ${recipe[name]} goes with ${other} ${fitting.join(" or ")}`);
  }
  if (recipe.precision !== PRECISION)
    throw new Refused("precision", `precision: the page computes in ${PRECISION}; digitlens train has others`);
  const sizes = [set.rows * set.columns, ...recipe.hidden, set.names.length];
  const count = parameters(sizes);
  const { parameters: most } = choices.limits;
  if (count > most)
    throw new Refused(
      "hidden",
      `hidden: at most ${most} weights and biases in the page, got ${count}; use fewer neurons`,
    );
  if (new Set(recipe.preparation).size < recipe.preparation.length)
    throw new Refused("preparation", "preparation: every step at most once");
  const batch = Math.floor(MINI_BATCH_NUMBERS / sizes.slice(1).reduce((sum, n) => sum + n, 0));
  if (Math.min(recipe.mini_batch, set.training) > batch)
    throw new Refused(
      "mini_batch",
      `mini_batch: at most ${batch} at a time with this network, got ${recipe.mini_batch}`,
    );
  return recipe;
}
