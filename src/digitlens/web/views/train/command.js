// @ts-check
// The command line that does the same as the run that is shown, to copy.

import { copyText } from "../shared/clipboard.js";
import { attributes, h, setText } from "../shared/dom.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../train/frames.js").Frame} Frame */

const DROPPED = / --data FOLDER( |$)/; // files that somebody has dropped; dropped.js calls them so

/** @param {App} app */
export function commandView(app) {
  const line = h("code", { tabindex: 0 });
  const words = h("p", { class: "dim" });
  const copy = h(
    "button",
    { onclick: () => copyText(app, line.textContent ?? "", "train.txt", "The command") },
    "Copy",
  );
  const element = h(
    "section",
    {
      class: "command",
      "aria-label": "The same on the command line",
      "data-part": "train-command",
      "data-title": "the command line",
    },
    h("h3", {}, "The same on the command line"),
    h("div", { class: "line" }, line, copy),
    words,
  );
  return {
    element,
    /** @param {Frame} run @param {boolean} same   the settings are those of this run */
    update({ header }, same) {
      setText(line, header.command);
      attributes(copy, { disabled: header.own_way });
      setText(
        words,
        header.own_way
          ? "This run trained on single examples, so no command repeats it."
          : (DROPPED.test(header.command)
              ? "FOLDER stands for your files, unpacked. It keeps other images for the test, unless they are in parts."
              : "At its end it has the same weights as this run, to the last bit.") +
              (same ? "" : " It is for the run that is shown, not for the settings as they are now."),
      );
    },
  };
}
