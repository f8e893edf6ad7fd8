// @ts-check
// What the story says in numbers, computed from the network that is loaded and from what is on the pad.

import { activate, parameters } from "../core/network.js";
import { count, percent, plain } from "../core/numbers.js";

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

const WORDS = [
  "no",
  "one",
  "two",
  "three",
  "four",
  "five",
  "six",
  "seven",
  "eight",
  "nine",
  "ten",
  "eleven",
  "twelve",
  "thirteen",
  "fourteen",
  "fifteen",
  "sixteen",
  "seventeen",
  "eighteen",
  "nineteen",
  "twenty",
];

/** A number in words up to twenty. @param {number} n */
export const spelled = (n) => WORDS[n] ?? count(n);

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
    answer: `It says ${network.classes[reading.digit]}, and that output is at ${plain(outputs[reading.digit], 2)}`,
    bytes: `${count(Math.round((4 * total) / 1000))} KB`,
  };
}

/** @param {Network} network @param {number} total */
function counting({ sizes }, total) {
  const products = sizes.slice(1).map((n, l) => `${count(sizes[l])} · ${count(n)}`);
  const weights = sizes.slice(1).reduce((sum, n, l) => sum + sizes[l] * n, 0);
  const biases = sizes.slice(1);
  return [
    `weights: ${products.join(" + ")}${products.length > 1 ? ` = ${count(weights)}` : ""}`,
    `biases: ${biases.map(count).join(" + ")}${biases.length > 1 ? ` = ${count(total - weights)}` : ""}`,
    `${count(weights)} + ${count(total - weights)} = ${count(total)}`,
  ];
}

/** @param {number[]} sizes */
function hiddenLayers(sizes) {
  if (!sizes.length) return "In this network nothing lies between them; most have layers there.";
  if (sizes.length === 1) return `Between them lies one layer of ${spelled(sizes[0])} neurons; often there are more.`;
  const same = sizes.every((n) => n === sizes[0]);
  return (
    `Between them lie ${spelled(sizes.length)} layers, of ` +
    `${same ? `${spelled(sizes[0])} neurons each` : `${sizes.map(spelled).join(" and ")} neurons`}.`
  );
}

/** What a function makes of three sums: "−5 becomes 0.01, 0 becomes 0.50, 5 becomes 0.99". @param {string} name */
export const examplesOf = (name) =>
  [-5, 0, 5].map((z) => `${plain(z, 0)} becomes ${plain(activate(name, z), 2)}`).join(", ");
