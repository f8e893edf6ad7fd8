// @ts-check
// The controls of a training, one a field: a choice, a number, the learning rate, what is done to images.

import { named } from "../../train/settings.js";
import { attributes, clear, h } from "../shared/dom.js";

/** @typedef {import("../../train/settings.js").Choices} Choices */
/** @typedef {(patch: Record<string, string | null>) => void} Change   null: as in the named recipe */
/** @typedef {{element: HTMLElement, show: (value: any, choices: Choices) => void}} Control */

const RATE = { low: -4, high: 1.5, step: 0.05 }; // powers of ten that the slider reaches

/** @param {string} field @param {string} label @param {HTMLElement} control @param {string} [help] */
function labelled(field, label, control, help) {
  attributes(control, { "aria-description": help });
  return h(
    "div",
    { class: "field", "data-field": field, title: help },
    h("label", { for: `train-${field}` }, label),
    control,
  );
}

/** @param {string} field @param {string} label @param {Change} change @param {string} [help] @returns {Control} */
export function choice(field, label, change, help) {
  const select = h("select", { id: `train-${field}`, onchange: () => change({ [field]: select.value }) });
  let listed = "";
  return {
    element: labelled(field, label, select, help),
    show(value, { options }) {
      if (listed !== options[field].join()) {
        listed = options[field].join();
        clear(select, ...options[field].map((one) => h("option", { value: one }, named(one))));
      }
      select.value = value;
    },
  };
}

/** @param {string} field @param {string} label @param {Change} change @param {string} [help] @param {boolean} [whole] @returns {Control} */
export function number(field, label, change, help, whole = false) {
  const tell = () => change({ [field]: input.value.trim() });
  const input = h("input", {
    id: `train-${field}`,
    type: "text",
    inputmode: whole ? "numeric" : "decimal",
    autocomplete: "off",
    size: 8,
    oninput: tell,
  });
  if (whole) stepped(input, tell);
  return {
    element: labelled(field, label, input, help),
    show: (value) => value === input.value.trim() || (input.value = value),
  };
}

/** The arrow keys count up and down, by ten with Shift. @param {HTMLInputElement} input @param {() => void} tell */
export function stepped(input, tell) {
  input.addEventListener("keydown", (event) => {
    const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!by || !/^\s*\d{1,15}\s*$/.test(input.value)) return;
    event.preventDefault();
    input.value = String(Math.max(0, Number(input.value) + by * (event.shiftKey ? 10 : 1)));
    tell();
  });
}

/** The learning rate: a slider over powers of ten, and a number. @param {Change} change @returns {Control} */
export function rate(change) {
  const field = "learning_rate";
  const input = h("input", {
    id: `train-${field}`,
    type: "text",
    inputmode: "decimal",
    autocomplete: "off",
    size: 8,
    oninput: () => change({ [field]: input.value.trim() }),
  });
  const slid = () => change({ [field]: String(Number((10 ** Number(slider.value)).toPrecision(3))) });
  const slider = h("input", {
    type: "range",
    min: RATE.low,
    max: RATE.high,
    step: RATE.step,
    "aria-label": "Learning rate, by powers of ten",
    oninput: slid,
  });
  const element = h(
    "div",
    { class: "field wide", "data-field": field, title: "How far each step goes." },
    h("label", { for: `train-${field}` }, "Learning rate"),
    slider,
    input,
  );
  return {
    element,
    show(value) {
      if (value !== input.value.trim()) input.value = value;
      const power = value.trim() ? Math.log10(Number(value)) : NaN;
      const at = power === -Infinity ? RATE.low : power;
      if (!Number.isNaN(at) && Math.abs(Number(slider.value) - at) > RATE.step / 2) slider.value = String(at);
      attributes(slider, { "aria-valuetext": value });
    },
  };
}

/** What is done to images before they are learned from, and read. @param {Change} change @returns {Control} */
export function preparing(change) {
  const ways = /** @type {Record<string, string>} */ ({
    "": "as they are",
    straighten: "upright",
    "straighten,resize": "upright, one size",
  });
  const select = h("select", { id: "train-preparation", onchange: () => change({ preparation: select.value }) });
  const help =
    "Digits that lean are set upright, and all brought to one height and width, before they are learned from and before they are read.";
  return {
    element: labelled("preparation", "Images", select, help),
    show(value) {
      clear(
        select,
        ...Object.keys({ ...ways, [value]: value }).map((one) => h("option", { value: one }, ways[one] ?? one)),
      );
      select.value = value;
    },
  };
}
