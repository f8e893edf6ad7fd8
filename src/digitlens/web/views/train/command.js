// @ts-check
// The command line that does the same as the run that is shown, to copy.

import { copyText } from "../shared/clipboard.js";
import { attributes, h, setText } from "../shared/dom.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../train/frames.js").Frame} Frame */

const DROPPED = / --data FOLDER( |$)/; // files that somebody has dropped; dropped.js calls them so

/** @param {App} app */
export function commandView(app) {
  const line = h("code", { tabindex: 0 });
  const words = h("p", { class: "dim" });
  const copy = h(
    "button",
    { onclick: () => copyText(app, line.textContent ?? "", "train.txt", phrase("train.command.theCommand")) },
    phrase("train.command.copy"),
  );
  const element = h(
    "section",
    {
      class: "command",
      "aria-label": phrase("train.command.theSameOnTheCommand"),
      "data-part": "train-command",
      "data-title": phrase("train.command.theCommandLine"),
    },
    h("h3", {}, phrase("train.command.theSameOnTheCommand")),
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
          ? phrase("train.command.thisRunTrainedOnSingle")
          : (DROPPED.test(header.command)
              ? phrase("train.command.folderStandsForYourFiles")
              : phrase("train.command.atItsEndItHas")) + (same ? "" : phrase("train.command.itIsForTheRun")),
      );
    },
  };
}
