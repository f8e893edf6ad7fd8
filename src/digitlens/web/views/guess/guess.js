// @ts-check
// Predict before you see: a question, a guess, and then what is so. What would give it away is not shown until then.

import { ACTIVATIONS } from "../../core/network.js";
import { neuronName } from "../../core/neuron.js";
import { readsDigits } from "../../core/shape.js";
import { attributes, clear, h, setText } from "../shared/dom.js";
import * as words from "./words.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../shared/app.js").App} App */
/**
 * @typedef {Object} Question
 * @property {string} asks
 * @property {string[]} choices        none: a number from 0 to 1
 * @property {string | number} truth
 * @property {(guess: any) => string} says   of a guess
 */

const BUTTONS = 16; // choices that fit as buttons; more are a list
const CLOSE = 0.15; // a guess of an activation that is counted

/** @param {App} app @returns {{element: HTMLElement, update: () => void}} */
export function guessView(app) {
  const asks = h("p", { class: "asks", id: "guess-asks" });
  const controls = h("div", { class: "row" });
  const said = h("p", { class: "said", role: "status" });
  const counted = h("p", { class: "dim" });
  const element = h("section", { class: "guess", "aria-labelledby": "guess-asks" }, asks, controls, said, counted);
  let built = "";
  let [right, all] = [0, 0];

  /** @param {Question} question @param {string | number} guess */
  const guess = (question, guess) => {
    all++;
    const near = typeof guess === "number" && Math.abs(guess - Number(question.truth)) <= CLOSE;
    if (near || guess === question.truth) right++;
    setText(said, question.says(guess));
    setText(counted, words.tally(right, all));
    app.guessed();
    said.focus({ preventScroll: true });
  };
  /** @param {Question} question */
  const buttons = (question) =>
    question.choices.map((name) => h("button", { type: "button", onclick: () => guess(asked(), name) }, name));
  /** The question now: what is true may have changed since it was asked. @returns {Question} */
  const asked = () => /** @type {Question} */ (questionOf(app));
  /** @param {Question} question */
  const build = (question) => {
    if (question.choices.length > BUTTONS) {
      const list = h(
        "select",
        { "aria-labelledby": "guess-asks" },
        ...question.choices.map((name) => h("option", {}, name)),
      );
      const done = h(
        "button",
        { type: "button", class: "main", onclick: () => guess(asked(), list.value) },
        words.guess(),
      );
      return clear(controls, list, done);
    }
    if (question.choices.length) return clear(controls, ...buttons(question));
    const number = h("output", { class: "number" }, "0.50");
    const slider = h("input", {
      type: "range",
      min: 0,
      max: 1,
      step: 0.05,
      value: 0.5,
      "aria-labelledby": "guess-asks",
      oninput: () => setText(number, Number(slider.value).toFixed(2)),
    });
    const done = h(
      "button",
      { type: "button", class: "main", onclick: () => guess(asked(), Number(slider.value)) },
      words.guess(),
    );
    clear(controls, slider, number, done);
  };
  said.tabIndex = -1;
  return {
    element,
    update() {
      const { state } = app;
      const question = app.question ? questionOf(app) : null;
      if (question) {
        const own = state.ask.length > 1 ? state.ask : "";
        setText(asks, own || question.asks);
        const kind = [question.asks, ...question.choices].join("\n");
        if (kind !== built) build(question);
        built = kind;
        setText(said, "");
      } else built = "";
      attributes(controls, { hidden: !question });
      attributes(element, { hidden: !question && !said.textContent });
    },
  };
}

/** What is asked now; null: nothing. @param {App} app @returns {Question | null} */
function questionOf(app) {
  const { network, reading, state } = app;
  const last = network.layers.length;
  if (app.question === "answer")
    return {
      asks: words.askAnswer(readsDigits(network)),
      choices: network.classes,
      truth: network.classes[reading.digit],
      says: (guess) => words.answered(guess, network.classes[reading.digit]),
    };
  if (app.question === "neuron") {
    const { layer, neuron } = state;
    const [a, z] = [reading.trace.a[layer][neuron], reading.trace.z[layer - 1][neuron]];
    const name = neuronName(network, layer, neuron);
    const { range } = ACTIVATIONS[network.activations[layer - 1]];
    if (range[0] === 0 && range[1] === 1)
      return { asks: words.askNeuron(name), choices: [], truth: a, says: (guess) => words.measured(guess, a) };
    const truth = words.signs()[z > 0 ? 0 : 1];
    return { asks: words.askSign(name), choices: words.signs(), truth, says: (guess) => words.signed(guess, truth, z) };
  }
  const batch = app.lesson?.batch;
  if (app.question !== "learn" || !batch) return null;
  // the weight from the most active neuron before the outputs to the output with the largest gradient
  const before = batch.a[last - 1];
  const slopes = batch.dC_dz[last - 1];
  const from = before.reduce((best, a, k) => (a > before[best] ? k : best), 0);
  const to = slopes.reduce((best, one, j) => (Math.abs(one) > Math.abs(slopes[best]) ? j : best), 0);
  const slope = batch.gradient[last - 1].weights[to * before.length + from];
  const truth = words.ways()[slope < 0 ? 0 : slope > 0 ? 1 : 2];
  const target = batch.steps.length > 1 ? phrase("guess.guess.whatTheyAre") : network.classes[batch.steps[0].target];
  return {
    asks: words.askWeight(neuronName(network, last - 1, from), before[from], network.classes[to], target),
    choices: words.ways(),
    truth,
    says: (guess) => words.turned(guess, truth, slope),
  };
}
