// @ts-check
// The runs before this one, as far as their curves are kept: the newest few, and those that were pinned. No DOM.

import { column, drawn, reached } from "./curves.js";
import { labelOf, valueOf } from "./spoken.js";
import { phrase } from "../texts/later.js";

/** @typedef {import("./frames.js").Frame} Frame */
/**
 * @typedef {Object} Earlier
 * @property {Frame} run
 * @property {boolean} pinned
 */

const KEPT = 3; // that are not pinned
const MOST_NAMED = 2; // settings in a name

export function earlierRuns() {
  let runs = /** @type {Earlier[]} */ ([]);
  let current = /** @type {Frame | null} */ (null);
  let pinned = false; // the current one
  const drop = () => {
    const loose = runs.filter((one) => !one.pinned);
    const gone = loose.slice(0, Math.max(0, loose.length - KEPT));
    runs = runs.filter((one) => !gone.includes(one));
  };
  return {
    /** A run, as it is now; another number than before is another run. @param {Frame} frame */
    hear(frame) {
      const before = current;
      current = frame;
      if (!before || before.header.number === frame.header.number) return;
      if (reached(before) >= 1) runs = [...runs.filter(({ run }) => !sameRecipe(run, before)), { run: before, pinned }];
      pinned = false;
      drop();
    },
    get all() {
      return runs;
    },
    get pinned() {
      return pinned;
    },
    /** The current run stays, or no longer. */
    pin: () => (pinned = !pinned),
    /** @param {Earlier} one */
    toggle(one) {
      runs = runs.map((other) => (other === one ? { ...one, pinned: !one.pinned } : other));
      drop();
    },
    /** @param {Earlier} one */
    forget: (one) => (runs = runs.filter((other) => other !== one)),
  };
}

/** What differs from the current run: "learning rate 0.1". @param {Frame} run @param {Frame} current */
export function nameOf(run, current) {
  const [own, other] = [recipeOf(run), recipeOf(current)];
  const different = Object.keys(own).filter((name) => String(own[name]) !== String(other[name]));
  if (!different.length) return phrase("training.earlier.run", { number: run.header.number });
  const named = different.slice(0, MOST_NAMED).map((name) => `${labelOf(name)} ${valueOf(name, own[name])}`);
  const more = different.length - named.length;
  return named.join(", ") + (more ? phrase("training.earlier.andMore", { more }) : "");
}

/** @param {Frame} run @returns {Record<string, unknown>} */
const recipeOf = ({ header }) => ({ ...header.recipe, name: undefined, data: header.data });

/** @param {Frame} one @param {Frame} other */
const sameRecipe = (one, other) => JSON.stringify(recipeOf(one)) === JSON.stringify(recipeOf(other));

/** Its last accuracy on the test images. @param {Frame} run @returns {number | null} */
export const lastAccuracy = (run) =>
  column(run, "testAccuracy")
    .filter((value) => value !== null)
    .at(-1) ?? null;

/** @param {Frame} run @param {"testAccuracy" | "testCost"} name @returns {(number | null)[][]}   places, values */
export function line(run, name) {
  const rows = drawn(run);
  return [column(run, "position", rows), column(run, name, rows)];
}
