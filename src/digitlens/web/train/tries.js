// @ts-check
// Things to try: settings with something to be seen in what comes of them. No DOM.

/**
 * @typedef {Object} Try   few: so many images to learn from, where there are more
 * @property {string} label
 * @property {string} says
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
    label: "Five sigmoid layers",
    says:
      "At first nothing is learned: the gradients of the first layers are a hundred times smaller than " +
      "those of the outputs. They vanish.",
    settings: DEEP,
  },
  {
    label: "Five ReLU layers",
    says: "Gradients reach every layer, and it learns from the first epoch.",
    settings: { ...DEEP, activation: "relu", initialisation: "he", learning_rate: "0.1" },
  },
  {
    label: "Learning rate far too high",
    says: "The first steps are so large that the neurons saturate. Every image gets the same answer.",
    settings: { learning_rate: "30", epochs: "10" },
  },
  {
    label: "Random labels",
    says:
      "A few images with random labels. The network memorises nearly all of them, and reads one test image in " +
      "ten: that is guessing.",
    settings: { ...BEST, hidden: "64", labels: "random", epochs: "60" },
    few: 2_000,
  },
  {
    label: "Reach 98 %",
    says: "More neurons, ReLU, softmax, cross-entropy and Adam: better in seconds, and larger.",
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
