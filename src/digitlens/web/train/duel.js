// @ts-check
// A comparison: the two sides that the settings ask for, and the numbers of what came. No DOM.

import { wanted } from "./settings.js";
import { phrase } from "../texts/later.js";

/** @typedef {import("./settings.js").Choices} Choices */
/** @typedef {import("./settings.js").Settings} Settings */
/** @typedef {import("./frames.js").Frame} Frame */
/**
 * @typedef {Object} Duel
 * @property {string} vary
 * @property {[string, string]} sides
 * @property {[Record<string, any>, Record<string, any>]} fields
 * @property {string} base
 * @property {string} data
 * @property {number} seeds
 * @property {number} epochs
 * @property {Record<string, string>} errors
 */

const FIRST = "activation"; // what differs, until something else is chosen
export const EPOCHS = "10";
export const RATE = "0.2"; // of both sides, where the recipe is the usual one
export const SEEDS = "6"; // fewer pairs can say nothing
export const CURVES = { trainingCost: 0, trainingAccuracy: 1, testCost: 2, testAccuracy: 3 };

/** The fields of which two values can be compared. @param {Choices} choices */
export const compared = ({ fields }) => fields.filter((field) => field.compared);

/**
 * What the settings ask for; what cannot be is told by field, in words.
 * @param {Settings} settings
 * @param {Choices} choices
 * @returns {Duel}
 */
export function duelOf(settings, choices) {
  const offered = compared(choices);
  const { name: vary, compared: usual } = offered.find(({ name }) => name === (settings.vary ?? FIRST)) ?? offered[0];
  const sides = /** @type {[string, string]} */ ([
    settings.first ?? usual?.[0] ?? "",
    settings.second ?? usual?.[1] ?? "",
  ]);
  const common = Object.fromEntries(
    Object.entries({ epochs: EPOCHS, ...(settings.recipe ? {} : { learning_rate: RATE }), ...settings }).filter(
      ([field]) => field !== "live",
    ),
  );
  const [a, b] = sides.map((value) => wanted({ ...common, [vary]: value }, choices));
  const errors = /** @type {Record<string, string>} */ ({});
  for (const [side, name] of /** @type {const} */ ([
    [a, "first"],
    [b, "second"],
  ]))
    for (const [field, words] of Object.entries(side.errors)) errors[field === vary ? name : field] = words;
  const text = settings.seeds ?? SEEDS;
  const seeds = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (seeds < 1 || seeds > choices.limits.seeds)
    errors.seeds = phrase("training.duel.wantsAWholeNumberFrom", { seeds: choices.limits.seeds });
  if (!errors.first && !errors.second && JSON.stringify(a.fields[vary]) === JSON.stringify(b.fields[vary]))
    errors.second = phrase("training.duel.bothSidesAreTheSame");
  return {
    vary,
    sides,
    fields: [a.fields, b.fields],
    base: a.base,
    data: a.data,
    seeds,
    epochs: Number(common.epochs),
    errors,
  };
}

/**
 * One column of one side's curves over its seeds: the mean, the highest and the lowest in each epoch.
 * @param {Frame} frame
 * @param {"a" | "b"} side
 * @param {keyof typeof CURVES} name
 * @returns {{mean: (number | null)[], high: (number | null)[], low: (number | null)[]}}
 */
export function band({ blocks, shapes }, side, name) {
  const [runs, epochs, columns] = shapes[`${side}_curves`];
  const curves = blocks[`${side}_curves`];
  const each = Array.from({ length: epochs }, (_, epoch) =>
    Array.from({ length: runs }, (_, run) => curves[(run * epochs + epoch) * columns + CURVES[name]]).filter(
      Number.isFinite,
    ),
  );
  const over = (/** @type {(values: number[]) => number} */ f) =>
    each.map((values) => (values.length ? f(values) : null));
  return {
    mean: over((values) => values.reduce((sum, value) => sum + value, 0) / values.length),
    high: over((values) => Math.max(...values)),
    low: over((values) => Math.min(...values)),
  };
}

/**
 * Seed by seed, as far as runs have come: both accuracies and their difference, b minus a.
 * @param {any} header
 * @returns {{seed: number, a: number | null, b: number | null, difference: number | null}[]}
 */
export function pairs({ runs: [a, b] }) {
  return a.map((/** @type {any} */ one, /** @type {number} */ i) => {
    const [x, y] = [one.test_accuracy, b[i]?.test_accuracy ?? null];
    return { seed: one.seed, a: x, b: y, difference: x === null || y === null ? null : y - x };
  });
}

/**
 * Seconds an epoch, the mean over a side's runs; null before the first.
 * @param {any[]} runs
 * @returns {number | null}
 */
export function pace(runs) {
  const known = runs.map((run) => run.seconds_per_epoch).filter((seconds) => seconds !== null);
  return known.length ? known.reduce((sum, seconds) => sum + seconds, 0) / known.length : null;
}

/** What the comparison is doing, in words. @param {any} header @returns {string} */
export function doing({ state, place, done, all, seconds }) {
  if (state === "waiting")
    return place > 1 ? phrase("training.duel.waiting", { n: place - 1 }) : phrase("training.duel.yourTurnIsNext");
  if (state === "running") return phrase("training.duel.ofRunsAreDone", { done, all });
  if (state === "paused") return phrase("training.duel.pausedOfRunsAreDone", { done, all });
  return state === "finished" ? phrase("training.duel.finishedRunsInS", { all, seconds: seconds.toFixed(1) }) : "";
}
