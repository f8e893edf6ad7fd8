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
      "For a while nothing is learned: what reaches the first layers is a hundred times smaller than at the " +
      "outputs. They are asleep.",
    settings: DEEP,
  },
  {
    label: "Five ReLU layers",
    says: "No layer falls asleep, and it learns from the first epoch on.",
    settings: { ...DEEP, activation: "relu", initialisation: "he", learning_rate: "0.1" },
  },
  {
    label: "Far too high a rate",
    says: "The first steps are so long that no neuron can be moved any more. It says the same of every image.",
    settings: { learning_rate: "30", epochs: "10" },
  },
  {
    label: "Random labels",
    says:
      "A few images whose labels are shuffled by chance. It learns nearly all of them by heart, and of the test " +
      "images it reads one in ten: that is guessing.",
    settings: { ...BEST, hidden: "64", labels: "random", epochs: "60" },
    few: 2_000,
  },
  {
    label: "98 of 100",
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
