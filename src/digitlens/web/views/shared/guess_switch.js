// @ts-check
// The switch that hides what is to be guessed, in Neuron and Learn.

import { attributes, h } from "./dom.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("./app.js").App} App */

/** @param {App} app */
export function guessSwitch(app) {
  const element = h(
    "button",
    { type: "button", class: "guess-switch", onclick: () => app.set({ ask: app.state.ask ? "" : "1" }) },
    phrase("shared.guessSwitch.guessFirst"),
  );
  return { element, update: () => attributes(element, { "aria-pressed": String(app.state.ask !== "") }) };
}
