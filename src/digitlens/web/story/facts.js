// @ts-check
// What the story says in numbers, computed from the network that is loaded and from what is on the pad.

import { activate, parameters } from "../core/network.js";
import { count, percent, plain } from "../core/numbers.js";
import { phrase } from "../texts/later.js";

/** @typedef {import("../model/model_file.js").StoredNetwork} Network */
/** @typedef {import("../model/reading.js").Reading} Reading */
/**
 * @typedef {Object} Facts
 * @property {string} parameters      "13,002"
 * @property {string} shape           "784 → 16 → 16 → 10"
 * @property {string[]} counting      the sum that leads to `parameters`, line by line
 * @property {string} hidden          "Between them lie two layers of sixteen neurons each.", or what there is
 * @property {string} firstLayer      "sixteen"
 * @property {string} outputs         "ten"
 * @property {string} activation      of the first layer: "sigmoid"
 * @property {boolean} measured       whether the network is as it was when its accuracy was measured
 * @property {string} accuracy        "95.27 %", or nothing where none is known
 * @property {string} answer          "It says 3, and that output is at 0.96"
 * @property {string} bytes           the size of all numbers in a file: "52 KB"
 */

const WORDS = () => phrase("story.facts.numbers").split(" ");

/** A number in words up to twenty. @param {number} n */
export const spelled = (n) => WORDS()[n] ?? count(n);

/**
 * @param {Network} network
 * @param {Reading} reading
 * @param {boolean} changed   whether weights were changed since the network was loaded
 * @returns {Facts}
 */
export function factsOf(network, reading, changed) {
  const { sizes } = network;
  const outputs = reading.trace.a[sizes.length - 1];
  const total = parameters(network);
  const measured = network.provenance.test_accuracy;
  return {
    parameters: count(total),
    shape: sizes.map(count).join(" → "),
    counting: counting(network, total),
    hidden: hiddenLayers(sizes.slice(1, -1)),
    firstLayer: spelled(sizes[1]),
    outputs: spelled(outputs.length),
    activation: network.activations[0],
    measured: !changed,
    accuracy: typeof measured === "number" ? percent(measured) : "",
    answer: phrase("story.facts.itSaysAndThatOutput", {
      name: network.classes[reading.digit],
      output: plain(outputs[reading.digit], 2),
    }),
    bytes: `${count(Math.round((4 * total) / 1000))} KB`,
  };
}

/** @param {Network} network @param {number} total */
function counting({ sizes }, total) {
  const products = sizes.slice(1).map((n, l) => `${count(sizes[l])} · ${count(n)}`);
  const weights = sizes.slice(1).reduce((all, n, l) => all + sizes[l] * n, 0);
  const biases = sizes.slice(1);
  return [
    phrase("story.facts.weights", { sum: sum(products, weights) }),
    phrase("story.facts.biases", { sum: sum(biases.map(count), total - weights) }),
    `${count(weights)} + ${count(total - weights)} = ${count(total)}`,
  ];
}

/** "12,544 + 256 = 12,800"; a number alone is no sum. @param {string[]} terms @param {number} total */
const sum = (terms, total) => terms.join(" + ") + (terms.length > 1 ? ` = ${count(total)}` : "");

/** @param {number[]} sizes */
function hiddenLayers(sizes) {
  if (!sizes.length) return phrase("story.facts.inThisNetworkNothingLies");
  if (sizes.length === 1) return phrase("story.facts.betweenThemLiesOneLayer", { size: spelled(sizes[0]) });
  const same = sizes.every((n) => n === sizes[0]);
  const layers = spelled(sizes.length);
  return same
    ? phrase("story.facts.betweenThemLieLayersOf", { layers, size: spelled(sizes[0]) })
    : phrase("story.facts.betweenThemLieLayersOf2", { layers, list: sizes.map(spelled).join(" and ") });
}

/** What a function makes of three sums: "−5 becomes 0.01, 0 becomes 0.50, 5 becomes 0.99". @param {string} name */
export const examplesOf = (name) =>
  [-5, 0, 5]
    .map((z) => phrase("story.facts.becomes", { z: plain(z, 0), activate: plain(activate(name, z), 2) }))
    .join(", ");
