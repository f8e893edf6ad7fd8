// @ts-check
// The views on the page: which are always there, which are shown in the middle, and which parts a teacher has hidden.

import { attributes, clear } from "../views/shared/dom.js";
import { diagramView } from "../views/network/diagram.js";
import { nonsenseView } from "../views/read/nonsense.js";
import { padView } from "../views/read/pad.js";
import { preparationView } from "../views/read/preparation.js";
import { connectionView } from "../views/tools/connection.js";
import { toolsView } from "../views/tools/tools.js";
import { markJourney } from "./journeys.js";
import { allLoaded, lateView } from "./late_view.js";

/** @typedef {import("../model/state.js").State} State */
/** @typedef {import("../views/shared/app.js").App} App */
/** @typedef {import("../views/shared/app.js").View} View */

const SOON = 250; // ms after the start until the views that were not wanted yet are loaded, too
const PLOTS = ["vendor/uplot/uPlot.min.css", "views/shared/plot.css"];
const FORM = "views/train/form.css";
const RESULTS = "views/train/results.css";

/** @param {string} id */
const place = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/**
 * Puts the views on the page; what comes back shows the state as it is.
 * @param {App} app
 * @returns {() => void}
 */
export function fillPage(app) {
  const always = {
    pad: padView(app),
    network: diagramView(app),
    tools: toolsView(app),
    connection: connectionView(app),
  };
  for (const [id, view] of Object.entries(always)) clear(place(id), view.element);
  const late = lateViews(app);
  const read = [preparationView(app), nonsenseView(app)];
  const opinion = secondOpinion(app);
  const hide = partsHidden();
  let shown = "";
  setTimeout(async () => {
    // so that they are here when the server is gone
    Object.values(late).forEach((view) => view(true));
    await allLoaded();
    document.documentElement.dataset.whole = "true";
    opinion.allow();
    app.set({});
  }, SOON);

  /** @param {State} state @param {View[]} inDetail @param {View[]} story */
  const arrange = (state, inDetail, story) => {
    const main = /** @type {HTMLElement} */ (document.querySelector("main"));
    main.dataset.view = state.view === "story" ? state.shows : state.view;
    main.dataset.story = String(state.view === "story");
    clear(place("detail"), ...inDetail.map((view) => view.element));
    if (!story.length) clear(place("story"));
    else if (!story[0].element.isConnected) clear(place("story"), story[0].element);
    markJourney(state.view);
  };
  return () => {
    const { state } = app;
    const name = state.view === "story" ? state.shows : state.view;
    const inDetail = name === "read" ? read : late[name]();
    const story = state.view === "story" ? late.story() : [];
    const now = [state.view, name, inDetail.length, story.length].join();
    if (shown !== now) {
      shown = now;
      arrange(state, inDetail, story);
    }
    for (const view of [...Object.values(always), ...inDetail, ...story, ...opinion.views()]) view.update();
    hide(state.hide, shown);
  };
}

/** @param {App} app */
function lateViews(app) {
  const sheets = (/** @type {string} */ view, /** @type {string[]} */ ...names) =>
    names.map((name) => `views/${view}/${name}.css`);
  const neuron = sheets("neuron", "neuron", "function", "painting");
  const learn = sheets("learn", "learn", "cost", "gradients", "step");
  const train = [...PLOTS, FORM, "views/train/train.css", RESULTS];
  const compare = [...PLOTS, FORM, RESULTS, "views/compare/compare.css"];
  return {
    neuron: lateView(app, neuron, async () => (await import("../views/neuron/neuron.js")).neuronView(app)),
    learn: lateView(app, learn, async () => (await import("../views/learn/learn.js")).learnView(app)),
    train: lateView(app, train, async () => (await import("../views/train/train.js")).trainView(app)),
    compare: lateView(app, compare, async () => (await import("../views/compare/compare.js")).compareView(app)),
    story: lateView(app, sheets("story", "story"), async () =>
      (await import("../views/story/story.js")).storyView(app),
    ),
  };
}

/** What the larger network says, once there is something to ask it about. @param {App} app */
function secondOpinion(app) {
  const views = /** @type {View[]} */ ([]);
  let [allowed, asked] = [false, false];
  const ask = async () => {
    asked = true;
    views.push(...(await (await import("../views/read/opinion.js")).openOpinion(app)));
    app.set({});
  };
  return {
    allow: () => (allowed = true),
    views() {
      const { view, strokes, base } = app.state;
      if (allowed && !asked && view === "read" && (strokes.length || base)) ask();
      return views;
    },
  };
}

/** Hides the parts that a link leaves out, whenever other parts are on the page. */
function partsHidden() {
  let known = "";
  return (/** @type {readonly string[]} */ hidden, /** @type {string} */ shown) => {
    const parts = document.querySelectorAll("[data-part]");
    const now = `${hidden.join()} ${parts.length} ${shown}`;
    if (known === now) return;
    known = now;
    for (const part of parts) attributes(part, { hidden: hidden.includes(part.getAttribute("data-part") ?? "") });
  };
}
