// @ts-check
// What is asked before something is shown, and what is said of a guess.

import { plain } from "../../core/numbers.js";

export const GUESS = "That is my guess";

/** @param {boolean} digits */
export const ANSWER = (digits) => (digits ? "Which digit will it read?" : "Which class will it read?");
/** @param {string} name */
export const NEURON = (name) => `${name}: how active will it be?`;
/** @param {string} name */
export const SIGN = (name) => `${name}: will its sum z be above zero?`;
export const SIGNS = ["Above zero", "Below zero"];
export const WAYS = ["Rise", "Fall", "Stay"];

/** @param {string} from @param {number} a @param {string} to @param {string} target */
export const WEIGHT = (from, a, to, target) =>
  `${from} is at ${plain(a, 2)}. When the network learns that this is ${target}, will its weight to output ${to} ` +
  "rise or fall?";

/** @param {string} guess @param {string} truth */
export const answered = (guess, truth) =>
  guess === truth ? `You said ${guess}, and so does the network.` : `You said ${guess}. The network reads ${truth}.`;

/** @param {number} guess @param {number} truth */
export const measured = (guess, truth) => {
  const off = Math.abs(guess - truth);
  const how = off < 0.1 ? "Very close" : off < 0.3 ? "Not far" : "Far off";
  return `You said ${plain(guess, 2)}. It is ${plain(truth, 2)}. ${how}.`;
};

/** @param {string} guess @param {string} truth @param {number} z */
export const signed = (guess, truth, z) =>
  `You said: ${guess.toLowerCase()}. z = ${plain(z, 2)}: ${guess === truth ? "right" : truth.toLowerCase()}.`;

/** @param {string} guess @param {string} truth @param {number} slope */
export const turned = (guess, truth, slope) =>
  `You said: ${guess.toLowerCase()}. dC/dw = ${slope.toPrecision(2).replace("-", "−")}, so it will ` +
  `${truth.toLowerCase()}${guess === truth ? ": right." : "."}`;

/** @param {number} right @param {number} all */
export const tally = (right, all) => (all > 1 ? `${right} of ${all} guessed.` : "");
