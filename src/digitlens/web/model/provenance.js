// @ts-check
// What a model file tells of its network, in words: how large it is, what it learned from, how well it read.

import { parameters } from "../core/network.js";
import { count, percent } from "../core/numbers.js";

/** @typedef {import("../core/network.js").Network} Network */
/** @typedef {import("./model_file.js").StoredNetwork} StoredNetwork */

const CHANGED = "-changed"; // at the end of its name
const COLLECTIONS = /** @type {Object<string, string>} */ ({
  mnist: "MNIST",
  pen: "the drawn pen digits",
  "mnist+pen": "MNIST and digits of the pen model",
});

/** "reads 95.27 % of MNIST’s test images", as far as its file tells. @param {Object<string, any>} provenance */
export function accuracyOf({ test_accuracy: measured, data }) {
  if (typeof measured !== "number" || !(measured >= 0 && measured <= 1)) return "accuracy not measured";
  const images = /^mnist(\+pen)?$/.test(data) ? "MNIST’s test images" : `the test images of ${collection(data)}`;
  return `reads ${percent(measured)} of ${images}`;
}

/** "13,002 weights and biases". @param {Network} network */
export const sizeOf = (network) => `${count(parameters(network))} weights and biases`;

/** What it learned from. @param {StoredNetwork} network */
export function learnedFrom({ provenance, recipe }) {
  const { data, learned_from: images, epochs } = provenance;
  if (data === undefined) return "Its file does not say what it was trained on.";
  const many = typeof images === "number" ? `${count(images)} images of ` : "";
  const long = typeof epochs === "number" ? `, ${count(epochs)} ${epochs === 1 ? "epoch" : "epochs"}` : "";
  const seed = typeof recipe.seed === "number" ? `, seed ${recipe.seed}` : "";
  return `Trained on ${many}${collection(data)}${long}${seed}.`;
}

/** "It was video until it was ", as far as its file tells. @param {Object<string, any>} provenance */
const before = ({ changed_from: name }) =>
  typeof name === "string" ? `It was ${name.slice(0, 60)} until it was ` : "It was ";

/**
 * How well it reads, and when that was measured.
 * @param {StoredNetwork} original
 * @param {boolean} changed   by hand, since it was loaded
 */
export function measuredAs({ provenance }, changed) {
  if (provenance.changed_by_hand === true)
    return `${before(provenance)}changed by hand; its accuracy has not been measured since.`;
  if (typeof provenance.test_accuracy !== "number")
    return "Its accuracy was not measured, or its file does not say so.";
  const then = accuracyOf(provenance).replace("reads", "read");
  return changed ? `Before it was changed, it ${then}.` : `When it was trained, it ${then}.`;
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
const collection = (data) => COLLECTIONS[data] ?? String(data ?? "unknown data").slice(0, 60);
