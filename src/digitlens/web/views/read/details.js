// @ts-check
// What stands beneath the network in Read: why this answer, how the picture was prepared, how sure it is of nonsense.
// The first reading does not need it, so it comes a moment later.

import { h } from "../shared/dom.js";
import { openOpinion } from "./opinion.js";
import { nonsenseView } from "./nonsense.js";
import { preparationView } from "./preparation.js";
import { whyView } from "./why.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../shared/app.js").View} View */

const AGAIN = 3_000; // ms until what could not be loaded is tried again

/** @param {App} app */
export function readDetails(app) {
  const views = [whyView(app), preparationView(app), nonsenseView(app)];
  const opinion = secondOpinion(app); // it lies under the answer, whatever is shown
  app.onUpdate(() => opinion.views().forEach((view) => view.update()));
  return {
    element: h("div", { class: "read-details" }, ...views.map(({ element }) => element)),
    update: () => views.forEach((view) => view.update()),
  };
}

/** What the larger network says, once there is something to ask it about. @param {App} app */
function secondOpinion(app) {
  const views = /** @type {View[]} */ ([]);
  let asked = false;
  const ask = async () => {
    asked = true;
    try {
      views.push(...(await openOpinion(app)));
      app.set({});
    } catch {
      app.life.after(() => (asked = false), AGAIN); // nobody answers; the next drawing tries again
    }
  };
  return {
    views() {
      const { view, strokes, base } = app.state;
      if (!asked && view === "read" && (strokes.length || base)) ask();
      return views;
    },
  };
}
