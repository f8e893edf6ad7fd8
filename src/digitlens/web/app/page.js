// @ts-check
// The views of a component: which are always there, which are shown in the middle, and which parts a teacher has
// hidden.

import { attributes, clear, h, woven } from "../views/shared/dom.js";
import { diagramView } from "../views/network/diagram.js";
import { padView } from "../views/read/pad.js";
import { welcomeView } from "../views/read/welcome.js";
import { pictureParts } from "../views/read/picture_file.js";
import { connectionView } from "../views/tools/connection.js";
import { languageMenu } from "../views/tools/language.js";
import { toolsView } from "../views/tools/tools.js";
import { journeysView } from "./journeys.js";
import { sizeView } from "./size.js";
import { lateViews } from "./late_view.js";
import { fitPaper } from "./printing.js";
import { phrase } from "../texts/first.js";

/** @typedef {import("../model/state.js").State} State */
/** @typedef {import("../views/shared/app.js").App} App */
/** @typedef {import("../views/shared/app.js").View} View */

const SOON = 250; // ms after the start until the views that were not wanted yet are loaded, too
const PLOTS = ["vendor/uplot/uPlot.min.css", "views/shared/plot.css"];
const FORM = "views/train/form.css";
const RESULTS = "views/train/results.css";
const SHEETS = /** @type {Record<string, string[]>} */ ({
  neuron: ["neuron", "function", "painting"].map((name) => `views/neuron/${name}.css`),
  learn: ["learn", "cost", "gradients", "step"].map((name) => `views/learn/${name}.css`),
  lab: ["views/lab/lab.css"],
  train: [...PLOTS, FORM, "views/train/train.css", RESULTS],
  compare: [...PLOTS, FORM, RESULTS, "views/compare/compare.css"],
  story: ["views/story/story.css"],
  guess: ["views/guess/guess.css"],
});
const TALK = "https://www.3blue1brown.com/lessons/neural-networks";

/**
 * Puts the views into a component, and keeps them up to date.
 * @param {App} app
 * @param {(nothing: void) => void} whole   all views are there
 * @returns {Promise<void>}   those that it begins with are
 */
export function fillPage(app, whole) {
  const { root, life, services } = app;
  const pad = padView(app);
  const network = diagramView(app);
  const welcome = services.label ? null : welcomeView(app, network.play);
  const tools = toolsView(app);
  const journeys = journeysView(app);
  const server = (app.live?.all ?? [app.live]).find((one) => one?.kind === "server");
  const connection = server ? connectionView(app, server) : null;
  const menu = languageMenu(app);
  const places = framework(app, { pad, network, tools, journeys, welcome, menu });
  if (connection) root.append(h("div", { id: "connection" }, connection.element));
  const always = [...(welcome ? [welcome] : []), pad, network, tools, journeys, ...(menu ? [menu] : [])];
  const loading = lateViews(app);
  const { worksheet: _, ...views } = services.journeys;
  const late = Object.fromEntries(
    Object.entries(views)
      .filter(([name]) => name === "guess" || app.journeys.some((view) => view === name))
      .map(([name, load]) => [name, loading.view(SHEETS[name] ?? [], load)]),
  );
  let soon = false; // what the first reading does not need may come
  const hide = partsHidden(root, services.only ?? null);
  let shown = "";
  life.after(async () => {
    // so that they are here when whoever brings them is gone
    soon = true;
    Object.values(late).forEach((view) => view(true));
    await Promise.all([loading.all(), pictureParts().catch(() => {})]); // those are tried again when they are wanted
    if (life.signal.aborted) return;
    app.set({});
    whole();
  }, SOON);

  /** @param {State} state @param {View[]} inDetail @param {View[]} story @param {View[]} guess */
  const arrange = (state, inDetail, story, guess) => {
    const above = (state.view === "story" ? state.shows : state.view) === "read"; // the network, which has the answer
    places.main.dataset.view = state.view === "story" ? state.shows : state.view;
    places.main.dataset.story = String(state.view === "story");
    const asks = guess.map((view) => view.element);
    clear(places.guess, ...(above ? asks : []));
    clear(places.detail, ...(above ? [] : asks), ...inDetail.map((view) => view.element));
    if (!story.length) clear(places.story);
    else if (!story[0].element.isConnected) clear(places.story, story[0].element);
  };
  const show = () => {
    const { state } = app;
    const name = state.view === "story" ? state.shows : state.view;
    const inDetail = name !== "read" ? late[name]() : soon ? (late.read?.() ?? []) : [];
    const story = state.view === "story" ? late.story() : [];
    const guess = state.ask ? (late.guess?.() ?? []) : [];
    const now = [state.view, name, inDetail.length, story.length, guess.length].join();
    if (shown !== now) {
      shown = now;
      arrange(state, inDetail, story, guess);
    }
    for (const view of [...always, ...inDetail, ...story, ...guess]) view.update();
    hide(app.hidden, shown);
  };
  if (!services.label) fitPaper(app);
  app.onUpdate(show);
  show();
  app.follow();
  journeys.keepState();
  return loading.all();
}

/**
 * The places that the views have.
 * @param {App} app
 * @param {Record<"pad" | "network" | "tools" | "journeys", {element: HTMLElement}>
 *   & Record<"welcome" | "menu", {element: HTMLElement} | null>} views
 */
function framework(app, { pad, network, tools, journeys, welcome, menu }) {
  const story = h("div", { id: "story" });
  const guess = h("div", { id: "guess" });
  const detail = h("section", { id: "detail", "aria-label": app.called(phrase("app.page.details")), tabindex: -1 });
  const main = h(
    "div",
    { id: "main" },
    story,
    welcome?.element,
    h("section", { id: "pad", "aria-label": app.called(phrase("app.page.drawing")), "data-part": "pad" }, pad.element),
    h(
      "section",
      { id: "network", "aria-label": app.called(phrase("app.page.theNetwork")), "data-part": "network" },
      guess,
      network.element,
    ),
    detail,
  );
  const skip = () => {
    detail.focus();
    detail.scrollIntoView({ block: "start" });
  };
  const home = (/** @type {MouseEvent} */ event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return; // that is for another tab
    event.preventDefault();
    app.set({ view: "read", shows: "read" }, "push");
  };
  app.root.prepend(
    h(
      "div",
      { class: "page" },
      h("button", { class: "skip", onclick: skip }, phrase("app.page.skipToTheDetails")),
      h(
        "header",
        {},
        h("h1", { class: "unseen" }, phrase("app.page.digitlensDrawADigitWatch")),
        h(
          "a",
          { class: "brand", href: "#read", onclick: home },
          h("span", { class: "mark", "aria-hidden": "true" }),
          "Digitlens",
        ),
        journeys.element,
        h("div", { id: "tools" }, tools.element),
      ),
      main,
      h(
        "footer",
        {},
        h(
          "p",
          {},
          ...woven(phrase("app.page.inspiredByGrantSandersonsTalk"), {
            talk: h("a", { href: TALK, rel: "noreferrer" }, phrase("app.page.butWhatIsANeural")),
          }),
        ),
        menu?.element,
        sizeView(app),
      ),
    ),
  );
  return { main, story, guess, detail };
}

/**
 * Hides the parts that a link or the host leaves out, whenever other parts are on the page.
 * @param {ShadowRoot} root
 * @param {readonly string[] | null} only   null: all
 */
function partsHidden(root, only) {
  let known = "";
  return (/** @type {readonly string[]} */ hidden, /** @type {string} */ shown) => {
    const parts = root.querySelectorAll("[data-part]");
    const now = `${hidden.join()} ${parts.length} ${shown}`;
    if (known === now) return;
    known = now;
    for (const part of parts) {
      const name = part.getAttribute("data-part") ?? "";
      attributes(part, { hidden: hidden.includes(name) || (only !== null && !only.includes(name)) });
    }
  };
}
