// @ts-check
// The links in the header, one a journey: Read, Neuron, Learn ...

import { toFragment } from "../model/state.js";
import { attributes } from "../views/shared/dom.js";

/** @typedef {import("../model/state.js").State} State */
/** @typedef {import("../views/shared/app.js").App} App */

/** @returns {HTMLElement[]} */
const links = () => Array.from(document.querySelectorAll("nav a"), (link) => /** @type {HTMLElement} */ (link));

/** @param {HTMLElement} link */
const viewOf = (link) => /** @type {State["view"]} */ (link.dataset.view);

/** Each link keeps what is on the pad, so that it can be opened in another tab. @param {State} state */
export function linkJourneys(state) {
  for (const link of links())
    attributes(link, { href: `#${toFragment({ ...state, view: viewOf(link), shows: "read" })}` });
}

/** @param {State["view"]} view */
export function markJourney(view) {
  for (const link of links()) attributes(link, { "aria-current": viewOf(link) === view ? "page" : false });
}

/** A click changes the view, without loading the page again. @param {App} app */
export function followJourneys(app) {
  for (const link of links()) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return; // that is for another tab
      event.preventDefault();
      app.set({ view: viewOf(link), shows: "read" }, "push");
      scrollTo({ top: 0 });
    });
  }
}
