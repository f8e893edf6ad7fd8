// @ts-check
// What will happen, in words, before it does. No DOM.

import { parameters, sizesFor } from "./settings.js";

/** @typedef {import("./settings.js").Choices} Choices */
/** @typedef {import("./settings.js").Wanted} Wanted */

const IMAGES = /** @type {Record<string, string>} */ ({
  mnist: "MNIST’s handwritten digits",
  pen: "the pen digits",
  "pen-small": "20,000 pen digits",
  folder: "your own images",
});

/** What Start does. @param {Wanted} what @param {Choices} choices @returns {string} */
export function plan({ base, fields, data }, { recipes, data: sets }) {
  const recipe = { ...recipes[base], ...fields };
  const chosen = sets.find(({ name }) => name === data);
  const number = chosen ? many(parameters(sizesFor(recipe, chosen))) : "all";
  const { mini_batch: few, epochs } = recipe;
  const step = few === 1 ? "one at a time. After each of them" : `${many(few)} at a time. After each ${many(few)}`;
  const times = epochs === 1 ? "Once" : epochs === 2 ? "Twice" : `${many(epochs)} times`;
  const end =
    recipe.labels === "random"
      ? "With random labels there is nothing to understand: it can only memorise them."
      : `${times} through all of them, and it reads images that it has never seen.`;
  return (
    `Start gives ${number} weights and biases random values. Then the network is shown ${IMAGES[data] ?? data}, ` +
    `${step} every weight changes a little, so that the cost falls. ${end}`
  );
}

/** @param {number} n */
const many = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ",");
