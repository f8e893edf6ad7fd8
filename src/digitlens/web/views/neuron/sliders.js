// @ts-check
// One weight and the bias in the hand: a slider with a number field for each.

import { inputName } from "../../core/neuron.js";
import { fixed, plain } from "../../core/numbers.js";
import { row } from "../../model/changing.js";
import { attributes, h, setText } from "../shared/dom.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../core/network.js").Layer} Layer */
/** @typedef {import("../shared/inputs.js").Focus} Focus */
/** @typedef {(layer: number, what: (layer: Layer) => void) => void} Change */

const FARTHEST = 1000; // what may be typed; a slider goes less far
const WEIGHT = 4; // the least that a slider reaches to either side
const BIAS = 10;

/**
 * @param {App} app
 * @param {Change} change
 * @returns {{element: HTMLElement, update: (focus: Focus) => void}}
 */
export function sliders(app, change) {
  /** @type {Focus | null} */
  let latest = null;
  const weight = slider("weight", (value) => {
    if (!latest) return;
    const { neuron, source, layer } = latest;
    if (app.state.source !== source) app.set({ source }); // from now on this one, whatever is drawn
    change(layer, (now) => {
      row(now, neuron)[source] = value;
    });
  });
  const bias = slider("bias", (value) => {
    if (!latest) return;
    const { neuron, layer } = latest;
    change(layer, (now) => {
      now.biases[neuron] = value;
    });
  });
  const element = h("div", { class: "sliders" }, weight.element, bias.element);
  return {
    element,
    update(focus) {
      const { network, layer, neuron, source, weights, inputs, products } = focus;
      latest = focus;
      const name = inputName(network, layer, source);
      const input = phrase("neuron.sliders.itsInputIsTheirProduct", {
        input: plain(inputs[source], 3),
        product: fixed(products[source]),
      });
      weight.update(
        weights[source],
        reach(app.original.layers[layer - 1].weights, WEIGHT),
        phrase("neuron.sliders.weightFrom", { name }),
        app.state.source === null
          ? layer === 1
            ? phrase("neuron.sliders.whichIsTheLargestChoose", { input })
            : phrase("neuron.sliders.whichIsTheLargestChoose2", { input })
          : `${input}.`,
      );
      bias.update(
        network.layers[layer - 1].biases[neuron],
        reach(app.original.layers[layer - 1].biases, BIAS),
        phrase("neuron.sliders.bias"),
        phrase("neuron.sliders.addedToTheSumWhatever"),
      );
    },
  };
}

/** @type {WeakMap<Float64Array, number>} */
const reaches = new WeakMap();

/**
 * How far a slider goes: as far as the loaded ones, so that it stays as it is while it is dragged.
 * @param {Float64Array} loaded
 * @param {number} least
 */
function reach(loaded, least) {
  const known =
    reaches.get(loaded) ??
    Math.max(least, Math.ceil(loaded.reduce((most, value) => Math.max(most, Math.abs(value)), 0)));
  reaches.set(loaded, known);
  return known;
}

/** @param {string} name @param {(value: number) => void} set */
function slider(name, set) {
  const title = h("label", { for: `${name}-range` });
  const explanation = h("p", { class: "dim", id: `${name}-says` });
  const range = h("input", {
    type: "range",
    id: `${name}-range`,
    step: 0.01,
    "aria-describedby": `${name}-says`,
    oninput: () => set(range.valueAsNumber),
  });
  const field = h("input", {
    type: "number",
    step: 0.01,
    min: -FARTHEST,
    max: FARTHEST,
    class: "number",
    oninput: () => {
      if (Number.isFinite(field.valueAsNumber)) set(Math.max(-FARTHEST, Math.min(FARTHEST, field.valueAsNumber)));
    },
    onchange: () => show(),
  });
  let value = 0;
  const show = () => {
    field.value = value.toFixed(3);
  };
  return {
    element: h("div", { class: "slider" }, title, range, field, explanation),
    /** @param {number} now @param {number} far @param {string} label @param {string} text */
    update(now, far, label, text) {
      value = now;
      attributes(range, { min: -far, max: far, "aria-valuetext": fixed(now) });
      if (range.valueAsNumber !== now) range.value = String(now);
      if (!field.matches(":focus")) show();
      setText(title, label);
      attributes(field, { "aria-label": phrase("neuron.sliders.asANumber", { label }) });
      setText(explanation, text);
    },
  };
}
