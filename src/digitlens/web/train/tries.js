// @ts-check
// Things to try: settings with something to be seen in what comes of them. No DOM.

import { phrase } from "../texts/later.js";

/**
 * @typedef {Object} Try   few: so many images to learn from, where there are more
 * @property {() => string} label
 * @property {() => string} says
 * @property {Readonly<Record<string, string>>} settings
 * @property {number} [few]
 */

const DEEP = { hidden: "16-16-16-16-16", epochs: "20" };
const BEST = {
  activation: "relu",
  initialisation: "he",
  output: "softmax",
  cost: "cross_entropy",
  optimiser: "adam",
  learning_rate: "0.003",
};

/** @type {readonly Try[]} */
export const TRIES = Object.freeze([
  {
    label: () => phrase("training.tries.fiveSigmoidLayers"),
    says: () => phrase("training.tries.atFirstNothingIsLearned"),
    settings: DEEP,
  },
  {
    label: () => phrase("training.tries.fiveReluLayers"),
    says: () => phrase("training.tries.gradientsReachEveryLayerAnd"),
    settings: { ...DEEP, activation: "relu", initialisation: "he", learning_rate: "0.1" },
  },
  {
    label: () => phrase("training.tries.learningRateFarTooHigh"),
    says: () => phrase("training.tries.theFirstStepsAreSo"),
    settings: { learning_rate: "30", epochs: "10" },
  },
  {
    label: () => phrase("training.tries.randomLabels"),
    says: () => phrase("training.tries.aFewImagesWithRandom"),
    settings: { ...BEST, hidden: "64", labels: "random", epochs: "60" },
    few: 2_000,
  },
  {
    label: () => phrase("training.tries.reach98"),
    says: () => phrase("training.tries.moreNeuronsReluSoftmaxCross"),
    settings: { ...BEST, hidden: "128", epochs: "20" },
  },
]);

/**
 * What a try sets.
 * @param {Try} one
 * @param {number} training   how many images there are
 * @returns {Readonly<Record<string, string>>}
 */
export function settingsFor({ settings, few = 0 }, training) {
  return few && few < training ? { ...settings, validation: String(training - few) } : settings;
}
