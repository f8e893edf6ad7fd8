// @ts-check
// The data sets that a worker has: as they came, adjusted as a recipe wants it, and without zeros in the kernel's
// memory. What was made last is kept: the next run often wants the same. No DOM.

import { pixelsOf } from "../../core/shape.js";
import { adjustBytes, sample, split } from "./images.js";
import { FEW, SAMPLE } from "./snapshots.js";
import { tick } from "./tick.js";
import { phrase } from "../../texts/worker.js";

/** @typedef {import("./images.js").DataSet} DataSet */
/** @typedef {import("./images.js").Part} Part */
/** @typedef {import("./images.js").Split} Split */
/** @typedef {import("./kernel.js").Kernel} Kernel */
/** @typedef {import("./kernel.js").Pictures} Pictures */
/** @typedef {import("./recipe.js").Recipe} Recipe */
/** @typedef {import("./run.js").Stored} Stored */

const KEPT = 14; // lists of images
const ADJUSTED = 500; // images at once

export class Sets {
  /** @param {Kernel} kernel */
  constructor(kernel) {
    this.kernel = kernel;
    this.loaded = /** @type {Map<string, DataSet>} */ (new Map());
    this.adjusted = { key: "", set: /** @type {DataSet | null} */ (null) };
    this.lists = /** @type {Map<string, Pictures>} */ (new Map());
  }

  /** Another data set, or another one of the same name. @param {DataSet} set */
  put(set) {
    this.loaded.set(set.name, set);
    this.adjusted = { key: "", set: null };
    for (const pictures of this.lists.values()) this.kernel.forget(pictures);
    this.lists.clear();
  }

  /**
   * The images of a run, after the recipe's steps of preparation.
   * @param {Recipe} recipe
   * @param {string} name
   * @param {() => boolean} isWanted   whether to go on
   * @returns {Promise<Split | null>}  null where it is not wanted any longer
   */
  async split(recipe, name, isWanted) {
    const set = this.loaded.get(name);
    if (!set) throw new Error(phrase("training.worker.sets.theImagesOfHaveNot", { name }));
    const prepared = await this.#adjusted(set, recipe.preparation, isWanted);
    return prepared && split(recipe, prepared);
  }

  /** @param {DataSet} set @param {string[]} names @param {() => boolean} isWanted @returns {Promise<DataSet | null>} */
  async #adjusted(set, names, isWanted) {
    if (!names.length) return set;
    const key = `${set.name} ${names.join()}`;
    if (this.adjusted.key === key) return this.adjusted.set;
    const shape = { rows: set.rows, columns: set.columns };
    const halves = [];
    for (const { images, labels } of [set.training, set.test]) {
      const made = new Uint8Array(images.length);
      for (let first = 0; first < labels.length; first += ADJUSTED) {
        adjustBytes(images, names, shape, first, Math.min(first + ADJUSTED, labels.length), made);
        await tick();
        if (!isWanted()) return null;
      }
      halves.push({ images: made, labels });
    }
    this.adjusted = { key, set: { ...set, training: halves[0], test: halves[1] } };
    return this.adjusted.set;
  }

  /**
   * A part of the images without zeros.
   * @param {Recipe} recipe
   * @param {string} name
   * @param {Split} parts
   * @param {"training" | "validation" | "test"} part
   * @param {number} [most]   a sample of so many
   * @returns {Pictures}
   */
  list(recipe, name, parts, part, most = Infinity) {
    const held = part === "test" ? "" : recipe.validation;
    const key = [name, recipe.preparation.join(), part, held, most].join("|");
    const found = this.lists.get(key);
    if (found) {
      this.lists.delete(key); // to be the newest
      this.lists.set(key, found);
      return found;
    }
    const { images, which } = most === Infinity ? parts[part] : sample(parts[part], most);
    const made = this.kernel.pictures(images, pixelsOf(parts.shape), which);
    this.lists.set(key, made);
    return made;
  }

  /** Forgets what has not been used for long; no run may be under way. */
  tidy() {
    for (const [key, pictures] of this.lists) {
      if (this.lists.size <= KEPT) return;
      this.kernel.forget(pictures);
      this.lists.delete(key);
    }
  }

  /**
   * The samples that are measured within an epoch. Their labels are the caller's to give back.
   * @param {Recipe} recipe
   * @param {string} name
   * @param {Split} parts
   * @returns {Record<"training" | "test" | "few", Stored>}
   */
  samples(recipe, name, parts) {
    const one = (/** @type {"training" | "test"} */ part, /** @type {number} */ most) => ({
      pictures: this.list(recipe, name, parts, part, most),
      labels: this.kernel.put(sample(parts[part], most).labels),
    });
    return { training: one("training", SAMPLE), test: one("test", SAMPLE), few: one("training", FEW) };
  }
}
