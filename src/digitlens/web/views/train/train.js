// @ts-check
// Train: the network learns, on the server or in the tab, and one watches. Settings on the left, what they come to on
// the right.
//
// With Live on, every change of a setting trains again from the same seed, while the slider still moves: the newest
// request wins, and the server stops the run before it. What has been told and asked is in train/run_state.js; here it
// becomes elements, and what is pressed becomes messages.

import { lasting, summary } from "../../train/curves.js";
import { askedFor, canGoOn, isBusy, isNew, isSame, mustFollow, reduce, shownOf, START } from "../../train/run_state.js";
import { settingsOf, sizesFor } from "../../train/settings.js";
import { settingsFor } from "../../train/tries.js";
import { spokenChoices } from "../../train/spoken.js";
import { whyNot } from "../../train/trainer.js";
import { attributes, h, setText } from "../shared/dom.js";
import { frames } from "../shared/frames.js";
import { commandView } from "./command.js";
import { curvesView } from "./curves.js";
import { dataView } from "./data.js";
import { exampleView, mistakesView } from "./mistakes.js";
import { runBar } from "./run_bar.js";
import { settingsView } from "./settings.js";
import { snapshotsView } from "./snapshots.js";
import { triesView } from "./tries.js";
import { whereView } from "../shared/where.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../train/run_state.js").RunState} RunState */
/** @typedef {import("../../train/settings.js").Settings} Settings */
/** @typedef {import("../../train/trainer.js").Trainer} Trainer */

const NARROW = 1000; // pixels, up to which the curves lie beneath the controls
const BETWEEN = 70; // ms from one drawing to the next while a live run goes on, which wants the processor for itself
const PATIENCE = 400; // ms in which a server that knows a run of ours tells of it

/**
 * @param {App} app
 * @param {Trainer} live
 * @returns {{element: HTMLElement, update: () => void}}
 */
export function trainView(app, live) {
  /** @type {RunState} */
  let state = START;
  const settings = () => app.state.settings;
  const set = (/** @type {Settings} */ next) => app.set({ settings: Object.freeze(next) });
  const hear = (/** @type {import("../../train/run_state.js").RunEvent} */ event) => {
    state = reduce(state, event);
    redraw();
  };
  const redraw = frames(
    app.life,
    () => element.isConnected && show(),
    () => (settings().live === "1" && isBusy(state) ? BETWEEN : 0),
  );

  // what is pressed

  const change = (/** @type {Record<string, string | null>} */ patch) => {
    hear({ type: "edit" });
    const next = Object.entries({ ...settings(), ...patch }).filter(([, value]) => value !== null);
    set(/** @type {Settings} */ (Object.fromEntries(next)));
  };
  /** Asks for a new run. @param {"run" | "nothing"} go @returns {boolean} whether it could be asked for */
  const begin = (go) => {
    const what = askedFor(state, settings());
    if (!what || Object.keys(what.errors).length) return false;
    const number = live.next();
    hear({ type: "request", number });
    snapshots.newest();
    return live.send({ type: "train", number, base: what.base, recipe: what.fields, data: what.data, go });
  };
  const press = () => {
    if (isBusy(state)) live.send({ type: "pause" });
    else if (canGoOn(state, settings())) live.send({ type: "go", how: "run" });
    else begin("run");
    watch();
  };
  const step = (/** @type {string} */ how) => {
    if (!canGoOn(state, settings()) && !begin("nothing")) return;
    live.send({ type: "go", how });
    snapshots.newest();
  };
  /** Something to try, on the same data, from the beginning. @param {import("../../train/tries.js").Try} one */
  const attempt = (one) => {
    const { data } = settings();
    const name = askedFor(state, settings())?.data;
    const training = state.choices?.data.find((chosen) => chosen.name === name)?.training ?? 0;
    const those = settingsFor(one, training);
    set(data === undefined ? those : { ...those, data });
    begin("run");
    watch();
  };
  const isNarrow = () => app.width() <= NARROW;
  const watch = () => {
    snapshots.newest();
    if (isNarrow() && results.getBoundingClientRect().top > innerHeight / 2) results.scrollIntoView();
  };

  // what is shown

  const where = whereView(app, live);
  const bar = runBar({ press, step, reset: () => begin("nothing") });
  const plan = h("p", { class: "plan" });
  const note = h("p", { class: "dim" });
  const trouble = h("p", { class: "trouble", role: "alert", hidden: true });
  const example = exampleView();
  const data = dataView(app, live, (name) => change({ data: name }));
  const form = settingsView(app, change, data.element);
  const curves = curvesView(app, (position) => snapshots.goTo(position));
  const snapshots = snapshotsView(app, live, redraw);
  const mistakes = mistakesView(app);
  const command = commandView(app);
  const tries = triesView(attempt);
  const setup = h(
    "details",
    {
      class: "setup",
      open: !isNarrow(),
      "data-part": "train-settings",
      "data-title": phrase("train.train.theSettingsOfTraining"),
    },
    h("summary", {}, phrase("train.train.settings")),
    form.element,
  );
  const side = h("div", { class: "side" }, command.element, tries.element);
  const results = h(
    "div",
    { class: "watch" },
    curves.element,
    snapshots.element,
    h("div", { class: "results" }, snapshots.weights, mistakes.element, mistakes.counts, side),
  );
  const element = h(
    "article",
    { class: "train-view trainer" },
    h("div", { class: "head" }, h("h2", {}, phrase("train.train.trainANetwork")), where.element, plan),
    bar.element,
    h("div", { class: "controls" }, note, trouble, example.element, form.quick, setup),
    results,
  );

  const show = () => {
    const { run, choices } = state;
    const here = live.state === "here";
    const now = shownOf(state, settings(), here, form.fields, whyNot(live));
    const { what, errors } = now;
    where.update();
    setText(plan, now.plan);
    bar.update(now, run ? summary(run) : "");
    setText(note, now.note);
    setText(trouble, now.trouble);
    attributes(trouble, { hidden: !now.trouble });
    results.dataset.run = String(run !== null);
    tries.update(!here || !choices);
    if (!choices || !what) return;
    follow();
    form.update(choices, settings(), what, errors, run?.header);
    data.update(choices, what.data, run?.header);
    if (form.fields.some((field) => field !== "learning_rate" && errors[field]) || errors.data) setup.open = true;
    example.update(run);
    mistakes.update(run);
    if (run) {
      curves.update(run, snapshots.update(run, !here));
      command.update(run, now.same);
      return;
    }
    const recipe = { ...choices.recipes[what.base], ...what.fields };
    const chosen = choices.data.find(({ name }) => name === what.data);
    curves.empty(recipe.epochs, recipe.hidden.length + 1);
    if (chosen) snapshots.empty(sizesFor(recipe, chosen)[1]);
  };
  /** With Live on, other settings are another run, wherever they come from. */
  const follow = () => {
    if (!isNew(state, settings())) return;
    const must = mustFollow(state, settings());
    hear({ type: "follow", settings: settings() });
    if (must) begin("run");
  };

  // what the trainer tells

  live.on("trainer", () => {
    hear({ type: "trainer" });
    snapshots.newest();
  });
  live.on("slept", ({ seconds }) =>
    app.say(phrase("train.train.thisPageSleptForTraining", { lasting: lasting(seconds) })),
  );
  live.on("choices", (choices) => {
    hear({ type: "choices", choices: spokenChoices(choices) });
    app.life.after(() => hear({ type: "silence" }), PATIENCE);
  });
  live.on("run", (header, frame) => {
    if (!frame) return;
    const first = state.run === null && state.newest === 0;
    hear({ type: "run", frame });
    if (header.state === "interrupted" && header.error) app.say(header.error);
    if (first && state.choices && state.run && !Object.keys(settings()).length)
      set(settingsOf(header.recipe, header.base, header.data, state.choices));
  });
  live.on("mistakes", (header, frame) => {
    if (header.number >= state.newest && frame) mistakes.hear(frame);
    redraw();
  });
  live.on("comparison", ({ number }) => hear({ type: "comparison", number }));
  live.on("refused", (refusal) => hear({ type: "refused", refusal }));
  live.on("error", ({ error }) => hear({ type: "refused", refusal: { field: "", error } }));
  live.on("download", (message) => (message.data ? hear({ type: "download", data: message.data }) : redraw()));
  live.on("state", redraw);

  return {
    element,
    update() {
      live.join();
      show();
    },
  };
}
