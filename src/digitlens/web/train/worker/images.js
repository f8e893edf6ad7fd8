// @ts-check
// The images of one run, in three parts: learned from, held out for choosing, and tested on. The twin of
// learning/data_split.py. Nothing is copied: a part names its images by their numbers in the data set. No DOM.

import { adjust } from "../../picture/adjusting.js";
import { pixelsOf } from "../../core/shape.js";
import { Generator } from "../random/generator.js";
import { stream } from "./recipe.js";
import { phrase } from "../../texts/worker.js";

/** @typedef {import("../../core/shape.js").Shape} Shape */
/** @typedef {import("./recipe.js").Recipe} Recipe */
/**
 * Labelled images; labels are numbers of classes.
 * @typedef {{images: Uint8Array, labels: Uint8Array}} Half
 */
/**
 * A data set that is loaded.
 * @typedef {Object} DataSet
 * @property {string} name
 * @property {string} source        one line for people
 * @property {readonly string[]} classes
 * @property {number} rows
 * @property {number} columns
 * @property {Half} training
 * @property {Half} test
 * @property {string} fingerprint   SHA-256 of what is learned from, as Python makes it; "" where it is not known
 */
/**
 * Some images of a data set.
 * @typedef {Object} Part
 * @property {Uint8Array} images    all of the data set's
 * @property {Uint32Array} which    the numbers of these
 * @property {Uint8Array} labels    of these
 */
/** @typedef {{training: Part, validation: Part, test: Part, classes: number, shape: Shape}} Split */

/**
 * Hold out the recipe's validation images, the same ones for every seed; shuffle labels, where it wants random ones.
 * @param {Recipe} recipe
 * @param {DataSet} data
 * @returns {Split}
 */
export function split(recipe, data) {
  const { training, test, classes } = data;
  const count = training.labels.length;
  for (const { labels } of [training, test]) {
    const strange = labels.find((label) => label >= classes.length);
    if (strange !== undefined)
      throw new Error(
        phrase("training.worker.images.holdsAnImageOfClass", { source: data.source, strange, n: classes.length - 1 }),
      );
  }
  if (recipe.validation >= count)
    throw new Error(phrase("training.worker.images.theRecipeHoldsOutImages", { validation: recipe.validation, count }));
  const shuffled = recipe.labels === "random";
  const labels = shuffled ? stream(recipe, "labels").shuffle(training.labels.slice()) : training.labels;
  const order = recipe.validation
    ? stream({ ...recipe, seed: 0 }, "validation").permutation(count)
    : Uint32Array.from({ length: count }, (_, i) => i);
  const part = (/** @type {Uint32Array} */ which) => ({
    images: training.images,
    which: which.sort(),
    labels: Uint8Array.from(which, (i) => labels[i]),
  });
  return {
    training: part(order.slice(recipe.validation)),
    validation: part(order.slice(0, recipe.validation)),
    test: { images: test.images, which: Uint32Array.from(test.labels, (_, i) => i), labels: test.labels },
    classes: classes.length,
    shape: { rows: data.rows, columns: data.columns },
  };
}

/**
 * A fixed random sample of at most `most` images, in their order.
 * @param {Part} part
 * @param {number} most
 * @returns {Part}
 */
export function sample(part, most) {
  if (part.which.length <= most) return part;
  const some = new Generator(0).permutation(part.which.length).slice(0, most).sort();
  return {
    images: part.images,
    which: Uint32Array.from(some, (i) => part.which[i]),
    labels: Uint8Array.from(some, (i) => part.labels[i]),
  };
}

/**
 * The images after the steps that the network will be read behind: adjust_bytes() of digits/preparation/adjusting.py.
 * @param {Uint8Array} images
 * @param {string[]} names
 * @param {Shape} shape
 * @param {number} first   from this image on
 * @param {number} last    to below this one
 * @param {Uint8Array} into
 */
export function adjustBytes(images, names, shape, first, last, into) {
  const pixels = pixelsOf(shape);
  const ink = new Float64Array(pixels);
  for (let i = first; i < last; i++) {
    for (let k = 0; k < pixels; k++) ink[k] = Math.fround(images[i * pixels + k] / 255);
    let now = ink;
    for (const name of names) now = Float64Array.from(adjust(now, [name], shape), Math.fround);
    for (let k = 0; k < pixels; k++) into[i * pixels + k] = halfEven(Math.fround(now[k] * 255));
  }
}

/** Rounded as NumPy rounds: halves to the even one. @param {number} x */
function halfEven(x) {
  const down = Math.floor(x);
  return x - down === 0.5 ? down + (down % 2) : Math.round(x);
}
