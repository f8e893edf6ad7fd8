// @ts-check
// A recipe as the command line that does the same, to copy. The twin of learning/recipes/commands.py. No DOM.

import { write } from "./schema.js";

/** @typedef {import("./settings.js").Choices} Choices */
/** @typedef {import("./settings.js").Recipe} Recipe */

const BASE = "video";
const NAMES = ["mnist", "pen", "pen-small", "mnist+pen"]; // data that needs no folder: NAMES of digits/sources/find.py
const SAFE = /^[\w@%+=:,./-]+$/; // what a shell takes as it is

/**
 * The shortest `digitlens train` that makes this recipe, starting from the one named `base`.
 * @param {Recipe} recipe
 * @param {string} base
 * @param {string} data   what --data names; empty leaves it out
 * @param {Choices} choices
 * @returns {string}
 */
export function commandFor(recipe, base, data, { recipes, fields }) {
  const start = recipes[base];
  const words = ["digitlens", "train"];
  if (base !== BASE) words.push("--recipe", base);
  const named = data || (recipe.data !== start.data && NAMES.includes(recipe.data) ? recipe.data : "");
  if (named) words.push("--data", named);
  // In the order in which Python declares them, which is that of a recipe's own fields.
  for (const name of Object.keys(start)) {
    const field = fields.find((one) => one.name === name);
    if (field?.option && write(recipe[name]) !== write(start[name]))
      words.push(`--${name.replaceAll("_", "-")}`, write(recipe[name]));
  }
  return words.map(quoted).join(" ");
}

/** As a shell takes it. @param {string} word */
const quoted = (word) => (SAFE.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`);
