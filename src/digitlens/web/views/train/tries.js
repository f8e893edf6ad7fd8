// @ts-check
// Things to try, one tap each.

import { TRIES } from "../../train/tries.js";
import { attributes, h } from "../shared/dom.js";
import { phrase } from "../../texts/later.js";

/** @param {(one: import("../../train/tries.js").Try) => void} attempt */
export function triesView(attempt) {
  const buttons = TRIES.map((one) => h("button", { type: "button", onclick: () => attempt(one) }, one.label()));
  const element = h(
    "section",
    {
      class: "tries",
      "aria-label": phrase("train.tries.thingsToTry"),
      "data-part": "train-tries",
      "data-title": phrase("train.tries.thingsToTryInTraining"),
    },
    h("h3", {}, phrase("train.tries.thingsToTry")),
    h("ul", {}, ...TRIES.map(({ says }, i) => h("li", {}, buttons[i], h("p", { class: "dim" }, says())))),
  );
  return {
    element,
    /** @param {boolean} barred   nothing can be begun just now */
    update(barred) {
      for (const button of buttons) attributes(button, { disabled: barred });
    },
  };
}
