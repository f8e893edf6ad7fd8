// @ts-check
// The links in the header, one a journey: Read, Neuron, Learn ...; those that the host has.

import { toFragment } from "../model/state.js";
import { phrase } from "../texts/first.js";
import { attributes, h } from "../views/shared/dom.js";

/** @typedef {import("../model/state.js").State} State */
/** @typedef {import("../views/shared/app.js").App} App */

/** @param {App} app */
export function journeysView(app) {
  const inOrder = [...app.journeys].sort((one, other) => Number(other === "story") - Number(one === "story"));
  const links = inOrder.map((view) => {
    const follow = (/** @type {MouseEvent} */ event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return; // that is for another tab
      event.preventDefault();
      // the story asks for itself alone
      app.set({ view, shows: "read", ...(app.state.view === "story" && view !== "story" && { ask: "" }) }, "push");
      app.toTop();
    };
    return { view, link: h("a", { "data-view": view, onclick: follow }, phrase(`views.${view}`)) };
  });
  return {
    element: h("nav", { "aria-label": app.called(phrase("app.journeys.journeys")) }, ...links.map(({ link }) => link)),
    /** Each link keeps what is on the pad, so that it can be opened in another tab. */
    keepState() {
      for (const { view, link } of links)
        attributes(link, { href: `#${toFragment({ ...app.state, view, shows: "read" })}` });
    },
    update() {
      for (const { view, link } of links)
        attributes(link, { "aria-current": app.state.view === view ? "page" : false });
    },
  };
}
