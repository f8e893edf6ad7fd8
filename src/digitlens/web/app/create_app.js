// @ts-check
// The page as a component: createApp(element, services) puts one into an element, with ids and styles of its own, and
// knows nothing of where it stands. Several may live in one document; destroy() leaves nothing of one behind.
//
// One state, one network, one reading. Whatever happens, happens through app.set() and app.setNetwork(); the next frame
// brings all views up to date.

import { copy } from "../core/network.js";
import { read } from "../model/reading.js";
import { guessing } from "../model/guessing.js";
import { withChanges } from "../model/changed_link.js";
import { changesIn, fromFragment, snap, validFor, VIEWS } from "../model/state.js";
import { h } from "../views/shared/dom.js";
import { frames } from "../views/shared/frames.js";
import { keepAddress } from "./address.js";
import { announcer } from "./announcer.js";
import { lifetime } from "../views/shared/lifetime.js";
import { fillPage } from "./page.js";
import { FIRST_SHEETS } from "./sheets.js";
import { tabStorage } from "./tab_storage.js";
import { themes } from "../views/shared/theme.js";
import { reasonOf } from "../texts/language.js";
import { phrase } from "../texts/first.js";

/** @typedef {import("../model/state.js").State} State */
/** @typedef {import("../model/model_file.js").StoredNetwork} Network */
/** @typedef {import("../model/reading.js").Reading} Reading */
/** @typedef {import("../views/shared/app.js").App} App */
/** @typedef {import("../views/shared/lifetime.js").Lifetime} Lifetime */
/** @typedef {import("../views/shared/services.js").Services} Services */
/**
 * @typedef {Object} Component
 * @property {Promise<App>} ready    the views that it begins with are there; never, where it could not start and says
 *   so
 * @property {Promise<void>} whole   all its views are there
 * @property {() => void} destroy
 */

const NARROW = 699; // pixels, at most, as in the style sheets
const TRAINS = /** @type {readonly State["view"][]} */ (["train", "compare"]);

/**
 * @param {HTMLElement} element   the component becomes its last child
 * @param {Services} services
 * @returns {Component}
 */
export function createApp(element, services) {
  const life = lifetime();
  const host = h("div", { class: "digitlens", "data-bare": services.bare ?? false });
  const root = host.attachShadow({ mode: "open" });
  const theme = themes(host, services, life);
  element.append(host);
  const whole = resolvers();
  const ready = (async () => {
    try {
      const [{ network, why }] = await Promise.all([services.networks.first(), services.styles(root, FIRST_SHEETS)]);
      life.signal.throwIfAborted();
      const app = appOf({ root, life, services, theme }, network);
      await fillPage(app, whole.resolve);
      if (why) app.say(why);
      else if (app.strangeChanges) app.say(phrase("app.createApp.thisLinkChangesNeuronsOf"));
      return app;
    } catch (error) {
      if (!life.signal.aborted) couldNotStart(root, error);
      return new Promise(() => {});
    }
  })();
  return {
    ready,
    whole: whole.promise,
    destroy() {
      life.end();
      services.trainer?.destroy();
      host.remove();
    },
  };
}

/** @param {ShadowRoot} root @param {unknown} error */
function couldNotStart(root, error) {
  const why = reasonOf(error);
  const text = phrase("app.createApp.digitlensCouldNotStartReload", { why });
  root.replaceChildren(h("p", { class: "trouble", role: "alert" }, text));
}

/** @returns {{promise: Promise<any>, resolve: (value: any) => void}} */
function resolvers() {
  let resolve = /** @type {(value: any) => void} */ (() => {});
  const promise = new Promise((done) => (resolve = done));
  return { promise, resolve };
}

/**
 * @param {Pick<App, "root" | "life" | "services" | "theme">} given
 * @param {Network} loaded
 * @returns {App}
 */
function appOf({ root, life, services, theme }, loaded) {
  const storage = tabStorage(services.storage?.tab ?? null, life);
  const kept = storage.remembered();
  const journeys = VIEWS.filter(
    (view) => view === "read" || (services.journeys[view] && (services.trainer || !TRAINS.includes(view))),
  );
  let original = kept.original ?? loaded;
  let network = kept.network ?? original;
  let changed = kept.network !== null;
  /** @type {Reading | null} */
  let reading = null;
  /** @type {import("../model/state.js").Strokes | null} */
  let demo = null;
  /** @type {import("../views/shared/app.js").Lesson | null} */
  let lesson = null;
  const guesses = guessing();
  const viewers = /** @type {Set<() => void>} */ (new Set());
  const arrivals = /** @type {Set<() => void>} */ (new Set());
  const update = frames(life, () => viewers.forEach((view) => view()));

  /** @param {State} next @returns {State} */
  const valid = (next) => {
    const [view, shows] = [next.view, next.shows].map((one) => (journeys.includes(one) ? one : "read"));
    return validFor(/** @type {State} */ ({ ...next, view, shows }), network);
  };
  let state = valid(fromFragment(services.address.fragment()));
  const changes = changesIn(services.address.fragment());
  const changedBy = changes.length ? withChanges(original, changes) : null;
  if (changedBy) {
    [network, changed] = [changedBy, true];
    storage.remember(null, network);
  }
  /** @param {Partial<State>} patch */
  const change = (patch) => {
    if (demo && Object.keys(patch).length) [demo, reading] = [null, null];
    if (patch.strokes) patch = { ...patch, strokes: snap(patch.strokes) };
    state = valid({ ...state, ...patch });
    if ("strokes" in patch || "baseInk" in patch || "prepare" in patch) reading = null;
    update();
  };
  const address = keepAddress(
    services.address,
    root,
    life,
    () => state,
    (next) => {
      state = valid(next);
      reading = demo = null;
      for (const listener of arrivals) listener();
      update();
    },
  );
  const said = h("div", { id: "said", role: "status", "aria-live": "polite" });
  root.append(said);

  /** @type {App} */
  const app = {
    root,
    life,
    services,
    theme,
    journeys,
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
      return (reading ??= read(demo ? { ...state, strokes: demo } : state, network, state.prepare));
    },
    get lesson() {
      return lesson;
    },
    teach(next) {
      if (lesson?.batch === next?.batch) return;
      lesson = next;
      update();
    },
    get resting() {
      const { view, shows, strokes, baseInk } = state;
      return !demo && !strokes.length && !baseInk && (view === "story" ? shows : view) === "read";
    },
    get question() {
      return demo ? null : guesses.pending(state, app.reading);
    },
    guessed() {
      guesses.done(state);
      update();
    },
    get hidden() {
      return demo ? state.hide : guesses.hidden(state, app.reading, network);
    },
    get demo() {
      return demo;
    },
    demonstrate(strokes) {
      [demo, reading] = [strokes, null];
      update();
    },
    set(patch, how = "replace") {
      if (how === "push") address.follow(); // so that going back finds what was drawn until now
      change(patch);
      if (how === "push") address.follow("push");
      else address.followSoon();
    },
    setNetwork(next, another = false) {
      [network, reading] = [next, null];
      if (another) original = copy(next);
      changed = !another;
      storage.remember(another ? original : null, another ? null : network);
      change({});
    },
    resetNetwork() {
      [network, reading, changed] = [original, null, false];
      storage.remember(null, null);
      change({});
    },
    say: announcer(said, life),
    live: services.trainer ?? null,
    link: address.link,
    strangeChanges: changes.length > 0 && !changedBy,
    follow: () => address.follow(),
    onUpdate: (view) => {
      viewers.add(view);
      return () => viewers.delete(view);
    },
    onArrival: (listener) => arrivals.add(listener),
    called: (name) => (services.label ? `${name}, ${services.label}` : name),
    width: () => root.host.clientWidth,
    showDetail() {
      // a frame later it is there, and the pad is a strip
      if (app.width() <= NARROW)
        life.frame(() => life.frame(() => root.getElementById("detail")?.scrollIntoView({ block: "start" })));
    },
    toTop: () => root.host.scrollIntoView({ block: "start" }),
  };
  return app;
}
