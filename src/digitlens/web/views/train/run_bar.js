// @ts-check
// The buttons of a run: start or pause, reset, single steps; and what the run is doing.

import { attributes, h, setText } from "../shared/dom.js";
import { phrase } from "../../texts/later.js";

/** @typedef {ReturnType<typeof import("../../train/run_state.js").shownOf>} Shown */

const STEPS = /** @type {const} */ ([
  ["example", () => phrase("train.runBar.oneExample")],
  ["mini_batch", () => phrase("train.runBar.oneMiniBatch")],
  ["epoch", () => phrase("train.runBar.oneEpoch")],
]);

/** @param {{press: () => void, step: (how: string) => void, reset: () => void}} on */
export function runBar(on) {
  const main = h("button", { class: "main", onclick: on.press }, phrase("train.runBar.start"));
  const steps = STEPS.map(([how, name]) => h("button", { "data-how": how, onclick: () => on.step(how) }, name()));
  const reset = h(
    "button",
    { onclick: on.reset, title: phrase("train.runBar.backToTheNetworkBefore") },
    phrase("train.runBar.reset"),
  );
  const status = h("p", { class: "doing" });
  const aloud = h("p", { class: "unseen", role: "status" });
  return {
    element: h(
      "div",
      { class: "bar" },
      h("div", { class: "run", role: "group", "aria-label": phrase("train.runBar.theRun") }, main, reset, ...steps),
      status,
      aloud,
    ),
    /** @param {Shown} now @param {string} summary   of the run, for those who hear it; empty: there is none */
    update(now, summary) {
      setText(main, now.main);
      attributes(main, { disabled: now.mainDisabled });
      attributes(reset, { disabled: now.disabled });
      for (const button of steps) attributes(button, { disabled: now.stepsDisabled });
      setText(status, now.status);
      attributes(status, { "data-doing": now.doing });
      if (!now.busy) setText(aloud, summary && `${now.status} ${summary}`);
    },
  };
}
