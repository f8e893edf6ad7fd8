// @ts-check
// What will happen, in words, before it does. No DOM.

import { parameters, sizesFor } from "./settings.js";
import { phrase } from "../texts/later.js";

/** @typedef {import("./settings.js").Choices} Choices */
/** @typedef {import("./settings.js").Wanted} Wanted */

const IMAGES = /** @type {Record<string, () => string>} */ ({
  mnist: () => phrase("training.plan.mnistsHandwrittenDigits"),
  pen: () => phrase("training.plan.thePenDigits"),
  "pen-small": () => phrase("training.plan.20000PenDigits"),
  folder: () => phrase("training.plan.yourOwnImages"),
});

/** What Start does. @param {Wanted} what @param {Choices} choices @returns {string} */
export function plan({ base, fields, data }, { recipes, data: sets }) {
  const recipe = { ...recipes[base], ...fields };
  const chosen = sets.find(({ name }) => name === data);
  const number = chosen ? many(parameters(sizesFor(recipe, chosen))) : phrase("training.plan.all");
  const { mini_batch: few, epochs } = recipe;
  const step =
    few === 1 ? phrase("training.plan.oneAtATimeAfter") : phrase("training.plan.atATimeAfterEach", { few: many(few) });
  const times =
    epochs === 1
      ? phrase("training.plan.once")
      : epochs === 2
        ? phrase("training.plan.twice")
        : phrase("training.plan.times", { n: epochs, count: many(epochs) });
  const end =
    recipe.labels === "random"
      ? phrase("training.plan.withRandomLabelsThereIs")
      : phrase("training.plan.throughAllOfThemAnd", { times });
  return phrase("training.plan.startGivesWeightsAndBiases", { number, value: IMAGES[data]?.() ?? data, step, end });
}

/** @param {number} n */
const many = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ",");
