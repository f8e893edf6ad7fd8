// @ts-check
// Whether the server is there. Drawing, looking and training in the tab never need it; the page only says when it is
// gone, and when it is back. The connection is tried again when the machine wakes, is online again, or somebody looks.

import { h, setText } from "../shared/dom.js";
import { phrase } from "../../texts/first.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../train/trainer.js").Trainer} Trainer */

const BACK = 4_000; // ms for which it says that all is well again

/** @param {App} app @param {Trainer} live */
export function connectionView(app, live) {
  const { life } = app;
  const trains = app.live?.all?.some(({ kind }) => kind === "tab");
  const light = h("span", { class: "light", "aria-hidden": "true" });
  const words = h("span", { role: "status" });
  const again = h("button", { class: "quiet", onclick: () => live.attempt() }, phrase("tools.connection.tryNow"));
  const element = h("div", { class: "connection" }, light, words, again);

  /** @param {"quiet" | "gone" | "back"} how */
  const show = (how) => {
    element.dataset.how = how;
    const text = {
      quiet: "",
      gone: trains
        ? phrase("tools.connection.theServerIsGoneDrawing")
        : phrase("tools.connection.theServerIsGoneDrawing2"),
      back: phrase("tools.connection.theServerIsBack"),
    };
    setText(words, text[how]);
    again.hidden = how !== "gone";
  };
  const look = () => {
    if (document.visibilityState === "visible") live.ask();
  };

  live.on("state", ({ state, before }) => {
    if (state === "gone") show("gone");
    else if (before === "gone") {
      show("back");
      life.after(() => element.dataset.how === "back" && show("quiet"), BACK);
    }
  });
  const { signal } = life;
  document.addEventListener("visibilitychange", look, { signal });
  window.addEventListener("online", look, { signal });
  window.addEventListener("pagehide", () => live.leave(true), { signal });
  const arrive = (/** @type {PageTransitionEvent} */ event) => {
    live.leave(false);
    if (event.persisted) live.attempt();
  };
  window.addEventListener("pageshow", arrive, { signal });
  show("quiet");
  live.attempt();
  return { element, update() {} };
}
