// @ts-check
// A worksheet: exercises with blanks, made of a network, what it reads, and a confusion matrix. Which neuron, which
// weight and which numbers are left blank comes from a seed. The twin of exports/worksheet.py: the same exercises.

import { Shuffler } from "../../train/random/shuffler.js";
import { weightChain } from "../../core/backward.js";
import { ACTIVATIONS } from "../../core/network.js";
import { inputName, neuronName, neuronSum, printed } from "../../core/neuron.js";
import { count, fixed, plain } from "../../core/numbers.js";
import { within } from "../../texts/language.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../../core/network.js").Network} Network */
/** @typedef {import("../../core/network.js").Trace} Trace */
/** @typedef {import("../../core/backward.js").Steps} Steps */
/** @typedef {{answer: string}} Blank   a place to fill in, and what belongs there */
/** @typedef {string | Blank} Cell */
/**
 * @typedef {Object} Exercise
 * @property {string} title
 * @property {string} said
 * @property {string[]} head            of its table; none: it has no head
 * @property {Cell[][]} rows
 * @property {number[]} totals          rows that stand below a line
 * @property {{asked: string, blank: Blank}[]} questions
 */
/**
 * @typedef {Object} Drawn   what the seed decides
 * @property {number} layer
 * @property {number} neuron     whose sum it is
 * @property {number} source     of the weight into the output that should have answered
 * @property {number[]} hidden   products that are left blank
 * @property {number} asked      the class that is asked for
 */

const TERMS = 6; // of the sum that are listed
const HIDDEN = 3; // products of these that are left blank
const RATE = 0.5; // the learning rate of the step
const DECIMALS = 3;
export const MOST_CLASSES = 12; // of a confusion matrix that fits a page

const blank = (/** @type {string} */ answer) => ({ answer });
const minus = (/** @type {string} */ text) => text.replace("-", "−");

/**
 * What the seed decides; what is chosen stays.
 * @param {Network} network
 * @param {Trace} trace
 * @param {number} seed   a whole number from 0 on
 * @param {{layer: number, neuron: number} | null} [chosen]
 * @returns {Drawn}
 */
export function drawn(network, trace, seed, chosen = null) {
  const random = new Shuffler(seed);
  const oneOf = (/** @type {number} */ n) => random.permutation(n)[0];
  const last = network.layers.length;
  const lowest = Math.min(2, last);
  const layer = lowest + oneOf(last - lowest + 1);
  const sizes = trace.a[layer].map(Math.abs);
  const middle = median(sizes);
  const active = Array.from(sizes.keys()).filter((j) => sizes[j] >= middle);
  const neuron = active[oneOf(active.length)];
  const where = { layer: chosen?.layer ?? layer, neuron: chosen?.neuron ?? neuron };
  const before = trace.a[last - 1].map(Math.abs);
  const sources = Array.from(before.keys()).sort((j, k) => before[k] - before[j]);
  const source = sources[oneOf(Math.min(6, sources.length))];
  const { terms } = neuronSum(network, trace, where.layer, where.neuron, TERMS);
  const hidden = Array.from(random.permutation(terms.length).slice(0, HIDDEN));
  return { ...where, source, hidden, asked: oneOf(network.classes.length) };
}

/** @param {Float64Array} values */
function median(values) {
  const sorted = values.slice().sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/**
 * A neuron's weighted sum, term by term.
 * @param {Network} network
 * @param {Trace} trace
 * @param {Pick<Drawn, "layer" | "neuron" | "hidden">} which
 * @returns {Exercise}
 */
export function sumExercise(network, trace, { layer, neuron, hidden }) {
  const parts = neuronSum(network, trace, layer, neuron, TERMS);
  const text = printed(parts, DECIMALS);
  const name = parts.function;
  const whole = ACTIVATIONS[name].wholeLayer; // of one z alone nobody can say what comes out
  const a = plain(parts.activation, DECIMALS);
  const rows = /** @type {Cell[][]} */ (
    parts.terms.map(({ source, input, weight }, i) => {
      const product = minus(text.products[i]);
      const last = hidden.includes(i) ? blank(product) : product;
      return [inputName(network, layer, source), plain(input, 4), fixed(weight, 4), last];
    })
  );
  rows.push(
    [phrase("core.worksheet.theOther", { n: count(parts.others) }), "", "", minus(text.rest)],
    [phrase("core.worksheet.bias"), "", "", minus(text.bias)],
    ["z", "", "", blank(minus(text.z))],
    [whole ? phrase("core.worksheet.aOfAllZ", { name }) : `a = ${name}(z)`, "", "", whole ? a : blank(a)],
  );
  return {
    title: phrase("core.worksheet.aNeuronsSum"),
    said: phrase("core.worksheet.fillInTheProducts", { neuron: neuronName(network, layer, neuron), name }),
    head: [
      phrase("core.worksheet.from"),
      phrase("core.worksheet.activation"),
      phrase("core.worksheet.timesWeight"),
      phrase("core.worksheet.product"),
    ],
    rows,
    totals: [rows.length - 2],
    questions: [],
  };
}

/**
 * From the cost back to one weight, and the step that it takes.
 * @param {Steps} steps
 * @param {{layer: number, neuron: number, source: number}} weight
 * @param {number} [rate]
 * @returns {Exercise}
 */
export function stepExercise(steps, { layer, neuron, source }, rate = RATE) {
  const { network, trace, targets, target } = steps;
  const chain = weightChain(steps, layer, neuron, source);
  const last = layer === network.layers.length;
  const number = (/** @type {number} */ value) => plain(value, DECIMALS + 1);
  const rows = /** @type {Cell[][]} */ ([[phrase("core.worksheet.whatComesIn"), number(chain.input)]]);
  if (last)
    rows.push(
      [phrase("core.worksheet.whatTheOutputIs"), number(trace.a[layer][neuron])],
      [phrase("core.worksheet.whatItShouldBe"), String(targets[neuron])],
    );
  if (chain.dC_da !== null && chain.slope !== null)
    rows.push(
      last
        ? ["dC/da′ = 2 (a′ − y)", blank(number(chain.dC_da))]
        : [phrase("core.worksheet.aSumOverTheNextLayer"), number(chain.dC_da)],
      [phrase("core.worksheet.slopeOfTheFunction"), number(chain.slope)],
      ["dC/dz = σ′(z) × dC/da′", blank(number(chain.dC_dz))],
    );
  else rows.push(["dC/dz = a′ − y", blank(number(chain.dC_dz))]);
  rows.push(
    ["dC/dw = a × dC/dz", blank(number(chain.dC_dw))],
    [phrase("core.worksheet.afterTheStep"), blank(number(chain.weight - rate * chain.dC_dw))],
  );
  return {
    title: phrase("core.worksheet.oneStepOfLearning"),
    said: phrase("core.worksheet.howShouldItChange", {
      name: network.classes[target],
      from: inputName(network, layer, source),
      to: within(neuronName(network, layer, neuron)),
      weight: number(chain.weight),
      rate,
    }),
    head: [],
    rows,
    totals: [rows.length - 1],
    questions: [],
  };
}

/**
 * A confusion matrix, and five questions about it.
 * @param {readonly string[]} classes
 * @param {ArrayLike<number>} counts   (classes · classes), row by row: what an image shows, column: what it is read as
 * @param {number} asked               the class that is asked for
 * @returns {Exercise}
 */
export function matrixExercise(classes, counts, asked) {
  const n = classes.length;
  const row = (/** @type {number} */ i) => Array.from({ length: n }, (_, j) => counts[i * n + j]);
  const sum = (/** @type {number[]} */ values) => values.reduce((a, b) => a + b, 0);
  const all = sum(Array.from(counts));
  const correct = sum(classes.map((_, i) => counts[i * n + i]));
  let worst = 0;
  for (let i = 0, most = -1; i < n * n; i++) {
    const wrong = i % (n + 1) ? counts[i] : 0;
    if (wrong > most) [worst, most] = [i, wrong];
  }
  const [total, right] = [sum(row(asked)), counts[asked * n + asked]];
  const share = (/** @type {number} */ x, /** @type {number} */ digits) => `${plain(100 * x, digits)} %`;
  const mistake = `${classes[Math.floor(worst / n)]} → ${classes[worst % n]}`;
  const name = classes[asked];
  return {
    title: phrase("core.worksheet.aConfusionMatrixToRead"),
    said: phrase("core.worksheet.aRowForTheClass", { n: count(all) }),
    head: ["", ...classes],
    rows: classes.map((one, i) => [one, ...row(i).map((cell) => (cell ? String(cell) : "·"))]),
    totals: [],
    questions: [
      { asked: phrase("core.worksheet.howManyShow", { name }), blank: blank(count(total)) },
      { asked: phrase("core.worksheet.howManyOfTheseAreRead"), blank: blank(count(right)) },
      { asked: phrase("core.worksheet.whichShareOfThem"), blank: blank(total ? share(right / total, 1) : "–") },
      { asked: phrase("core.worksheet.whichMistakeIsTheMost"), blank: blank(mistake) },
      { asked: phrase("core.worksheet.theAccuracyOverAll"), blank: blank(share(correct / Math.max(1, all), 2)) },
    ],
  };
}
