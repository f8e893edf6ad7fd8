// @ts-check
// How sure can a network be of nonsense? Noise, nothing, or a scribble on the pad.

import { plain } from "../../core/numbers.js";
import { chance, noise } from "../../model/nonsense.js";
import { h, setText } from "../shared/dom.js";

/** @typedef {import("../shared/app.js").App} App */

/** @param {App} app */
export function nonsenseView(app) {
  let seed = 0;
  const said = h("p", { role: "status" });
  const put = (/** @type {string} */ name, /** @type {Partial<import("../../model/state.js").State>} */ patch) => {
    app.set(patch);
    const { reading, network } = app;
    const largest = plain(reading.trace.a[reading.trace.a.length - 1][reading.digit], 2);
    setText(
      said,
      `Shown ${name}, the network says ${network.classes[reading.digit]}: that output holds ${largest}. It has ` +
        "no way to say “this is no digit”; its ten outputs are no probabilities.",
    );
  };
  const empty = { strokes: [], base: null, baseInk: null, baseStages: null };
  const element = h(
    "section",
    { "data-part": "nonsense", class: "nonsense", "aria-labelledby": "nonsense-title" },
    h("h2", { id: "nonsense-title" }, "How sure is it of nonsense?"),
    h(
      "p",
      { class: "row" },
      h("button", { type: "button", onclick: () => put("noise", { strokes: [], ...noise(seed++) }) }, "Noise"),
      h("button", { type: "button", onclick: () => put("an empty picture", empty) }, "Blank"),
      h(
        "button",
        { type: "button", onclick: () => put("a scribble", { ...empty, strokes: [scribble(seed++)] }) },
        "Scribble",
      ),
    ),
    said,
  );
  return {
    element,
    update() {
      if (app.state.strokes.length > 1 || (app.state.base && app.state.base.kind !== "noise")) setText(said, "");
    },
  };
}

/** A line that goes where it likes. @param {number} seed @returns {number[][]} */
function scribble(seed) {
  const next = chance(seed + 1);
  let [x, y, angle] = [6 + 16 * next(), 6 + 16 * next(), 6.28 * next()];
  const points = [];
  for (let i = 0; i < 60; i++) {
    points.push([x, y]);
    angle += 2.2 * (next() - 0.5);
    if (x < 4 || x > 24 || y < 4 || y > 24) angle = Math.atan2(14 - y, 14 - x) + next() - 0.5;
    [x, y] = [x + 1.3 * Math.cos(angle), y + 1.3 * Math.sin(angle)];
  }
  return points;
}
