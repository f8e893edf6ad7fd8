// @ts-check
// The answer in one line: the class that was read, the activation of its output, and the runner-up.

import { plain } from "../../core/numbers.js";
import { readsDigits } from "../../core/shape.js";
import { h, setText } from "../shared/dom.js";
import { phrase } from "../../texts/first.js";

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
      const wanted = readsDigits(network)
        ? phrase("network.answer.drawADigit")
        : phrase("network.answer.drawSomething");
      const text = app.resting
        ? phrase("network.answer.nothingIsDrawnTheNeurons", { wanted })
        : !reading.inkFound
          ? phrase("network.answer.tooLittleInkToRead", { wanted })
          : says
            ? says
            : order.length > 1
              ? phrase("network.answer.outputIsAtNextIs", { name, first, name2: network.classes[order[1]], second })
              : phrase("network.answer.outputIsAt", { name, first });
      setText(digit, reading.inkFound && known ? name : " ");
      setText(words, text);
      app.life.cancel(waiting);
      waiting = app.life.after(
        () => setText(aloud, reading.inkFound ? phrase("network.answer.readAs", { name, text }) : text),
        PAUSE,
      );
    },
  };
}
