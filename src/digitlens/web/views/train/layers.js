// @ts-check
// The hidden layers: how many neurons each has; add one, take one away.

import { attributes, clear, h } from "../shared/dom.js";
import { stepped } from "./fields.js";

/** @typedef {import("../../train/settings.js").Choices} Choices */

const NEW = "16"; // neurons of a layer that is added
const EMPTY = "_"; // a layer of which nobody has said how large it is

/** @param {(sizes: string) => void} change @returns {{element: HTMLElement, show: (value: string, choices: Choices) => void}} */
export function layersField(change) {
  const list = h("div", { class: "layers", role: "group", "aria-labelledby": "train-hidden-title" });
  const add = h("button", { type: "button", class: "small", onclick: () => grow() }, "Add a layer");
  const element = h(
    "div",
    { class: "field wide", "data-field": "hidden" },
    h("span", { id: "train-hidden-title" }, "Hidden layers, by their neurons"),
    list,
    add,
  );
  let shown = "";

  const inputs = () => Array.from(list.querySelectorAll("input"));
  const sizes = () => inputs().map((input) => input.value.trim().replace(/[^\w.+]/g, EMPTY) || EMPTY);
  const tell = () => change((shown = sizes().join(",")));
  const grow = () => {
    change([...sizes(), NEW].join(","));
    requestAnimationFrame(() => requestAnimationFrame(() => inputs().at(-1)?.focus()));
  };
  const remove = (/** @type {number} */ which) => {
    change(
      sizes()
        .filter((_, i) => i !== which)
        .join(","),
    );
    add.focus();
  };
  const box = (/** @type {number} */ i) => {
    const input = h("input", {
      type: "text",
      inputmode: "numeric",
      autocomplete: "off",
      size: 4,
      "aria-label": `Neurons in hidden layer ${i + 1}`,
      oninput: tell,
    });
    stepped(input, tell);
    return h(
      "span",
      { class: "layer" },
      input,
      h(
        "button",
        {
          type: "button",
          class: "quiet small",
          "aria-label": `Take hidden layer ${i + 1} away`,
          title: "Take this layer away",
          onclick: () => remove(i),
        },
        "×",
      ),
    );
  };
  return {
    element,
    show(value, { limits }) {
      const parts = value ? value.split(/[,x-]/) : [];
      attributes(add, { disabled: parts.length >= limits.layers });
      if (value === shown && list.childElementCount) return;
      shown = value;
      if (parts.length !== inputs().length || !parts.length)
        clear(
          list,
          ...(parts.length
            ? parts.map((_, i) => box(i))
            : [h("span", { class: "dim" }, "none: the pixels lead straight to the outputs")]),
        );
      for (const [i, input] of inputs().entries()) {
        const text = parts[i] === EMPTY ? "" : parts[i];
        if (input.value.trim() !== text) input.value = text;
      }
    },
  };
}
