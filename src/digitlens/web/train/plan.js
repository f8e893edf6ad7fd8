// @ts-check
// What will happen, in words, before it does. No DOM.

import { parameters } from "./settings.js";

/** @typedef {import("./settings.js").Choices} Choices */
/** @typedef {import("./settings.js").Wanted} Wanted */

const DIGITS = /** @type {Record<string, string>} */ ({
  mnist: "MNIST’s handwritten digits",
  pen: "the pen digits",
  folder: "your own pictures",
});

/** What Start does. @param {Wanted} what @param {Choices} choices @returns {string} */
export function plan({ base, fields, data }, { recipes }) {
  const recipe = { ...recipes[base], ...fields };
  // a folder has as many classes as it likes
  const knobs = data === "folder" ? "all" : many(parameters([784, ...recipe.hidden, 10]));
  const [few, times] = [recipe.mini_batch, recipe.epochs];
  const at = few === 1 ? "one at a time. After each of them" : `${many(few)} at a time. After each ${many(few)}`;
  const end =
    recipe.labels === "random"
      ? "With labels shuffled by chance there is nothing to understand: all it can do is learn them by heart."
      : `${times === 1 ? "Once" : times === 2 ? "Twice" : `${many(times)} times`} through them all, and it reads ` +
        "digits that it has never seen.";
  return (
    `Start gives ${knobs} weights and biases a random beginning. Then the network is shown ` +
    `${DIGITS[data] ?? data}, ${at} every weight moves a little, so that it errs less. ${end}`
  );
}

/** @param {number} n */
const many = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ",");
