// @ts-check
// The settings of a training: text as it is typed, and the fields of a recipe that it stands for. No DOM.

/** @typedef {Readonly<Record<string, string>>} Settings   by field, what was typed; what is missing is as in the named recipe */
/** @typedef {Record<string, any>} Recipe                  as learning/recipe.py writes it */
/** @typedef {{layers: number, neurons: number, parameters: number, epochs: number, seeds: number}} Limits */
/** @typedef {{recipes: Record<string, Recipe>, options: Record<string, string[]>, limits: Limits, data: DataChoice[], engine: string, cores: number}} Choices */
/** @typedef {{name: string, here: boolean, default: boolean, training: number, test: number, source: string, how: string}} DataChoice */
/** @typedef {{base: string, data: string, fields: Record<string, any>, errors: Record<string, string>}} Wanted */

export const BASE = "video";
export const LIVE_EPOCHS = 3; // of a run that is trained anew while a slider moves, if nobody has chosen
const CHOICES = [
  "activation",
  "output",
  "cost",
  "optimiser",
  "schedule",
  "initialisation",
  "augmentation",
  "labels",
  "precision",
  "stored",
];
const OTHERS = ["name", "data", "teacher"]; // fields of a recipe that are no settings
const TYPES = /** @type {Record<string, string[]>} */ ({
  precision: ["float32", "float64"],
  stored: ["float32", "float16"],
});
const WHOLE = /** @type {Record<string, [number, number]>} */ ({
  seed: [0, 2 ** 53 - 1],
  mini_batch: [1, 1_000_000],
  epochs: [1, 100_000],
  validation: [0, 1_000_000],
});
const REAL = /** @type {Record<string, [number, number, string]>} */ ({
  learning_rate: [0, 1e6, "0 to 1,000,000"],
  momentum: [0, 1, "0 to below 1"],
  weight_decay: [0, 1, "0 to 1"],
  averaging: [0, 1, "0 to below 1"],
});
const BELOW = ["momentum", "averaging"]; // 1 itself is too much for these

/**
 * What the settings ask for; what cannot be is told by field, in words.
 * @param {Settings} settings
 * @param {Choices} choices
 * @returns {Wanted}
 */
export function wanted(settings, { recipes, options, limits, data }) {
  const errors = /** @type {Record<string, string>} */ ({});
  const fields = /** @type {Record<string, any>} */ ({});
  const base = settings.recipe && settings.recipe in recipes ? settings.recipe : BASE;
  for (const [field, text] of Object.entries(settings)) {
    if (!(field in recipes[base]) || OTHERS.includes(field)) continue;
    const value = parsed(field, text.trim(), limits, options);
    if (value instanceof Error) errors[field] = value.message;
    else if (JSON.stringify(value) !== JSON.stringify(recipes[base][field])) fields[field] = value;
  }
  if (settings.live === "1" && !("epochs" in settings)) fields.epochs = LIVE_EPOCHS;
  const recipe = { ...recipes[base], ...fields };
  const size = parameters([784, ...recipe.hidden, 10]);
  if (!errors.hidden && size > limits.parameters)
    errors.hidden = `At most ${many(limits.parameters)} weights and biases; these would be ${many(size)}.`;
  if (!errors.cost && recipe.cost === "cross_entropy" && !["sigmoid", "softmax"].includes(recipe.output))
    errors.cost = `Cross-entropy goes with sigmoid or softmax outputs, not with ${recipe.output}.`;
  const chosen = data.find((one) => one.name === settings.data) ?? data.find((one) => one.default) ?? data[0];
  if (!errors.validation && (fields.validation ?? 0) >= chosen.training)
    errors.validation = `At least one of ${many(chosen.training)} has to be left to learn from.`;
  return { base, data: chosen.name, fields, errors };
}

/**
 * @param {string} field
 * @param {string} text
 * @param {Limits} limits
 * @param {Record<string, string[]>} options
 * @returns {any}   an Error says what is wrong
 */
function parsed(field, text, limits, options) {
  if (field === "hidden") return layers(text, limits);
  if (field === "preparation") {
    const steps = text ? text.split(",") : [];
    return steps.every((step, i) => options.preparation.includes(step) && steps.indexOf(step) === i)
      ? steps
      : new Error(`Steps among ${options.preparation.join(", ")}, each once.`);
  }
  if (CHOICES.includes(field)) {
    const some = options[field] ?? TYPES[field];
    return some.includes(text) ? text : new Error(`One of ${some.join(", ")}.`);
  }
  if (field in WHOLE) {
    const [low, high] = field === "epochs" ? [1, limits.epochs] : WHOLE[field];
    const value = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
    return value >= low && value <= high
      ? value
      : new Error(`Wants a whole number from ${many(low)} to ${many(high)}.`);
  }
  if (field in REAL) {
    const [low, high, range] = REAL[field];
    const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
    return value >= low && value <= high && !(value === high && BELOW.includes(field))
      ? value
      : new Error(`Wants a number from ${range}.`);
  }
  return text;
}

/** "16,16" or "16-16"; nothing at all is no hidden layer, and "_" a layer of which nobody has said how large it is. @param {string} text @param {Limits} limits */
function layers(text, limits) {
  const parts = text ? text.split(/[,x-]/) : [];
  const sizes = parts.map((part) => (/^\s*\d{1,6}\s*$/.test(part) ? Number(part) : NaN));
  if (sizes.length > limits.layers) return new Error(`At most ${limits.layers} hidden layers.`);
  return sizes.every((n) => n >= 1 && n <= limits.neurons)
    ? sizes
    : new Error(`Each layer wants 1 to ${many(limits.neurons)} neurons.`);
}

/** @param {number[]} sizes   the picture first @returns {number} weights and biases */
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
export function settingsOf(recipe, base, data, { recipes, data: sets }) {
  const settings = /** @type {Record<string, string>} */ ({});
  if (base !== BASE) settings.recipe = base;
  for (const [field, value] of Object.entries(recipe)) {
    const same = JSON.stringify(value) === JSON.stringify(recipes[base][field]);
    if (!same && ![...OTHERS, "validation"].includes(field)) settings[field] = text(value);
  }
  if (data !== (sets.find((one) => one.default) ?? sets[0]).name) settings.data = data;
  return Object.freeze(settings);
}

/** A value as it is typed. @param {any} value @returns {string} */
export const text = (value) => (Array.isArray(value) ? value.join(",") : String(value));

/** @param {number} n */
const many = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ",");

/** A field's value in a sentence or on a button: "gradient descent", "ReLU". @param {string} value */
export function named(value) {
  const known = /** @type {Record<string, string>} */ ({
    relu: "ReLU",
    one_over_n: "N(0, 1/n)",
    standard_normal: "N(0, 1)",
    he: "He",
    glorot: "Glorot",
    cross_entropy: "cross-entropy",
    adam: "Adam",
    true: "as they are",
    random: "random",
  });
  return known[value] ?? value.replaceAll("_", " ");
}
