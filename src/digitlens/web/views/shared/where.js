// @ts-check
// Where training runs: said, and chosen where a host has both a server and a tab.

import { placeOf } from "../../train/trainer.js";
import { attributes, h, setText } from "./dom.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("../../train/trainer.js").Trainer} Trainer */

/** @param {App} app @param {Trainer} live */
export function whereView(app, live) {
  const place = (/** @type {Trainer["kind"]} */ kind) => placeOf(kind, app.services.serverIsHere ?? false);
  const words = h("span", {}, phrase("shared.where.trains"));
  const buttons = (live.all ?? []).map(({ kind }) => ({
    kind,
    button: h("button", { type: "button", class: "small", onclick: () => choose(kind) }, place(kind)),
  }));
  const element = h(
    "div",
    { class: "where row", role: "group", "aria-label": phrase("shared.where.whereTrainingRuns") },
    words,
    ...buttons.map(({ button }) => button),
  );
  const choose = (/** @type {Trainer["kind"]} */ kind) => {
    if (kind === live.kind) return;
    live.choose?.(kind);
    app.say(phrase("shared.where.fromNowOnTrainingRuns", { place: place(kind) }));
    app.set({});
  };
  return {
    element,
    update() {
      if (!buttons.length) setText(words, phrase("shared.where.trains2", { place: place(live.kind) }));
      for (const { kind, button } of buttons) attributes(button, { "aria-pressed": String(kind === live.kind) });
    },
  };
}
