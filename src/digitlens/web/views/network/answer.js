// @ts-check
// The answer in one line: the class that was read, the activation of its output, and the runner-up.

import { plain } from "../../core/numbers.js";
import { readsDigits } from "../../core/shape.js";
import { h, setText } from "../shared/dom.js";

/** @typedef {import("../shared/app.js").App} App */

const PAUSE = 700; // ms without a change until a screen reader is told

/** @param {App} app */
export function answerView(app) {
  const digit = h("output", { class: "digit", "aria-hidden": "true" });
  const words = h("p");
  const aloud = h("p", { class: "unseen", role: "status" });
  const element = h("div", { class: "answer", "data-part": "answer" }, digit, words, aloud);
  let waiting = 0;

  return {
    element,
    /**
     * @param {boolean} known   the propagation has reached the outputs
     * @param {string} says     what happens at the place where it is held; "" where it is not
     */
    update(known, says) {
      const { reading, network } = app;
      const outputs = reading.trace.a[reading.trace.a.length - 1];
      const order = Array.from(outputs.keys()).sort((i, j) => outputs[j] - outputs[i]);
      const [first, second] = order.map((i) => `${plain(outputs[i], 2)}`);
      const name = network.classes[reading.digit];
      const wanted = readsDigits(network) ? "Draw a digit." : "Draw something.";
      const text = app.resting
        ? `Nothing is drawn: the neurons rest. ${wanted}`
        : !reading.inkFound
          ? `Too little ink to read. ${wanted}`
          : says
            ? says
            : order.length > 1
              ? `Output ${name} is at ${first}; next is ${network.classes[order[1]]} at ${second}.`
              : `Output ${name} is at ${first}.`;
      setText(digit, reading.inkFound && known ? name : " ");
      setText(words, text);
      app.life.cancel(waiting);
      waiting = app.life.after(() => setText(aloud, reading.inkFound ? `Read as ${name}. ${text}` : text), PAUSE);
    },
  };
}
