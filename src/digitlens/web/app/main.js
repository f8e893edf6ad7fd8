// @ts-check
// The page: one state, one network, one reading, and the views that show them.
//
// Whatever happens, happens through app.set() and app.setNetwork(); the next frame brings all views up to date. What
// was drawn and chosen stands in the address, a changed network in the tab's own storage, so that a reload loses
// nothing.

import { copy } from "../core/network.js";
import { read } from "../model/reading.js";
import { fromFragment, snap, toFragment, validFor } from "../model/state.js";
import { attributes, clear, h } from "../views/shared/dom.js";
import { fetchNetwork } from "../views/shared/network_file.js";
import { diagramView } from "../views/network/diagram.js";
import { remember, remembered } from "./tab_storage.js";
import { nonsenseView } from "../views/read/nonsense.js";
import { padView } from "../views/read/pad.js";
import { preparationView } from "../views/read/preparation.js";
import { openLine } from "./connection.js";
import { connectionView } from "../views/tools/connection.js";
import { toolsView } from "../views/tools/tools.js";

/** @typedef {import("../model/state.js").State} State */
/** @typedef {import("../model/model_file.js").StoredNetwork} Network */
/** @typedef {import("../model/reading.js").Reading} Reading */
/** @typedef {import("../views/shared/app.js").App} App */
/** @typedef {import("../views/shared/app.js").View} View */

const DEFAULT = "video";
const SOON = 250; // ms after the start until the views that were not wanted yet are loaded, too
const QUIET = 300; // ms without a change until the address follows

/**
 * @param {Network} loaded
 * @param {{original: Network | null, network: Network | null}} kept   from before a reload
 * @returns {App}
 */
function createApp(loaded, kept) {
  let state = fromFragment(location.hash);
  let original = kept.original ?? loaded;
  let network = kept.network ?? original;
  let changed = kept.network !== null;
  /** @type {Reading | null} */
  let reading = null;
  let frame = 0;
  let quiet = 0;

  const follow = (how = "replace") => {
    clearTimeout(quiet);
    const fragment = `#${toFragment(state)}`;
    linkJourneys(state);
    if (fragment === location.hash) return;
    if (how === "push") history.pushState(null, "", fragment);
    else history.replaceState(null, "", fragment);
  };
  const update = () => {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      show();
    });
  };
  /** @param {Partial<State>} patch */
  const change = (patch) => {
    if (patch.strokes) patch = { ...patch, strokes: snap(patch.strokes) };
    state = validFor({ ...state, ...patch }, network);
    if ("strokes" in patch || "baseInk" in patch || "prepare" in patch) reading = null;
    update();
  };
  const said = /** @type {HTMLElement} */ (document.getElementById("said"));
  let saying = 0;

  /** @type {App} */
  const app = {
    get state() {
      return state;
    },
    get network() {
      return network;
    },
    get original() {
      return original;
    },
    get changed() {
      return changed;
    },
    get reading() {
      return (reading ??= read(state, network, state.prepare));
    },
    set(patch, how = "replace") {
      if (how === "push") follow(); // so that going back finds what was drawn until now
      change(patch);
      clearTimeout(quiet);
      if (how === "push") follow("push");
      else quiet = window.setTimeout(follow, QUIET);
    },
    setNetwork(next, another = false) {
      [network, reading] = [next, null];
      if (another) original = copy(next);
      changed = !another;
      remember(another ? original : null, another ? null : network);
      change({});
    },
    resetNetwork() {
      [network, reading, changed] = [original, null, false];
      remember(null, null);
      change({});
    },
    say(text) {
      clearTimeout(saying);
      said.textContent = text;
      said.classList.add("shown");
      saying = window.setTimeout(() => said.classList.remove("shown"), 2500 + 40 * text.length);
    },
    live: openLine(),
    link: (of = state) => `${location.origin}${location.pathname}#${toFragment(of)}`,
  };
  state = validFor(state, network);

  window.addEventListener("popstate", () => {
    state = validFor(fromFragment(location.hash), network);
    reading = null;
    update();
  });
  window.addEventListener("pointerup", () => setTimeout(follow)); // a reload right after a stroke must find it
  window.addEventListener("pagehide", () => follow());
  for (const link of journeys()) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return; // that is for another tab
      event.preventDefault();
      app.set({ view: viewOf(link), shows: "read" }, "push");
      scrollTo({ top: 0 });
    });
  }
  const show = page(app);
  show();
  follow();
  return app;
}

/**
 * Puts the views on the page; what comes back shows the state as it is.
 * @param {App} app
 * @returns {() => void}
 */
function page(app) {
  const place = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
  const main = /** @type {HTMLElement} */ (document.querySelector("main"));
  const always = [padView(app), diagramView(app), toolsView(app), connectionView(app)];
  for (const [index, id] of ["pad", "network", "tools", "connection"].entries())
    clear(place(id), always[index].element);
  const later = {
    neuron: arriving("neuron", async () => (await import("../views/neuron/neuron.js")).neuronView(app), app),
    learn: arriving("learn", async () => (await import("../views/learn/learn.js")).learnView(app), app),
    train: arriving("train", async () => (await import("../views/train/train.js")).trainView(app), app),
    compare: arriving("compare", async () => (await import("../views/compare/compare.js")).compareView(app), app),
    story: arriving("story", async () => (await import("../views/story/story.js")).storyView(app), app),
  };
  const read = [preparationView(app), nonsenseView(app)];
  const opinions = /** @type {View[]} */ ([]); // of the larger network, once there was something to ask it about
  let [whole, asked] = [false, false];
  const ask = async () => {
    asked = true;
    opinions.push(...(await (await import("../views/read/opinion.js")).openOpinion(app)));
    app.set({});
  };
  const views = (/** @type {import("../model/state.js").Shown} */ name) => (name === "read" ? read : later[name]());
  setTimeout(async () => {
    // so that they are here when the server is gone
    Object.values(later).forEach((view) => view(true));
    await Promise.all(loading);
    document.documentElement.dataset.whole = "true";
    whole = true;
    app.set({});
  }, SOON);
  let shown = "";
  let hidden = "";

  return () => {
    const { state } = app;
    const detail = state.view === "story" ? state.shows : state.view;
    const [inDetail, story] = [views(detail), state.view === "story" ? later.story() : []];
    const now = [state.view, detail, inDetail.length, story.length].join();
    if (shown !== now) {
      shown = now;
      main.dataset.view = detail;
      main.dataset.story = String(state.view === "story");
      clear(place("detail"), ...inDetail.map((view) => view.element));
      if (!story.length) clear(place("story"));
      else if (!story[0].element.isConnected) clear(place("story"), story[0].element);
      for (const link of journeys()) attributes(link, { "aria-current": viewOf(link) === state.view ? "page" : false });
    }
    for (const view of [...always, ...inDetail, ...story, ...opinions]) view.update();
    if (whole && !asked && state.view === "read" && (state.strokes.length || state.base)) ask();
    const parts = document.querySelectorAll("[data-part]");
    const hiding = `${state.hide.join()} ${parts.length} ${shown}`;
    if (hiding !== hidden) {
      hidden = hiding;
      for (const part of parts) attributes(part, { hidden: state.hide.includes(part.getAttribute("data-part") ?? "") });
    }
  };
}

const PLOTS = ["vendor/uplot/uPlot.min.css", "views/shared/plot.css", "views/train/train.css"];
const STYLES = /** @type {Record<string, string[]>} */ ({
  train: PLOTS,
  compare: [...PLOTS, "views/compare/compare.css"],
}); // of views with more than their own
const loading = /** @type {Set<Promise<void>>} */ (new Set());

/**
 * A view whose modules and style are loaded when it is first wanted, or ahead of that: none until it is there.
 * @param {string} name
 * @param {() => Promise<View>} load
 * @param {App} app
 * @returns {(ahead?: boolean) => View[]}
 */
function arriving(name, load, app) {
  const there = /** @type {View[]} */ ([]);
  let [asked, wanted] = [false, false];
  const arrive = async () => {
    asked = true;
    try {
      for (const file of STYLES[name] ?? [`views/${name}/${name}.css`]) await styled(file);
      there.push(await load());
      app.set({});
    } catch {
      asked = false;
      if (wanted) app.say("This view cannot be loaded: the server is gone. It will be tried again.");
    }
  };
  return (ahead = false) => {
    wanted ||= !ahead;
    if (!asked) loading.add(arrive());
    return there;
  };
}

/** @param {string} file @returns {Promise<void>} */
function styled(file) {
  return new Promise((done, fail) => {
    if (document.querySelector(`link[href="${file}"]`)) return done();
    const link = h("link", {
      rel: "stylesheet",
      href: file,
      onload: () => done(),
      onerror: () => (link.remove(), fail(new Error(file))),
    });
    document.head.append(link);
  });
}

/** @returns {HTMLElement[]} the links to the four journeys */
const journeys = () => Array.from(document.querySelectorAll("nav a"), (link) => /** @type {HTMLElement} */ (link));

/** @param {HTMLElement} link */
const viewOf = (link) => /** @type {State["view"]} */ (link.dataset.view);

/** Each link keeps what is on the pad, so that it can be opened in another tab. @param {State} state */
function linkJourneys(state) {
  for (const link of journeys())
    attributes(link, { href: `#${toFragment({ ...state, view: viewOf(link), shows: "read" })}` });
}

/**
 * The name of the network that the server was started with; without such a server, of the one that ships.
 * @returns {Promise<string>}
 */
async function wanted() {
  try {
    const offered = await (await fetch("api/networks")).json();
    return offered.find((/** @type {{default: boolean}} */ one) => one.default)?.name ?? DEFAULT;
  } catch {
    return DEFAULT;
  }
}

/**
 * The network that the server was started with. Where the page cannot compute that one, for only Python knows its
 * activation function, the one that ships takes its place, and `why` says so.
 * @returns {Promise<{network: Network, why: string}>}
 */
async function firstNetwork() {
  const name = await wanted();
  try {
    return { network: await fetchNetwork(name), why: "" };
  } catch (error) {
    if (name === DEFAULT) throw error;
    const network = await fetchNetwork(DEFAULT);
    return {
      network,
      why: `${DEFAULT} is shown in place of ${name}: ${error instanceof Error ? error.message : error}.`,
    };
  }
}

async function start() {
  try {
    const { network, why } = await firstNetwork();
    const app = createApp(network, remembered());
    if (why) app.say(why);
    Object.assign(window, { digitlens: app }); // for the curious, in the browser's console
    for (let seen = 0; seen < loading.size; ) {
      // a step of the story, once there, wants the view that it shows
      seen = loading.size;
      await Promise.all(loading);
      await new Promise((drawn) => setTimeout(() => requestAnimationFrame(drawn), 20));
    }
    document.documentElement.dataset.ready = "true";
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    clear(
      /** @type {HTMLElement} */ (document.querySelector("main")),
      h("p", { class: "trouble", role: "alert" }, `Digitlens could not start: ${why}. Reload the page to try again.`),
    );
  }
}

start();
