// @ts-check
// The form of a recipe: a control for every field that the server declares one for, and what is wrong with it in words.

import { write } from "../../train/schema.js";
import { attributes, clear, h, setText } from "../shared/dom.js";
import { control } from "./fields.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../../train/schema.js").Field} Field */
/** @typedef {import("../../train/settings.js").Recipe} Recipe */
/** @typedef {import("../../train/settings.js").Settings} Settings */
/** @typedef {import("./fields.js").Change} Change */
/** @typedef {{field: Field, control: import("./fields.js").Control, error: HTMLElement}} Row */

/** @param {Change} change */
export function recipeForm(change) {
  const sliders = h("div");
  const usual = h("div", { class: "fields" });
  const advanced = h("div", { class: "fields" });
  const more = h("details", { class: "more" }, h("summary", {}, phrase("train.form.more")), advanced);
  let rows = /** @type {Record<string, Row>} */ ({}); // by the field's name
  let [fields, declared] = [/** @type {Field[]} */ ([]), ""];

  const row = (/** @type {Field} */ field) => {
    const error = h("p", { class: "wrong", id: `train-${field.name}-wrong`, role: "alert" });
    const made = control(field, change);
    made.element.append(error);
    return { field, control: made, error };
  };
  const elements = (/** @type {(field: Field) => boolean} */ which) =>
    Object.values(rows)
      .filter(({ field }) => which(field))
      .map(({ control: { element } }) => element);
  /** Makes the controls, unless they are there: a server that has come back declares the same. */
  const build = () => {
    const now = JSON.stringify(fields);
    if (declared === now) return;
    declared = now;
    rows = Object.fromEntries(fields.filter((field) => field.page).map((field) => [field.name, row(field)]));
    clear(sliders, ...elements(({ slider }) => slider !== null));
    clear(usual, ...elements((field) => !field.slider && !field.advanced));
    clear(advanced, ...elements((field) => !field.slider && field.advanced));
  };

  return {
    sliders,
    usual,
    more,
    /** The names of the fields that have a control. */
    get names() {
      return Object.keys(rows);
    },
    /** @param {Field[]} all @param {Settings} typed @param {Recipe} recipe @param {Record<string, string>} wrong */
    update(all, typed, recipe, wrong) {
      if (fields !== all) {
        fields = all;
        build();
      }
      for (const [name, { field, control: one, error }] of Object.entries(rows)) {
        const words = wrong[name] ?? "";
        one.show(typed[name] ?? write(recipe[name]));
        setText(error, words);
        for (const input of one.element.querySelectorAll("input, select"))
          attributes(input, {
            "aria-invalid": words ? "true" : false,
            "aria-describedby": words ? `train-${name}-wrong` : false,
          });
        const idle = field.used_with !== null && !field.used_with[1].includes(recipe[field.used_with[0]]);
        attributes(one.element, { hidden: idle && !words });
        if (field.advanced && words) attributes(more, { open: true });
      }
    },
  };
}
