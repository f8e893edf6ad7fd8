// @ts-check
// Compare: two ways to train, one thing different, the same seeds for both; and what the numbers support, no more.
//
// What has been told and asked is in train/comparison_state.js; here it becomes elements, and what is pressed messages.

import { askedFor, canGoOn, isBusy, reduce, shownOf, START } from "../../train/comparison_state.js";
import { settingsOf } from "../../train/settings.js";
import { spokenChoices } from "../../train/spoken.js";
import { whyNot } from "../../train/trainer.js";
import { attributes, h, setText } from "../shared/dom.js";
import { whereView } from "../shared/where.js";
import { frames } from "../shared/frames.js";
import { comparisonForm } from "./form.js";
import { resultView } from "./result.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../train/comparison_state.js").ComparisonEvent} ComparisonEvent */
/** @typedef {import("../../train/comparison_state.js").ComparisonState} ComparisonState */
/** @typedef {import("../../train/trainer.js").Trainer} Trainer */

/**
 * @param {App} app
 * @param {Trainer} live
 * @returns {{element: HTMLElement, update: () => void}}
 */
export function compareView(app, live) {
  /** @type {ComparisonState} */
  let state = START;
  const hear = (/** @type {ComparisonEvent} */ event) => {
    state = reduce(state, event);
    redraw();
  };
  const redraw = frames(app.life, () => element.isConnected && show());

  const change = (/** @type {Record<string, string | null>} */ patch) => {
    hear({ type: "edit" });
    const next = Object.entries({ ...app.state.settings, ...patch }).filter(([, value]) => value !== null);
    app.set({ settings: Object.freeze(/** @type {Record<string, string>} */ (Object.fromEntries(next))) });
  };
  const press = () => {
    if (isBusy(state)) return live.send({ type: "pause" });
    const duel = askedFor(state, app.state.settings);
    if (!duel || Object.keys(duel.errors).length) return;
    if (canGoOn(state, duel)) return live.send({ type: "go" });
    const number = live.next();
    hear({ type: "request", number });
    const { base, fields, data, seeds } = duel;
    live.send({ type: "compare", number, base, recipes: fields, data, seeds });
  };
  const openInTrain = (/** @type {0 | 1} */ side) => {
    if (!state.result || !state.choices) return;
    const { recipes, data } = state.result.header;
    app.set({ view: "train", settings: settingsOf(recipes[side], "video", data, state.choices) }, "push");
    app.toTop();
  };

  const where = whereView(app, live);
  const form = comparisonForm(change);
  const button = h("button", { class: "main", onclick: press }, phrase("compare.compare.compare"));
  const status = h("p", { class: "doing", role: "status" });
  const bar = h("progress", {
    max: 1,
    value: 0,
    "aria-label": phrase("compare.compare.howManyOfTheRuns"),
    hidden: true,
  });
  const trouble = h("p", { class: "trouble", role: "alert", hidden: true });
  const empty = h("p", { class: "nothing" });
  const result = resultView(app, openInTrain);
  const element = h(
    "article",
    { class: "compare-view train-view" },
    h(
      "div",
      { class: "controls" },
      h("h2", {}, phrase("compare.compare.compareTwoWaysToTrain")),
      where.element,
      h("p", { class: "dim" }, phrase("compare.compare.bothSidesLearnFromThe")),
      ...form.elements,
      button,
      h("div", { class: "told" }, status, bar),
      trouble,
      form.note,
    ),
    h("div", {}, empty, result.element),
  );

  const show = () => {
    const now = shownOf(state, app.state.settings, live.state === "here", form.fields, whyNot(live));
    where.update();
    attributes(empty, { hidden: state.result !== null && !now.aside });
    attributes(result.element, { hidden: state.result === null || now.aside });
    setText(empty, now.empty);
    setText(button, now.button);
    attributes(button, { disabled: now.disabled });
    setText(status, now.status);
    attributes(bar, { hidden: !now.busy, value: now.progress });
    setText(trouble, now.trouble);
    attributes(trouble, { hidden: !now.trouble });
    if (state.choices && now.duel) form.update(state.choices, app.state.settings, now.duel, state.refused);
    if (state.result) result.update(state.result, state.choices?.fields ?? []);
  };
  live.on("trainer", () => hear({ type: "trainer" }));
  live.on("choices", (choices) => hear({ type: "choices", choices: spokenChoices(choices) }));
  live.on("comparison", (_, frame) => frame && hear({ type: "comparison", frame }));
  live.on("run", ({ number }) => hear({ type: "run", number }));
  live.on("refused", (refusal) => hear({ type: "refused", refusal }));
  live.on("state", redraw);

  return {
    element,
    update() {
      live.join();
      show();
    },
  };
}
