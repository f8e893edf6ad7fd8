// @ts-check
// The weights of the first layer's neurons, side by side, each a button that takes this neuron apart.

import { fullStrength } from "../../core/weights.js";
import { row } from "../../model/changing.js";
import { attributes, clear, h } from "../shared/dom.js";
import { inkCanvas, paintWeights } from "../shared/pictures.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../model/model_file.js").StoredNetwork} Network */

const MOST = 16;

/** @param {App} app */
export function storyWeights(app) {
  const element = h("div", {
    class: "story-weights",
    role: "group",
    "aria-label": phrase("story.weights.theWeightsOfTheFirst"),
  });
  /** @type {HTMLCanvasElement[]} */
  let canvases = [];
  /** @type {HTMLButtonElement[]} */
  let buttons = [];
  /** @type {Network | null} */
  let painted = null;

  return {
    element,
    update() {
      const { network, original, state } = app;
      const many = Math.min(network.sizes[1], MOST);
      if (canvases.length !== many) {
        canvases = Array.from({ length: many }, (_, j) => inkCanvas(phrase("story.weights.weightsOfNeuron", { j })));
        buttons = canvases.map((canvas, j) =>
          h(
            "button",
            {
              title: phrase("story.weights.neuron", { j }),
              onclick: () => app.set({ shows: "neuron", layer: 1, neuron: j, source: null }),
            },
            canvas,
          ),
        );
        clear(element, ...buttons);
        painted = null;
      }
      if (painted !== network) {
        const strongest = fullStrength(original.layers[0].weights);
        for (const [j, canvas] of canvases.entries())
          paintWeights(canvas, row(network.layers[0], j), strongest, network.shape);
        painted = network;
      }
      for (const [j, button] of buttons.entries())
        attributes(button, { "aria-pressed": String(state.layer === 1 && state.neuron === j) });
    },
  };
}
