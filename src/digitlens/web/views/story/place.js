// @ts-check
// The part of the page that a step of the story speaks of: it comes into view beside the card, once, and is marked.

import { attributes } from "../shared/dom.js";

/** @typedef {import("../shared/app.js").App} App */

const ROOM = 12; // pixels between the card and what it speaks of
const LATE = 3000; // ms, until what is there late has taken its place
const MOMENTS = [60, 150, 350, 700, 1200, 2000, 2900]; // of them at which this is looked at
const PHONE = 699; // pixels, at most

/** @param {App} app @param {HTMLElement} card */
export function storyPlace(app, card) {
  let part = "";
  let wanted = false; // it is to come into view
  let late = 0;
  /** @type {Element | null} */
  let marked = null;

  const find = () => {
    const question = app.question ? app.root.querySelector(".guess") : null; // it comes first
    return {
      told: part ? app.root.querySelector(part) : null,
      to: question ?? app.root.querySelector(part || "#none"),
    };
  };
  /** The free height of the window: from under the card, or, on a phone, down to it. */
  const free = () => {
    const { top, bottom } = card.getBoundingClientRect();
    const pad = app.root.querySelector("#pad"); // on a phone a strip that stays, in Neuron and Learn
    const strip = pad && getComputedStyle(pad).position === "sticky" ? pad.getBoundingClientRect().height : 0;
    return app.width() <= PHONE ? { top: strip, bottom: top } : { top: Math.max(0, bottom), bottom: innerHeight };
  };
  const bring = () => {
    const { to } = find();
    if (!to?.isConnected || !to.checkVisibility()) return;
    const { top, bottom } = to.getBoundingClientRect();
    const room = free();
    if (top >= room.top && bottom <= room.bottom) return;
    for (let i = 0; i < 2; i++) {
      // once the card sticks to the top, it stands elsewhere than before
      const by = to.getBoundingClientRect().top - free().top - ROOM;
      if (Math.abs(by) > 1) window.scrollBy({ top: by, behavior: "instant" });
    }
  };
  const mark = () => {
    const { told } = find();
    if (told === marked) return;
    if (marked) attributes(marked, { "data-told": false });
    if (told) attributes(told, { "data-told": true });
    marked = told;
  };
  const resized = new ResizeObserver(() => {
    const main = /** @type {HTMLElement | null} */ (app.root.querySelector("#main"));
    main?.style.setProperty("--story-height", app.width() <= PHONE ? "0px" : `${card.offsetHeight}px`);
  });
  resized.observe(card);
  app.life.observes(resized);
  app.onUpdate(() => {
    if (app.state.view === "story" || !marked) return;
    attributes(marked, { "data-told": false });
    marked = null;
  });
  /** Once more, as long as what is there late may still push it away, and nobody has scrolled. */
  const again = () => {
    if (wanted && performance.now() < late) bring();
  };
  for (const type of ["wheel", "touchmove", "keydown", "pointerdown"])
    app.root.host.addEventListener(type, () => (wanted = false), { signal: app.life.signal, passive: true });
  return {
    /** @param {string} selector */
    show(selector) {
      part = selector;
      app.life.frame(() => {
        // what led here, a click or a key, is over
        [wanted, late] = [true, performance.now() + LATE];
        again();
        for (const ms of MOMENTS) app.life.after(again, ms);
      });
    },
    update() {
      mark();
      app.life.frame(again);
    },
  };
}
