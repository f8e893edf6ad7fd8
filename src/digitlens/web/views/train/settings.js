// @ts-check
// The settings of a training, each with what is wrong with it in words; Live and the learning rate come first.

import { LIVE_EPOCHS } from "../../train/settings.js";
import { attributes, clear, h, setText } from "../shared/dom.js";
import { recipeForm } from "./form.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../train/settings.js").Choices} Choices */
/** @typedef {import("../../train/settings.js").Settings} Settings */
/** @typedef {import("../../train/settings.js").Wanted} Wanted */
/** @typedef {import("./fields.js").Change} Change */

const FAST = ["compiled", "WebAssembly"]; // engines

/** @param {App} app @param {Change} change @param {HTMLElement} data   which digits it learns from */
export function settingsView(app, change, data) {
  const recipes = h("div", {
    class: "row",
    role: "group",
    "aria-label": phrase("train.settings.startFromTheSettingsOf"),
  });
  const short = h("p", { class: "dim" });
  const live = h(
    "button",
    {
      type: "button",
      role: "switch",
      class: "switch",
      "aria-checked": "false",
      onclick: () => change({ live: app.state.settings.live === "1" ? null : "1" }),
    },
    phrase("train.settings.live"),
  );
  const slow = h("p", { class: "dim" });
  const form = recipeForm(change);
  const quick = h(
    "section",
    { class: "quick", "aria-label": phrase("train.settings.liveAndTheLearningRate") },
    h("div", { class: "live" }, live, slow),
    form.sliders,
  );
  const element = h(
    "div",
    { class: "settings" },
    h("div", { class: "base" }, h("h3", {}, phrase("train.settings.startFrom")), recipes, short),
    data,
    form.usual,
    form.more,
  );
  let listed = "";

  return {
    element,
    quick,
    /** The names of the fields that have a control. */
    get fields() {
      return form.names;
    },
    /**
     * @param {Choices} choices
     * @param {Settings} typed
     * @param {Wanted} wanted
     * @param {Record<string, string>} wrong
     * @param {any} header
     */
    update(choices, typed, { base, fields: changed }, wrong, header) {
      const names = Object.keys(choices.recipes);
      if (listed !== names.join()) {
        listed = names.join();
        const nothing = Object.fromEntries(
          Object.keys(choices.recipes[base])
            .filter((field) => field !== "data")
            .map((field) => [field, null]),
        );
        clear(
          recipes,
          ...names.map((name) =>
            h(
              "button",
              {
                type: "button",
                "data-recipe": name,
                onclick: () => change({ ...nothing, recipe: name === "video" ? null : name }),
              },
              name,
            ),
          ),
        );
      }
      for (const button of recipes.children)
        attributes(button, { "aria-pressed": String(button.getAttribute("data-recipe") === base) });
      setText(short, choices.summaries[base]);
      const recipe = { ...choices.recipes[base], ...changed };
      const on = typed.live === "1";
      attributes(live, { "aria-checked": String(on) });
      quick.dataset.live = String(on);
      const plain =
        header && header.engine
          ? FAST.includes(header.engine)
            ? ""
            : header.fallback_reason || phrase("train.settings.theCompiledOneIsNot")
          : FAST.includes(choices.engine)
            ? ""
            : phrase("train.settings.theCompiledOneIsNot");
      setText(
        slow,
        plain
          ? phrase("train.settings.onThePlainEngineWhich", { plain })
          : on
            ? phrase("train.settings.atEveryChange", { n: recipe.epochs })
            : phrase("train.settings.whenOnTheNetworkIs", { epochs: LIVE_EPOCHS }),
      );
      form.update(choices.fields, typed, recipe, wrong);
    },
  };
}
