// @ts-check
// Train: the network learns on the server, and one watches. Settings on the left, what they come to on the right.
//
// With Live on, every change of a setting trains anew from the same seed, while the slider still moves: the newest
// request wins, and the server stops the run before it.

import { doing, summary } from "../../train/curves.js";
import { plan } from "../../train/plan.js";
import { settingsOf, sizesFor, wanted } from "../../train/settings.js";
import { settingsFor } from "../../train/tries.js";
import { attributes, h, setText } from "../shared/dom.js";
import { commandView } from "./command.js";
import { curvesView } from "./curves.js";
import { dataView } from "./data.js";
import { exampleView, mistakesView } from "./mistakes.js";
import { momentsView } from "./snapshots.js";
import { settingsView } from "./settings.js";
import { triesView } from "./tries.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../train/frames.js").Frame} Frame */
/** @typedef {import("../../train/settings.js").Choices} Choices */
/** @typedef {import("../../train/settings.js").Settings} Settings */

const NARROW = matchMedia("(max-width: 1000px)"); // where the curves lie beneath the controls
const ENDED = ["finished", "diverged", "failed"];
const BETWEEN = 70; // ms from one drawing to the next while a live run goes on, which wants the processor for itself
const PATIENCE = 400; // ms in which a server that knows a run of ours tells of it
const STEPS = [
  ["example", "One example"],
  ["mini_batch", "One mini-batch"],
  ["epoch", "One epoch"],
];

/** @param {App} app @returns {{element: HTMLElement, update: () => void}} */
export function trainView(app) {
  const { live } = app;
  /** @type {Choices | null} */
  let choices = null;
  /** @type {Frame | null} */
  let run = null;
  /** @type {{field: string, error: string} | null} */
  let refused = null;
  let newest = 0; // the number of the newest request: whatever answers an older one comes too late
  let [compared, replaced] = [0, false]; // the number of a comparison, which may have taken the run's place
  let lost = false; // a new server knows nothing of our run
  let known = /** @type {Settings | null} */ (null); // those that Live has followed
  let [frame, timer, drawnAt, greeted] = [0, 0, 0, 0];

  const main = h("button", { class: "main", onclick: () => press() }, "Start");
  const steps = STEPS.map(([how, name]) => h("button", { "data-how": how, onclick: () => step(how) }, name));
  const reset = h(
    "button",
    { onclick: () => begin("nothing"), title: "Back to the network that has not learned anything, from the same seed" },
    "Reset",
  );
  const words = h("p", { class: "plan" });
  const status = h("p", { class: "doing" });
  const note = h("p", { class: "dim" });
  const aloud = h("p", { class: "unseen", role: "status" });
  const trouble = h("p", { class: "trouble", role: "alert", hidden: true });
  const example = exampleView();
  const data = dataView(app, (name) => change({ data: name }));
  const settings = settingsView(app, (patch) => change(patch), data.element);
  const curves = curvesView((position) => moments.goTo(position));
  const moments = momentsView(app, () => later());
  const mistakes = mistakesView();
  const command = commandView(app);
  const tries = triesView((one) => attempt(one));
  const setup = h(
    "details",
    { class: "setup", open: !NARROW.matches, "data-part": "train-settings", "data-title": "the settings of training" },
    h("summary", {}, "Settings"),
    settings.element,
  );
  const watch = h(
    "div",
    { class: "watch" },
    curves.element,
    moments.element,
    h(
      "div",
      { class: "results" },
      moments.looks,
      mistakes.element,
      mistakes.counts,
      h("div", { class: "side" }, command.element, tries.element),
    ),
  );
  const element = h(
    "article",
    { class: "train-view trainer" },
    h("div", { class: "head" }, h("h2", {}, "Train a network"), words),
    h(
      "div",
      { class: "bar" },
      h("div", { class: "run", role: "group", "aria-label": "The run" }, main, reset, ...steps),
      status,
      aloud,
    ),
    h("div", { class: "controls" }, note, trouble, example.element, settings.quick, setup),
    watch,
  );

  const set = (/** @type {Settings} */ next) => app.set({ settings: Object.freeze(next) });
  const change = (/** @type {Record<string, string | null>} */ patch) => {
    const next = Object.fromEntries(
      Object.entries({ ...app.state.settings, ...patch }).filter(([, value]) => value !== null),
    );
    refused = null;
    set(/** @type {Settings} */ (next));
  };
  const asked = () => choices && wanted(app.state.settings, choices);
  /** A new run. @param {"run" | "nothing"} go @returns {boolean} whether it could be asked for */
  const begin = (go) => {
    const what = asked();
    if (!what || Object.keys(what.errors).length) return false;
    newest = live.next();
    [refused, lost] = [null, false];
    moments.follow();
    return live.send({ type: "train", number: newest, base: what.base, recipe: what.fields, data: what.data, go });
  };
  const same = () => {
    const what = asked();
    if (!run || replaced || lost || !what || !choices) return false;
    const { recipe, base, data: on } = run.header;
    const of = { ...choices.recipes[what.base], ...what.fields };
    return (
      on === what.data &&
      base === what.base &&
      Object.keys(of).every(
        (field) =>
          ["name", "data"].includes(field) ||
          (field === "validation" && !(field in what.fields)) ||
          JSON.stringify(of[field]) === JSON.stringify(recipe[field]),
      )
    );
  };
  const fresh = () => run !== null && same() && !ENDED.includes(run.header.state);
  const busy = () => run !== null && !replaced && !lost && ["running", "waiting"].includes(run.header.state);
  const press = (anew = false) => {
    if (anew) begin("run");
    else if (busy()) live.send({ type: "pause" });
    else if (fresh()) live.send({ type: "go", how: "run" });
    else begin("run");
    moments.follow();
    if (NARROW.matches && watch.getBoundingClientRect().top > innerHeight / 2) watch.scrollIntoView();
  };
  const step = (/** @type {string} */ how) => {
    if (!fresh() && !begin("nothing")) return;
    live.send({ type: "go", how });
    moments.follow();
  };
  /** Something to try, on the same digits, from the beginning. @param {import("../../train/tries.js").Try} one */
  const attempt = (one) => {
    const [what, { data: on }] = [asked(), app.state.settings];
    const those = settingsFor(one, choices?.data.find((set) => set.name === what?.data)?.training ?? 0);
    set(on === undefined ? those : { ...those, data: on });
    press(true);
  };
  /** With Live on, other settings are another run, wherever they come from; at once, unless we have only just come. */
  const follow = () => {
    if (app.state.settings === known || !choices || greeted) return;
    known = app.state.settings;
    const under = run !== null && run.header.number < newest; // what was asked for last is not here yet
    if (known.live === "1" && (under || !same())) begin("run");
  };
  const later = () => {
    clearTimeout(timer);
    const wait = app.state.settings.live === "1" && busy() ? drawnAt + BETWEEN - performance.now() : 0;
    if (wait > 0) timer = window.setTimeout(later, wait);
    else
      frame ||= requestAnimationFrame(() => {
        [frame, drawnAt] = [0, performance.now()];
        if (element.isConnected) show();
      });
  };

  live.on("choices", (message) => {
    // we have come, or come back: whatever the server now tells of is our run
    choices = message;
    [newest, compared, replaced, known] = [0, 0, false, null];
    clearTimeout(greeted);
    greeted = window.setTimeout(() => {
      [greeted, lost] = [0, run !== null && !replaced];
      later();
    }, PATIENCE);
    later();
  });
  live.on("run", (header, one) => {
    if (header.number < newest || !one) return;
    const first = run === null && newest === 0;
    clearTimeout(greeted);
    [run, lost, greeted] = [one, false, 0];
    replaced = header.number < compared;
    if (first && choices && !Object.keys(app.state.settings).length)
      set(settingsOf(header.recipe, header.base, header.data, choices));
    later();
  });
  live.on("mistakes", (header, one) => {
    if (header.number >= newest && one) mistakes.hear(one);
    later();
  });
  live.on("comparison", (header) => {
    compared = header.number;
    replaced = run !== null && run.header.number < compared;
    later();
  });
  live.on("refused", (message) => {
    if (!message.number || message.number >= newest) refused = message;
    later();
  });
  live.on("error", (message) => {
    refused = { field: "", error: message.error };
    later();
  });
  live.on("download", (message) => {
    if (choices && message.data) choices = { ...choices, data: message.data };
    later();
  });
  live.on("state", later);

  /**
   * What is wrong, by field.
   * @param {import("../../train/settings.js").Wanted | null} what
   * @returns {Record<string, string>}
   */
  const wrong = (what) => {
    const of = /** @type {Record<string, string>} */ ({
      ...(what?.errors ?? {}),
      ...(refused?.field ? { [refused.field]: refused.error } : {}),
    });
    const chosen = what && choices?.data.find((one) => one.name === what.data);
    if (chosen && !chosen.here) of.data = "These digits are not here yet.";
    return of;
  };
  const show = () => {
    const what = asked();
    const header = run?.header;
    const gone = live.state !== "here";
    const errors = wrong(what);
    const now = busy();
    const ended = run !== null && same() && ENDED.includes(header.state);
    const barred = gone || !choices || Object.keys(errors).length > 0;

    setText(
      words,
      what && choices
        ? plan(what, choices)
        : gone
          ? "Training needs the server, digitlens app, and it is not there."
          : "…",
    );
    setText(main, now ? "Pause" : fresh() ? goOn(header) : run ? "Start anew" : "Start");
    attributes(main, { disabled: barred && !(now && !gone) });
    attributes(reset, { disabled: barred });
    for (const button of steps) attributes(button, { disabled: barred || ended });
    const told = replaced
      ? "A comparison has taken this run’s place: Start begins it anew."
      : lost
        ? "The server was started anew, and no longer knows this run: Start begins it anew."
        : header
          ? doing(header)
          : "";
    setText(status, told || "It has not learned anything yet.");
    setText(
      note,
      gone && header
        ? "The server is gone. What is shown is what came until then."
        : run && !replaced && !lost && !same() && !Object.keys(errors).length
          ? "The settings are others now: they count from the next start."
          : "",
    );
    if (!now) setText(aloud, run ? `${told} ${summary(run)}` : "");
    const elsewhere = [
      refused && !settings.fields.includes(refused.field) ? refused.error : "",
      ...Object.keys(errors)
        .filter((field) => field !== refused?.field && field !== "data" && !settings.fields.includes(field))
        .map((field) => `${field}: ${errors[field]}`),
    ]
      .filter(Boolean)
      .join(" ");
    setText(trouble, elsewhere);
    attributes(trouble, { hidden: !elsewhere });
    watch.dataset.run = String(run !== null);
    tries.update(gone || !choices);
    if (!choices || !what) return;
    follow();
    settings.update(choices, app.state.settings, what, errors, header);
    data.update(choices, what.data, header);
    if (settings.fields.some((field) => field !== "learning_rate" && errors[field]) || errors.data) setup.open = true;
    example.update(run);
    mistakes.update(run);
    if (!run) {
      const recipe = { ...choices.recipes[what.base], ...what.fields };
      curves.empty(recipe.epochs, recipe.hidden.length + 1);
      const chosen = choices.data.find((one) => one.name === what.data);
      if (chosen) moments.empty(sizesFor(recipe, chosen)[1]);
      return;
    }
    curves.update(run, moments.update(run, gone));
    command.update(run, same());
  };
  return {
    element,
    update() {
      live.join();
      show();
    },
  };
}

/** What the large button says of a run that has not ended. @param {any} header */
function goOn({ state, epoch, records }) {
  if (state === "interrupted") return epoch ? `Go on from epoch ${epoch}` : "Go on";
  return records > 1 ? "Go on" : "Start";
}
