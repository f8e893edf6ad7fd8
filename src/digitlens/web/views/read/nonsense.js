// @ts-check
// How sure can a network be of nonsense? Noise, nothing, or a scribble on the pad.

import { plain } from "../../core/numbers.js";
import { readsDigits } from "../../core/shape.js";
import { blank, noise, scribble } from "../../model/nonsense.js";
import { h, setText } from "../shared/dom.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../model/state.js").State} State */

/** @param {App} app */
export function nonsenseView(app) {
  let seed = 0;
  const said = h("p", { role: "status", "data-part": "answer" });
  let shown = /** @type {unknown[]} */ ([]); // what the sentence is about
  const onPad = () => [app.state.strokes, app.state.baseInk];
  const put = (/** @type {string} */ name, /** @type {Partial<State>} */ patch) => {
    app.set({ strokes: [], base: null, baseInk: null, baseStages: null, ...patch });
    shown = onPad();
    const { reading, network } = app;
    const largest = plain(reading.trace.a[reading.trace.a.length - 1][reading.digit], 2);
    const none = readsDigits(network) ? phrase("read.nonsense.thisIsNoDigit") : phrase("read.nonsense.noneOfThese");
    setText(
      said,
      phrase("read.nonsense.shownTheNetworkSaysThat", { name, name2: network.classes[reading.digit], largest, none }),
    );
  };
  const shape = () => app.network.shape;
  const scribbled = () => ({ strokes: [scribble(seed++, shape())] });
  const element = h(
    "section",
    { "data-part": "nonsense", class: "nonsense", "aria-labelledby": "nonsense-title" },
    h("h2", { id: "nonsense-title" }, phrase("read.nonsense.howSureIsItOf")),
    h(
      "p",
      { class: "row" },
      h(
        "button",
        { type: "button", onclick: () => put(phrase("read.nonsense.someNoise"), noise(seed++, shape())) },
        phrase("read.nonsense.noise"),
      ),
      h(
        "button",
        { type: "button", onclick: () => put(phrase("read.nonsense.anEmptyPicture"), blank(app.network)) },
        phrase("read.nonsense.blank"),
      ),
      h(
        "button",
        { type: "button", onclick: () => put(phrase("read.nonsense.aScribble"), scribbled()) },
        phrase("read.nonsense.scribble"),
      ),
    ),
    said,
  );
  return {
    element,
    update() {
      if (onPad().some((one, i) => one !== shown[i])) setText(said, "");
    },
  };
}
