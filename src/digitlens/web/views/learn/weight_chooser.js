// @ts-check
// Which weight: its layer, the neuron it leads to, and where it comes from. The same as a click on a bar or a pixel.

import { placeOf } from "../../core/shape.js";
import { attributes, clear, h, setText } from "../shared/dom.js";
import { steepestInto, steepestOf } from "../../core/mini_batch.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../core/mini_batch.js").MiniBatch} MiniBatch */
/** @typedef {import("../../core/mini_batch.js").Weight} Weight */

/** @param {App} app @returns {{element: HTMLElement, update: (batch: MiniBatch, weight: Weight) => void}} */
export function weightChooser(app) {
  /** @type {{batch: MiniBatch, weight: Weight} | null} */
  let latest = null;
  const layers = h("select", { onchange: () => latest && app.set(steepestOf(latest.batch, Number(layers.value))) });
  const neuron = number(() => latest && app.set(steepestInto(latest.batch, latest.weight.layer, Number(neuron.value))));
  const from = () =>
    latest &&
    app.set({
      ...latest.weight,
      source:
        latest.weight.layer === 1
          ? latest.batch.network.shape.columns * Number(row.value) + Number(column.value)
          : Number(before.value),
    });
  const [row, column, before] = [number(from), number(from), number(from)];
  const field = (/** @type {string} */ text, /** @type {HTMLElement} */ input) =>
    h("label", {}, h("span", { class: "dim" }, text), input);
  const [rowField, columnField, beforeField] = [
    field(phrase("learn.weightChooser.fromRow"), row),
    field("column", column),
    field(phrase("learn.weightChooser.fromNeuron"), before),
  ];
  const steepest = h(
    "button",
    { onclick: () => latest && app.set(steepestOf(latest.batch, latest.weight.layer)) },
    phrase("learn.weightChooser.theSteepest"),
  );
  const element = h(
    "div",
    { class: "weight-chooser", role: "group", "aria-label": phrase("learn.weightChooser.whichWeight") },
    field(phrase("learn.weightChooser.into"), layers),
    field(phrase("learn.weightChooser.neuron"), neuron),
    rowField,
    columnField,
    beforeField,
    steepest,
  );
  let listed = "";
  return {
    element,
    update(batch, weight) {
      latest = { batch, weight };
      const { sizes, shape } = batch.network;
      if (listed !== sizes.join()) {
        listed = sizes.join();
        clear(
          layers,
          ...sizes
            .slice(1)
            .map((_, l) =>
              h(
                "option",
                { value: l + 1 },
                l + 2 === sizes.length
                  ? phrase("learn.weightChooser.theOutputs")
                  : phrase("learn.weightChooser.layer", { l: l + 1 }),
              ),
            ),
        );
      }
      const first = weight.layer === 1;
      for (const one of [rowField, columnField]) attributes(one, { hidden: !first });
      attributes(beforeField, { hidden: first });
      attributes(neuron, { max: sizes[weight.layer] - 1 });
      attributes(before, { max: sizes[weight.layer - 1] - 1 });
      show(layers, weight.layer);
      show(neuron, weight.neuron);
      attributes(row, { max: shape.rows - 1 });
      attributes(column, { max: shape.columns - 1 });
      const place = placeOf(shape, weight.source);
      show(row, place.row);
      show(column, place.column);
      show(before, weight.source);
      setText(
        steepest,
        weight.layer === sizes.length - 1
          ? phrase("learn.weightChooser.theSteepestOfTheOutputs")
          : phrase("learn.weightChooser.theSteepestOfLayer", { layer: weight.layer }),
      );
    },
  };
}

/**
 * A field for a whole number that is heard only when it is one.
 * @param {() => void} changed
 * @returns {HTMLInputElement}
 */
function number(changed) {
  /** @type {HTMLInputElement} */
  const input = h("input", {
    type: "number",
    min: 0,
    step: 1,
    required: true,
    oninput: () => input.checkValidity() && changed(),
  });
  return input;
}

/** @param {HTMLInputElement | HTMLSelectElement} field @param {number} value */
function show(field, value) {
  if (field.matches(":focus") && Number(field.value) === value) return; // "07" while it is typed
  if (field.value !== String(value)) field.value = String(value);
}
