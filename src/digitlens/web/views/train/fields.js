// @ts-check
// The controls of a training, one a field, as its declaration says: a choice, a number, a slider, a row of layers.

import { nameOf, parse, write } from "../../train/schema.js";
import { attributes, clear, h } from "../shared/dom.js";
import { textBox } from "./inputs.js";
import { layersField } from "./layers.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../../train/schema.js").Field} Field */
/** @typedef {(patch: Record<string, string | null>) => void} Change   null: as in the named recipe */
/** @typedef {{element: HTMLElement, show: (text: string) => void}} Control */

const NOTCH = 0.05; // of a slider, in powers of ten

/** The control of a field. @param {Field} field @param {Change} change @returns {Control} */
export function control(field, change) {
  if (field.slider) return slider(field, field.slider, change);
  if (field.kind === "integers") return layersField(field, (text) => change({ [field.name]: text }));
  if (field.kind === "choice" || field.kind === "choices") return choice(field, change);
  return typed(field, change);
}

/** @param {Field} field @param {...HTMLElement} controls */
function labelled({ name, label, help }, ...controls) {
  attributes(/** @type {HTMLElement} */ (controls.at(-1)), { "aria-description": help });
  const title = h("label", { for: `train-${name}` }, label);
  return h("div", { class: "field", "data-field": name, title: help }, title, ...controls);
}

/** One of some names, or one of some rows of names. @param {Field} field @param {Change} change @returns {Control} */
function choice(field, change) {
  const select = h("select", { id: `train-${field.name}`, onchange: () => change({ [field.name]: select.value }) });
  const offered = (field.kind === "choice" ? field.choices : field.offered).map(([text]) => text);
  let listed = "";
  return {
    element: labelled(field, select),
    show(text) {
      const value = parse(field, text);
      const shown = value instanceof Error ? text : write(value);
      const all = field.kind === "choices" && !offered.includes(shown) ? [...offered, shown] : offered;
      if (listed !== all.join()) {
        listed = all.join();
        clear(select, ...all.map((one) => h("option", { value: one }, nameOf(field, one))));
      }
      select.value = shown;
    },
  };
}

/** A number or a text. @param {Field} field @param {Change} change @returns {Control} */
function typed(field, change) {
  const inputmode = field.kind === "integer" ? "numeric" : field.kind === "number" ? "decimal" : "text";
  const tell = () => change({ [field.name]: input.value.trim() });
  const input = textBox({ id: `train-${field.name}`, inputmode }, tell, field.kind === "integer");
  return {
    element: labelled(field, input),
    show: (text) => text === input.value.trim() || (input.value = text),
  };
}

/**
 * A slider over powers of ten, and the number.
 * @param {Field} field
 * @param {[number, number]} ends
 * @param {Change} change
 * @returns {Control}
 */
function slider(field, ends, change) {
  const [low, high] = ends.map((end) => Number(Math.log10(end).toFixed(9)));
  const tell = () => change({ [field.name]: input.value.trim() });
  const input = textBox({ id: `train-${field.name}`, inputmode: "decimal" }, tell);
  const slid = () => change({ [field.name]: String(Number((10 ** Number(range.value)).toPrecision(3))) });
  const range = h("input", {
    type: "range",
    min: low,
    max: high,
    step: NOTCH,
    "aria-label": phrase("train.fields.byPowersOfTen", { label: field.label }),
    oninput: slid,
  });
  const element = labelled(field, range, input);
  element.classList.add("wide");
  return {
    element,
    show(text) {
      if (text !== input.value.trim()) input.value = text;
      const power = text.trim() ? Math.log10(Number(text)) : NaN;
      const at = power === -Infinity ? low : power;
      if (!Number.isNaN(at) && Math.abs(Number(range.value) - at) > NOTCH / 2) range.value = String(at);
      attributes(range, { "aria-valuetext": text });
    },
  };
}
