// @ts-check
// The settings of a training, each with what is wrong with it in words; Live and the learning rate come first.

import { write } from "../../train/schema.js";
import { LIVE_EPOCHS } from "../../train/settings.js";
import { attributes, clear, h, setText } from "../shared/dom.js";
import { control } from "./fields.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../train/settings.js").Choices} Choices */
/** @typedef {import("../../train/settings.js").Settings} Settings */
/** @typedef {import("../../train/settings.js").Wanted} Wanted */
/** @typedef {import("./fields.js").Change} Change */
/** @typedef {import("../../train/schema.js").Field} Field */
/** @typedef {{field: Field, control: import("./fields.js").Control, error: HTMLElement}} Shown */

/** @param {App} app @param {Change} change @param {HTMLElement} data   which digits it learns from */
export function settingsView(app, change, data) {
  const recipes = h("div", { class: "row", role: "group", "aria-label": "Start from the settings of" });
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
    "Live",
  );
  const slow = h("p", { class: "dim" });
  const usual = h("div", { class: "fields" });
  const advanced = h("div", { class: "fields" });
  const more = h("details", { class: "more" }, h("summary", {}, "More"), advanced);
  const switches = h("div", { class: "live" }, live, slow);
  const quick = h("section", { class: "quick", "aria-label": "Live, and the learning rate" }, switches);
  const element = h(
    "div",
    { class: "settings" },
    h("div", { class: "base" }, h("h3", {}, "Start from"), recipes, short),
    data,
    usual,
    more,
  );
  /** By field: its declaration, its control, and where it is said what is wrong with it. @type {Record<string, Shown>} */
  let shown = {};
  let [fields, declared] = [/** @type {Field[]} */ ([]), ""];

  /** Makes the form, unless it is there: a server that has come back declares the same. */
  const build = () => {
    const now = JSON.stringify(fields);
    if (declared === now) return;
    declared = now;
    shown = Object.fromEntries(
      fields
        .filter((field) => field.page)
        .map((field) => {
          const error = h("p", { class: "wrong", id: `train-${field.name}-wrong`, role: "alert" });
          const made = control(field, change);
          made.element.append(error);
          return [field.name, { field, control: made, error }];
        }),
    );
    const those = (/** @type {(field: Field) => boolean} */ which) =>
      Object.values(shown)
        .filter(({ field }) => which(field))
        .map(({ control: { element: one } }) => one);
    clear(quick, switches, ...those(({ slider }) => slider !== null));
    clear(usual, ...those(({ slider, advanced: late }) => !slider && !late));
    clear(advanced, ...those(({ slider, advanced: late }) => !slider && late));
  };
  let listed = "";

  return {
    element,
    quick,
    /** The names of those that have a control. */
    get fields() {
      return Object.keys(shown);
    },
    /** @param {Choices} choices @param {Settings} typed @param {Wanted} wanted @param {Record<string, string>} wrong @param {any} header */
    update(choices, typed, { base, fields: changed }, wrong, header) {
      if (fields !== choices.fields) {
        fields = choices.fields;
        build();
      }
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
          ? header.engine === "compiled"
            ? ""
            : header.fallback_reason || "the compiled one is not here"
          : choices.engine === "compiled"
            ? ""
            : "the compiled one is not here";
      setText(
        slow,
        plain
          ? `On the plain engine, which is slower: ${plain}.`
          : on
            ? `${recipe.epochs === 1 ? "One epoch" : `${recipe.epochs} epochs`} from the same seed, at every change.`
            : `Switched on, it trains ${LIVE_EPOCHS} epochs anew at every movement of the slider.`,
      );
      for (const [name, { field, control: one, error }] of Object.entries(shown)) {
        one.show(typed[name] ?? write(recipe[name]));
        setText(error, wrong[name] ?? "");
        for (const input of one.element.querySelectorAll("input, select"))
          attributes(input, {
            "aria-invalid": wrong[name] ? "true" : false,
            "aria-describedby": wrong[name] ? `train-${name}-wrong` : false,
          });
        const idle = field.used_with !== null && !field.used_with[1].includes(recipe[field.used_with[0]]);
        attributes(one.element, { hidden: idle && !wrong[name] });
        if (field.advanced && wrong[name]) attributes(more, { open: true });
      }
    },
  };
}
