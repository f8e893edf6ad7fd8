// @ts-check
// The hidden layers: how many neurons each has; add one, take one away.

import { parts, write } from "../../train/schema.js";
import { attributes, clear, h } from "../shared/dom.js";
import { textBox } from "./inputs.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../../train/schema.js").Field} Field */

const NEW = "16"; // neurons of a layer that is added
const EMPTY = "_"; // a layer of which nobody has said how large it is

/**
 * @param {Field} field
 * @param {(text: string) => void} change
 * @returns {{element: HTMLElement, show: (text: string) => void}}
 */
export function layersField(field, change) {
  const title = `train-${field.name}-title`;
  const list = h("div", { class: "layers", role: "group", "aria-labelledby": title });
  const add = h("button", { type: "button", class: "small", onclick: () => grow() }, phrase("train.layers.addALayer"));
  const element = h(
    "div",
    { class: "field wide", "data-field": field.name, title: field.help },
    h("span", { id: title }, phrase("train.layers.byTheirNeurons", { label: field.label })),
    list,
    add,
  );
  let shown = "";

  const inputs = () => Array.from(list.querySelectorAll("input"));
  const sizes = () => inputs().map((input) => input.value.trim().replace(/[^\w.]|x/g, EMPTY) || EMPTY);
  const tell = () => change((shown = write(sizes())));
  const grow = () => {
    change(write([...sizes(), NEW]));
    requestAnimationFrame(() => requestAnimationFrame(() => inputs().at(-1)?.focus()));
  };
  const remove = (/** @type {number} */ which) => {
    change(write(sizes().filter((_, i) => i !== which)));
    add.focus();
  };
  const box = (/** @type {number} */ i) => {
    const input = textBox(
      { inputmode: "numeric", size: 4, "aria-label": phrase("train.layers.neuronsInHiddenLayer", { i: i + 1 }) },
      tell,
      true,
    );
    return h(
      "span",
      { class: "layer" },
      input,
      h(
        "button",
        {
          type: "button",
          class: "quiet small",
          "aria-label": phrase("train.layers.takeHiddenLayerAway", { i: i + 1 }),
          title: phrase("train.layers.takeThisLayerAway"),
          onclick: () => remove(i),
        },
        "×",
      ),
    );
  };
  return {
    element,
    show(text) {
      const layers = parts(field, text);
      attributes(add, { disabled: layers.length >= field.most });
      if (text === shown && list.childElementCount) return;
      shown = text;
      if (layers.length !== inputs().length || !layers.length)
        clear(
          list,
          ...(layers.length
            ? layers.map((_, i) => box(i))
            : [h("span", { class: "dim" }, phrase("train.layers.noneThePixelsLeadStraight"))]),
        );
      for (const [i, input] of inputs().entries()) {
        const size = layers[i] === EMPTY ? "" : layers[i];
        if (input.value.trim() !== size) input.value = size;
      }
    },
  };
}
