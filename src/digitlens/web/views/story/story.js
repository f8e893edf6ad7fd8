// @ts-check
// The story's card: what a step says, what there is to try, and the way on. The view beside it is the real one.
//
// Coming to a step prepares the page: what is on the pad, which view, which neuron. A link that brings all that along,
// and the browser's way back, show what they hold. Changes that a step made to the network end with the step.

import { readsDigits, shapeName } from "../../core/shape.js";
import { factsOf } from "../../story/facts.js";
import { STEPS } from "../../story/steps.js";
import { attributes, clear, h, isElsewhere, setText } from "../shared/dom.js";
import { storyPixels } from "./pixels.js";
import { storyPlace } from "./place.js";
import { storyWeights } from "./weights.js";
import { phrase as viewName } from "../../texts/first.js";
import { reasonOf } from "../../texts/language.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../model/model_file.js").StoredNetwork} Network */
/** @typedef {import("../../story/step.js").Try} Try */

const DIGITS = "video"; // a network that reads digits
const BARE = /^#story(\/\d*)?\/?(\?(hide=[^&]*)?)?$/; // an address that names a step and nothing more
const PHONE = 699; // pixels, at most

/** @param {App} app */
export function storyView(app) {
  const [progress, title] = [
    h("p", { class: "progress number", "aria-live": "polite" }),
    h("h2", { "aria-live": "polite" }),
  ];
  const text = h("div", { class: "text" });
  const live = h("p", { class: "live" });
  const reckoning = h("div", { class: "reckoning number" });
  const hint = h("p", { class: "hint" });
  const tries = h("div", { class: "row tries", role: "group", "aria-label": phrase("story.story.try") });
  const beside = { pixels: storyPixels(app), weights: storyWeights(app) };
  const back = h("button", { onclick: () => go(at() - 1) }, phrase("story.story.back"));
  const next = h("button", { class: "next", onclick: () => go(at() === STEPS.length ? 1 : at() + 1) });
  const leave = h("a", { class: "leave", href: "#read" });
  const fold = h("button", {
    class: "quiet fold",
    "aria-controls": "story-text",
    onclick: () => folded(element.dataset.folded !== "true"),
  });
  const words = h("div", { class: "words", id: "story-text" }, text, reckoning, live);
  const side = h("div", { class: "side" }, beside.pixels.element, beside.weights.element);
  const otherWords = h("p");
  const load = h("button", { onclick: () => loadDigits() }, phrase("story.story.loadTheNetwork", { digits: DIGITS }));
  const other = h("div", { class: "notice" }, otherWords, load); // in place of a step, for a network of other classes
  const after = h("div", { class: "row after", role: "group", "aria-label": phrase("story.story.andNow") });
  const ways = h("div", { class: "ways" }, back, next, leave);
  const card = h("div", { class: "beside" }, side, h("div", { class: "doing" }, tries, hint, after));
  const element = h(
    "section",
    { class: "story-card", "aria-label": app.called(phrase("story.story.theStory")) },
    h("div", { class: "top" }, progress, title, fold),
    other,
    words,
    card,
    ways,
  );

  let built = 0; // the step that the card was built for
  let shown = ""; // its text, which follows the network
  /** @type {HTMLElement | null} */
  let held = null; // what had the focus when the page went on: it keeps it, though the card is replaced
  const place = storyPlace(app, element);
  let prepared = 0; // the step that the page was last prepared for
  const isPhone = () => app.width() <= PHONE;
  const isBare = () => BARE.test(app.services.address.fragment());
  let wanted = isBare(); // whether the page is to be prepared again
  let travelled = !wanted; // the state came with an address
  /** @type {{original: Network, network: Network, changed: boolean}} */
  let before = { original: app.original, network: app.network, changed: app.changed };

  const loadDigits = async () => {
    try {
      app.setNetwork(await app.services.networks.fetch(DIGITS), true);
    } catch (error) {
      app.say(phrase("story.story.cannotBeLoaded", { digits: DIGITS, why: reasonOf(error) }));
    }
  };
  const at = () => Math.min(app.state.step, STEPS.length);
  const restore = () => {
    if (app.original !== before.original || app.network === before.network) return;
    if (before.changed) app.setNetwork(before.network);
    else app.resetNetwork();
  };
  const begin = (/** @type {number} */ step) => {
    prepared = step;
    before = { original: app.original, network: app.network, changed: app.changed };
    place.show(STEPS[step - 1].part);
  };
  /** @param {number} step */
  const go = (step) => {
    if (step < 1 || step > STEPS.length) return;
    restore();
    begin(step);
    const { activeElement } = app.root;
    held = activeElement instanceof HTMLElement && element.contains(activeElement) ? activeElement : null;
    app.set({ target: null, ask: "", ...STEPS[step - 1].state, shows: STEPS[step - 1].shows, step }, "push");
    folded(false);
    element.scrollTop = 0;
  };
  /** @param {boolean} how */
  const folded = (how) => {
    attributes(element, { "data-folded": String(how) });
    attributes(fold, { "aria-expanded": String(!how) });
    setText(fold, how ? phrase("story.story.showTheText") : phrase("story.story.foldTheText"));
  };
  /** The story is over. @param {import("../../model/state.js").View} view */
  const goOn = (view) => {
    app.set({ view, shows: "read", ask: "" }, "push");
    app.toTop();
    prepared = 0;
  };
  /** @param {Try} one */
  const attempt = ({ state, change, restore: back, says }) => {
    if (back) restore();
    if (change) app.setNetwork(change(app.network, app.state));
    if (state) app.set(state);
    if (says) app.say(says());
    if (isPhone()) {
      folded(true);
      app.root.getElementById(app.state.shows === "read" ? "pad" : "detail")?.scrollIntoView();
    }
  };
  const build = () => {
    const step = STEPS[at() - 1];
    const facts = factsOf(app.network, app.reading, app.changed);
    const paragraphs = step.says(facts);
    const key = paragraphs.join("\n");
    setText(live, step.live?.(facts) ?? "");
    live.hidden = !step.live || app.hidden.includes("answer");
    if (key !== shown) {
      shown = key;
      clear(text, ...paragraphs.map((paragraph) => h("p", {}, paragraph)));
      clear(reckoning, ...(step.reckoning?.(facts) ?? []).map((line) => h("p", {}, line)));
    }
    if (built === at()) return; // a button that is in use must not be replaced
    built = at();
    setText(progress, phrase("story.story.of", { at: at(), n: STEPS.length }));
    setText(title, step.title());
    setText(hint, phrase("story.story.or", { hint: step.hint() }));
    clear(
      tries,
      h("span", { class: "label" }, phrase("story.story.try2")),
      ...step.tries.map((one) => h("button", { onclick: () => attempt(one) }, one.label())),
    );
    clear(
      after,
      step.after && h("span", { class: "label" }, `${phrase("story.story.andNow")}:`),
      ...(step.after ?? [])
        .filter(({ view }) => app.journeys.includes(view))
        .map(({ label, view }) => h("button", { onclick: () => goOn(view) }, label())),
    );
    after.hidden = !step.after;
    for (const [name, { element: part }] of Object.entries(beside)) part.hidden = step.beside !== name;
    side.hidden = !step.beside;
    reckoning.hidden = !step.reckoning;
    attributes(back, { "aria-disabled": String(at() === 1) });
    setText(next, at() === STEPS.length ? phrase("story.story.fromTheStart") : phrase("story.story.next"));
  };

  leave.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return; // that is for another tab
    event.preventDefault();
    app.set({ view: app.state.shows, ask: "" }, "push");
    prepared = 0;
  });
  const { signal } = app.life;
  const again = (/** @type {Event} */ event) => {
    if (event instanceof MouseEvent && !event.ctrlKey && !event.metaKey && !event.shiftKey)
      [wanted, travelled] = [true, false];
  };
  app.root.querySelector('nav a[data-view="story"]')?.addEventListener("click", again, { signal });
  app.onArrival(() => {
    if (app.state.view !== "story") return;
    wanted = isBare();
    travelled = !wanted;
  });
  const turn = (/** @type {KeyboardEvent} */ event) => {
    if (
      app.state.view !== "story" ||
      event.defaultPrevented ||
      event.altKey ||
      event.ctrlKey ||
      event.metaKey ||
      event.shiftKey
    )
      return;
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step || isElsewhere(app, event) || usesArrows(event.composedPath()[0])) return;
    event.preventDefault();
    go(at() + step);
  };
  document.addEventListener("keydown", turn, { signal });
  folded(false);

  return {
    element,
    update() {
      const about = readsDigits(app.network);
      for (const part of [progress, fold, words, card, ways]) part.hidden = !about;
      other.hidden = about;
      if (!about) {
        const { classes, shape } = app.network;
        setText(title, phrase("story.story.aStoryAboutDigits"));
        setText(
          otherWords,
          phrase("story.story.theStoryExplainsHowHandwritten", { n: classes.length, size: shapeName(shape) }),
        );
        built = 0;
        return;
      }
      if (wanted || (prepared !== at() && !travelled)) {
        begin(at());
        const { state, shows } = STEPS[at() - 1];
        app.set({ target: null, ask: "", ...state, shows, step: at() });
      } else if (prepared !== at()) begin(at());
      wanted = travelled = false;
      build();
      place.update();
      if (held && !app.root.activeElement) held.focus({ preventScroll: true });
      held = null;
      const part = STEPS[at() - 1].beside;
      if (part) beside[part].update();
      setText(leave, phrase("story.story.leaveTheStoryStayHere", { view: viewName(`views.${app.state.shows}`) }));
      attributes(leave, { href: app.link({ ...app.state, view: app.state.shows }) });
    },
  };
}

/** Whether an element has a use of its own for the arrow keys. @param {EventTarget | null} target */
function usesArrows(target) {
  return (
    target instanceof Element &&
    target.closest(
      "#pad, dialog, input, select, textarea, svg, [role=slider], [role=radio], [role=application], [contenteditable]",
    ) !== null
  );
}
