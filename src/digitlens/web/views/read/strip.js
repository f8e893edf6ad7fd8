// @ts-check
// On a narrow page, once something else was asked for: the image and the answer in one line, in place of the pad. A
// touch leads back to the pad.

import { plain } from "../../core/numbers.js";
import { attributes, h, setText } from "../shared/dom.js";
import { inkCanvas, paintInk } from "../shared/pictures.js";
import { phrase } from "../../texts/first.js";

/** @typedef {import("../shared/app.js").App} App */

/** @param {App} app */
export function stripView(app) {
  const picture = inkCanvas("");
  attributes(picture, { role: "presentation", "aria-label": false });
  const [digit, words] = [h("strong"), h("span")];
  const back = () => {
    app.set({ view: "read", shows: "read" }, "push");
    app.toTop();
  };
  const element = h(
    "div",
    { class: "strip" },
    picture,
    h("span", { class: "says", "data-part": "answer" }, digit, words),
    h("button", { type: "button", onclick: back }, phrase("read.strip.draw")),
  );
  return {
    element,
    update() {
      if (!element.checkVisibility()) return;
      const { reading, network } = app;
      const name = network.classes[reading.digit];
      const output = reading.trace.a[network.layers.length][reading.digit];
      paintInk(picture, reading.image, network.shape);
      setText(digit, reading.inkFound ? name : "");
      setText(
        words,
        reading.inkFound
          ? phrase("read.strip.outputIsAt", { name, output: plain(output, 2) })
          : phrase("read.strip.nothingIsDrawn"),
      );
    },
  };
}
