// @ts-check
// What opens the worksheet: a dialog with an exercise to print, loaded when it is wanted.

import { h } from "./dom.js";
import { phrase } from "../../texts/first.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("./services.js").Matrix} Matrix */

const SHEETS = ["views/worksheet/worksheet.css", "views/worksheet/paper.css"];

/** @param {App} app @param {() => Matrix | null} [matrix]   the one that is on the page */
export const worksheetButton = (app, matrix = () => null) =>
  h(
    "button",
    {
      "aria-haspopup": "dialog",
      hidden: !app.services.journeys.worksheet,
      onclick: () => openWorksheet(app, matrix()),
    },
    phrase("shared.worksheetButton.worksheet"),
  );

/** @param {App} app @param {Matrix | null} [matrix] */
export async function openWorksheet(app, matrix = null) {
  const load = app.services.journeys.worksheet;
  if (!load) return;
  // its key would give away what is to be guessed, or what a teacher hides
  if (app.hidden.includes("answer")) return app.say(phrase("shared.worksheetButton.theAnswerIsHidden"));
  try {
    const [open] = await Promise.all([load(), app.services.styles(app.root, SHEETS)]);
    if (!app.life.signal.aborted) open(app, matrix);
  } catch {
    app.say(phrase("app.lateView.thisViewCannotBeLoaded"));
  }
}
