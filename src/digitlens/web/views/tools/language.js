// @ts-check
// The menu of languages. Another one loads the page again, which keeps what it shows.

import { phrase } from "../../texts/first.js";
import { language, LANGUAGES } from "../../texts/language.js";
import { attributes, h } from "../shared/dom.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../texts/language.js").Language} Language */

/** @param {App} app @returns {import("../shared/app.js").View | null}   none where there is one language alone */
export function languageMenu(app) {
  const { languages } = app.services;
  if (!languages) return null;
  const options = languages.has.map((one) =>
    h("option", { value: one, lang: one, selected: one === language() }, LANGUAGES[one]),
  );
  const choose = () => {
    app.follow();
    languages.choose(/** @type {Language} */ (element.value));
  };
  let running = false;
  app.live?.on("run", (run) => (running = run.state === "running"));
  const element = h(
    "select",
    { class: "quiet language", "aria-label": phrase("tools.language.language"), onchange: choose },
    ...options,
  );
  return {
    element,
    update() {
      // a tab that is loaded again has forgotten what it trains
      const trains = running && app.live?.kind === "tab";
      attributes(element, { disabled: trains, title: trains ? phrase("tools.language.training") : false });
    },
  };
}
