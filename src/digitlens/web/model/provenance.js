// @ts-check
// What a model file tells of its network, in words: how large it is, what it learned from, how well it read.

import { parameters } from "../core/network.js";
import { count, percent } from "../core/numbers.js";
import { phrase } from "../texts/first.js";

/** @typedef {import("../core/network.js").Network} Network */
/** @typedef {import("./model_file.js").StoredNetwork} StoredNetwork */

const CHANGED = "-changed"; // at the end of its name
const COLLECTIONS = /** @type {Object<string, () => string>} */ ({
  mnist: () => "MNIST",
  pen: () => phrase("model.provenance.theDrawnPenDigits"),
  "mnist+pen": () => phrase("model.provenance.mnistAndDigitsOfThe"),
});

/** "reads 95.27 % of MNIST’s test images", as its file tells. @param {Object<string, any>} provenance */
export function accuracyOf({ test_accuracy: measured, data }) {
  if (typeof measured !== "number" || !(measured >= 0 && measured <= 1))
    return phrase("model.provenance.accuracyNotMeasured");
  return phrase("model.provenance.readsOf", { measured: percent(measured), images: testImages(data) });
}

/** @param {any} data */
const testImages = (data) =>
  /^mnist(\+pen)?$/.test(data)
    ? phrase("model.provenance.mnistsTestImages")
    : phrase("model.provenance.theTestImagesOf", { collection: collection(data) });

/** "13,002 weights and biases". @param {Network} network */
export const sizeOf = (network) =>
  phrase("model.provenance.weightsAndBiases", { parameters: count(parameters(network)) });

/** What it learned from. @param {StoredNetwork} network */
export function learnedFrom({ provenance, recipe }) {
  const { data, learned_from: images, epochs } = provenance;
  if (data === undefined) return phrase("model.provenance.itsFileDoesNotSay");
  const many = typeof images === "number" ? phrase("model.provenance.imagesOf", { images: count(images) }) : "";
  const long = typeof epochs === "number" ? phrase("model.provenance.epochs", { n: epochs, count: count(epochs) }) : "";
  const seed = typeof recipe.seed === "number" ? phrase("model.provenance.seed", { seed: recipe.seed }) : "";
  return phrase("model.provenance.trainedOn", { many, collection: collection(data), long, seed });
}

/** "It was video until it was changed by hand; ...", as its file tells. @param {Object<string, any>} provenance */
const byHand = ({ changed_from: name }) =>
  typeof name === "string"
    ? phrase("model.provenance.itWasUntilItWas", { name: name.slice(0, 60) })
    : phrase("model.provenance.itWasChangedByHand");

/**
 * How well it reads, and when that was measured.
 * @param {StoredNetwork} original
 * @param {boolean} changed   by hand, since it was loaded
 */
export function measuredAs({ provenance }, changed) {
  if (provenance.changed_by_hand === true) return byHand(provenance);
  if (typeof provenance.test_accuracy !== "number") return phrase("model.provenance.itsAccuracyWasNotMeasured");
  const { test_accuracy: measured, data } = provenance;
  if (!(measured >= 0 && measured <= 1))
    return changed ? phrase("model.provenance.beforeItWasChangedIts") : phrase("model.provenance.whenItWasTrainedIts");
  const values = { share: percent(measured), images: testImages(data) };
  return changed
    ? phrase("model.provenance.beforeItWasChangedIt", { share: values.share, images: values.images })
    : phrase("model.provenance.whenItWasTrainedIt", { share: values.share, images: values.images });
}

/** Whether it was changed by hand before it was saved. @param {StoredNetwork} network */
export const wasChanged = ({ provenance }) => provenance.changed_by_hand === true;

/** What a network is called once it was changed by hand. @param {string} name */
export const changedName = (name) => (name.endsWith(CHANGED) ? name : `${name}${CHANGED}`);

/**
 * The same network under another name, without the accuracy that was measured before it was changed by hand.
 * @param {StoredNetwork} network
 * @returns {StoredNetwork}
 */
export function changedByHand(network) {
  const provenance = Object.fromEntries(
    Object.entries(network.provenance).filter(([name]) => !name.endsWith("accuracy")),
  );
  const changed = { ...provenance, changed_by_hand: true, changed_from: provenance.changed_from ?? network.name };
  return { ...network, name: changedName(network.name), provenance: changed };
}

/** @param {any} data */
const collection = (data) =>
  COLLECTIONS[data]?.() ?? String(data ?? phrase("model.provenance.unknownData")).slice(0, 60);
