// @ts-check
// How large everything is: as usual, larger, or for a projector; remembered where the browser remembers things.

import { phrase } from "../texts/first.js";
import { attributes, h } from "../views/shared/dom.js";

/** @typedef {import("../views/shared/app.js").App} App */

const KEY = "digitlens.size";
const SIZES = /** @type {const} */ ([
  ["usual", 1],
  ["larger", 1.25],
  ["projector", 1.6],
]);

const NAMES = {
  usual: () => phrase("app.size.usual"),
  larger: () => phrase("app.size.larger"),
  projector: () => phrase("app.size.projector"),
};

/** @param {App} app @returns {HTMLElement} */
export function sizeView(app) {
  const host = /** @type {HTMLElement} */ (app.root.host);
  const site = app.services.storage?.site ?? null;
  const buttons = SIZES.map(([name]) =>
    h("button", { type: "button", class: "quiet small", onclick: () => choose(name) }, NAMES[name]()),
  );
  const show = (/** @type {string} */ chosen) => {
    const at = Math.max(
      0,
      SIZES.findIndex(([name]) => name === chosen),
    );
    const [, times] = SIZES[at];
    host.style.setProperty("--size", String(times));
    for (const [i, button] of buttons.entries()) attributes(button, { "aria-pressed": String(i === at) });
  };
  const choose = (/** @type {string} */ name) => {
    try {
      site?.setItem(KEY, name);
    } catch {
      // a browser that remembers nothing: it holds until the page is closed
    }
    show(name);
    app.set({});
  };
  let kept = "";
  try {
    kept = site?.getItem(KEY) ?? "";
  } catch {
    // as usual
  }
  show(kept);
  return h(
    "div",
    { class: "row size", role: "group", "aria-label": phrase("app.size.size") },
    h("span", {}, phrase("app.size.size")),
    ...buttons,
  );
}
