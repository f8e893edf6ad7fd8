// @ts-check
// The first minute: what this page is, in a title and a sentence; the two things to do; and an example 7 that draws
// itself, once, and is read. It ends with the first touch or key. It is no part of the state: no link holds it.

import { readsDigits } from "../../core/shape.js";
import { SEVEN } from "../../story/seven.js";
import { attributes, h, isElsewhere } from "../shared/dom.js";
import { phrase } from "../../texts/first.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../model/state.js").Strokes} Strokes */

const SEEN = "digitlens.example"; // in the tab's storage: it has drawn itself already
const WAITS = 600; // ms until it begins
const LASTS = 1500; // ms that it takes to draw
const STILL = "(prefers-reduced-motion: reduce)";
const MODIFIERS = ["Shift", "Control", "Alt", "Meta"];

/**
 * @param {App} app
 * @param {() => void} play   plays the forward pass on the network
 */
export function welcomeView(app, play) {
  const start = h(
    "button",
    { type: "button", class: "main", onclick: () => draw() },
    phrase("read.welcome.drawADigit"),
  );
  const story = h(
    "button",
    { type: "button", onclick: () => app.set({ view: "story", shows: "read", step: 1 }, "push") },
    phrase("read.welcome.newHereStartTheStory"),
  );
  const element = h(
    "section",
    {
      id: "welcome",
      "data-part": "welcome",
      "data-title": phrase("read.welcome.theTitle"),
      "aria-labelledby": "welcome-title",
    },
    h(
      "div",
      {},
      h("h2", { id: "welcome-title" }, phrase("read.welcome.watchANeuralNetworkRead")),
      h("p", {}, phrase("read.welcome.itAnswersWhileYouDraw")),
    ),
    h("div", { class: "row" }, start, app.journeys.includes("story") && story),
  );
  let stays = false; // on a narrow page it lies above the pad, which must not move under the pen
  let asked = false;

  const draw = () => {
    const surface = /** @type {HTMLElement | null} */ (app.root.querySelector(".surface"));
    surface?.focus({ preventScroll: true });
    surface?.scrollIntoView({ block: "nearest" });
  };
  const empty = () => !app.state.strokes.length && !app.state.baseInk;
  const welcome = () => app.state.view === "read" && !app.services.bare && readsDigits(app.network);

  /** The example draws itself, unless it did so before in this tab. */
  const begin = () => {
    asked = true;
    const { hide } = app.state;
    if (!empty() || hide.includes("pad") || hide.includes("network") || seen(app)) return;
    if (matchMedia(STILL).matches) return app.demonstrate(SEVEN);
    app.life.after(() => {
      if (!empty() || !welcome() || stopped) return;
      const began = performance.now();
      const grow = () => {
        if (stopped || (app.demo === null && performance.now() - began > 100)) return;
        const share = Math.min(1, (performance.now() - began) / LASTS);
        app.demonstrate(partOf(SEVEN, share));
        if (share < 1) app.life.frame(grow);
        else play();
      };
      grow();
    }, WAITS);
  };
  let stopped = false;
  const stop = (/** @type {Event} */ event) => {
    if (event instanceof KeyboardEvent && (MODIFIERS.includes(event.key) || isElsewhere(app, event))) return;
    stopped = true;
    if (!app.demo) return;
    // whoever opens a neuron, or another view, means the example that is read there
    const takes = event
      .composedPath()
      .some((one) => one instanceof Element && one.matches("#network, nav a:not([aria-current])"));
    if (takes && event.type === "pointerdown") app.set({ strokes: SEVEN });
    else app.demonstrate(null);
  };
  const { signal } = app.life;
  app.root.addEventListener("pointerdown", stop, { signal, capture: true });
  document.addEventListener("keydown", stop, { signal, capture: true });

  return {
    element,
    update() {
      const first = welcome();
      if (!first) stays = false;
      if (first && empty()) stays = true;
      const main = app.root.getElementById("main");
      attributes(main ?? element, { "data-welcome": first && stays && (empty() ? "empty" : "drawn") });
      if (first && !asked) begin();
    },
  };
}

/** Whether the example has drawn itself in this tab; from now on it has. @param {App} app */
function seen({ services }) {
  try {
    const tab = services.storage?.tab;
    if (!tab) return false;
    if (tab.getItem(SEEN)) return true;
    tab.setItem(SEEN, "1");
  } catch {
    // a browser that remembers nothing
  }
  return false;
}

/**
 * The first part of a drawing, by length.
 * @param {Strokes} strokes
 * @param {number} share   0 to 1
 * @returns {Strokes}
 */
export function partOf(strokes, share) {
  const length = (/** @type {number[]} */ one, /** @type {number[]} */ other) =>
    Math.hypot(other[0] - one[0], other[1] - one[1]);
  const all = strokes.reduce(
    (sum, stroke) => sum + stroke.slice(1).reduce((s, p, i) => s + length(stroke[i], p), 0),
    0,
  );
  let left = share * all;
  const part = /** @type {Strokes} */ ([]);
  for (const stroke of strokes) {
    const drawn = [stroke[0]];
    part.push(drawn);
    for (let i = 1; i < stroke.length; i++) {
      const step = length(stroke[i - 1], stroke[i]);
      const go = Math.min(1, left / step);
      drawn.push([0, 1].map((k) => stroke[i - 1][k] + go * (stroke[i][k] - stroke[i - 1][k])));
      left -= step;
      if (left <= 0) return part;
    }
  }
  return part;
}
