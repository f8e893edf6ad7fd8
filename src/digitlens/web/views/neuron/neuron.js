// @ts-check
// One neuron taken apart: its weights and inputs, the weighted sum, the point on its curve, the layer's line
// of algebra; and its weights and bias to be changed by hand, while everything follows.

import { ACTIVATIONS } from "../../core/network.js";
import { neuronName, neuronSum } from "../../core/neuron.js";
import { count, fixed, plain } from "../../core/numbers.js";
import { middleOf } from "../../core/shape.js";
import { fullStrength } from "../../core/weights.js";
import { changes, effect, resetNeuron, row, untouched } from "../../model/changing.js";
import { weightHistory } from "../../model/weight_history.js";
import { copyPicture } from "../shared/clipboard.js";
import { costOfChange } from "./cost_of_change.js";
import { activationCurve } from "./curve.js";
import { attributes, h, setText, undoKey } from "../shared/dom.js";
import { guessSwitch } from "../shared/guess_switch.js";
import { inputBars, threePictures } from "../shared/inputs.js";
import { looksForView } from "./looks_for.js";
import { matrixLine } from "./matrix.js";
import { painting } from "./painting.js";
import { sliders } from "./sliders.js";
import { sumView } from "./sum.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../core/network.js").Network} Network */
/** @typedef {import("../shared/inputs.js").Focus} Focus */

/** @param {App} app @returns {{element: HTMLElement, update: () => void}} */
export function neuronView(app) {
  const past = weightHistory(app);
  const plainly = changes(app);
  const change = (
    /** @type {number} */ layer,
    /** @type {(layer: import("../../core/network.js").Layer) => void} */ what,
  ) => past.keep(() => plainly(layer, what));
  const [pictures, bars, sum, curve, matrix, paint, knobs] = [
    threePictures(app),
    inputBars(app),
    sumView(app),
    activationCurve(),
    matrixLine(),
    painting(app, change),
    sliders(app, change),
  ];

  const heading = h("h2");
  const sentence = h("p", {
    class: "says",
    "data-part": "neuron-says",
    "data-title": phrase("neuron.neuron.whatTheNeuronHolds"),
  });
  const guess = guessSwitch(app);
  const layers = h("select", {
    "aria-label": phrase("neuron.neuron.layer"),
    onchange: () => go(Number(layers.value), 0),
  });
  const go = (/** @type {number} */ layer, /** @type {number} */ neuron) =>
    app.set({ layer, neuron, source: null }, "push");
  const step = (/** @type {number} */ by) => {
    const n = app.network.sizes[app.state.layer];
    go(app.state.layer, (app.state.neuron + by + n) % n);
  };
  const choose = h(
    "div",
    { class: "row" },
    guess.element,
    layers,
    h(
      "div",
      { class: "together" },
      h(
        "button",
        {
          "aria-label": phrase("neuron.neuron.previousNeuron"),
          title: phrase("neuron.neuron.previousNeuron"),
          onclick: () => step(-1),
        },
        "‹",
      ),
      h(
        "button",
        {
          "aria-label": phrase("neuron.neuron.nextNeuron"),
          title: phrase("neuron.neuron.nextNeuron"),
          onclick: () => step(1),
        },
        "›",
      ),
    ),
  );

  const savePicture = h(
    "button",
    {
      onclick: () =>
        copyPicture(
          app,
          pictures.weights,
          `weights-${app.state.layer}-${app.state.neuron}.png`,
          phrase("neuron.neuron.theWeightPicture"),
        ),
    },
    phrase("neuron.neuron.copyTheWeightPicture"),
  );
  const evidence = h(
    "section",
    { class: "neuron-inputs", "data-part": "neuron-inputs" },
    h("h3", {}, phrase("neuron.neuron.weightsAndInputs")),
    pictures.element,
    bars.element,
    savePicture,
  );

  const done = h("p", { class: "effect", "data-part": "answer" });
  const now = h("p", { class: "number" });
  const resetOne = h(
    "button",
    { onclick: () => past.keep(() => resetNeuron(app, plainly, app.state.layer, app.state.neuron)) },
    phrase("neuron.neuron.resetThisNeuron"),
  );
  const resetAll = h(
    "button",
    { onclick: () => past.keep(() => app.resetNetwork()) },
    phrase("neuron.neuron.resetTheNetwork"),
  );
  const costs = app.services.images ? costOfChange(app, app.services.images, change) : null;
  const undo = h("button", { onclick: () => past.undo() }, phrase("neuron.neuron.undoTheChange"));
  const redo = h("button", { onclick: () => past.redo() }, phrase("neuron.neuron.redo"));
  const workbench = h(
    "section",
    { class: "neuron-change", "data-part": "neuron-change" },
    h("h3", {}, phrase("neuron.neuron.changeWeightsAndBias")),
    h("div", { class: "done" }, done, h("div", { class: "row" }, undo, redo, resetOne, resetAll), now),
    costs?.element,
    paint.element,
    knobs.element,
  );

  const element = h(
    "article",
    { class: "neuron-view" },
    h("div", { class: "head" }, heading, choose),
    sentence,
    evidence,
    h("div", { class: "reckoning" }, sum.element, curve.element),
    workbench,
    matrix.element,
  );
  for (const [type, down] of /** @type {const} */ ([
    ["pointerdown", true],
    ["pointerup", false],
    ["pointercancel", false],
  ]))
    workbench.addEventListener(type, () => past.hold(down), { capture: true });
  workbench.addEventListener("keydown", (event) => {
    const way = event.target instanceof HTMLInputElement ? "" : undoKey(event); // a number has its own
    if (!way) return;
    event.preventDefault();
    past[way]();
  });
  let listed = "";
  const looksFor = looksForView(app);
  workbench.before(looksFor.element);

  return {
    element,
    update() {
      const { network, state, reading } = app;
      const { layer, neuron } = state;
      const parts = neuronSum(network, reading.trace, layer, neuron, sum.terms());
      const focus = focusOf(app, parts);
      const first = layer === 1;
      const names = network.sizes
        .slice(1)
        .map((n, l) =>
          l + 1 < network.sizes.length - 1
            ? phrase("neuron.neuron.layerNeurons", { l: l + 1, n: count(n) })
            : phrase("neuron.neuron.outputs", { n: count(n) }),
        );
      if (listed !== names.join()) {
        listed = names.join();
        layers.replaceChildren(...names.map((name, l) => h("option", { value: l + 1 }, name)));
      }
      guess.update();
      if (layers.value !== String(layer)) layers.value = String(layer);
      setText(heading, neuronName(network, layer, neuron));
      setText(sentence, says(focus));
      for (const part of [pictures, paint]) attributes(part.element, { hidden: !first });
      attributes(savePicture, { hidden: !first });
      attributes(bars.element, { hidden: first });
      for (const part of first ? [pictures, paint] : [bars]) part.update(focus);
      sum.update(focus, parts);
      for (const part of [curve, knobs, matrix]) part.update(focus);
      setText(done, effect(app));
      setText(now, `z = ${fixed(focus.z)}, a = ${plain(focus.a, 3)}`);
      costs?.update();
      past.look();
      attributes(undo, { disabled: !past.undoes });
      attributes(redo, { disabled: !past.redoes });
      attributes(resetOne, { disabled: !app.changed || untouched(app, layer, neuron) });
      attributes(resetAll, { disabled: !app.changed });
      looksFor.update();
    },
  };
}

/** @param {App} app @param {import("../../core/neuron.js").NeuronSum} parts @returns {Focus} */
function focusOf({ network, original, state, reading }, parts) {
  const { layer, neuron, z, activation: a } = parts;
  const weights = row(network.layers[layer - 1], neuron);
  const inputs = reading.trace.a[layer - 1];
  const products = weights.map((weight, k) => weight * inputs[k]);
  const middle = layer === 1 ? middleOf(network.shape) : 0; // where nothing comes in at all
  const source = state.source ?? parts.terms[0]?.source ?? middle;
  return {
    network,
    layer,
    neuron,
    trace: reading.trace,
    weights,
    inputs,
    products,
    z,
    a,
    source,
    strongest: strengths(original),
  };
}

/** @type {WeakMap<Network, number[]>} */
const known = new WeakMap();

/**
 * Of the loaded network, so that colours stay what they are while it is changed.
 * @param {Network} network
 * @returns {number[]}
 */
function strengths(network) {
  const found = known.get(network) ?? network.layers.map(({ weights }) => fullStrength(weights));
  known.set(network, found);
  return found;
}

/** What the neuron does at this moment. @param {Focus} focus @returns {string} */
function says({ network, layer, z, a }) {
  const activation = phrase("neuron.neuron.itsActivationIs", {
    a: plain(a, 2),
    how: how(network.activations[layer - 1], a),
  });
  return phrase("neuron.neuron.weightedSumAndBiasGive", { activation, z: fixed(z) });
}

/** @param {string} name @param {number} a */
function how(name, a) {
  if (name === "identity") return phrase("neuron.neuron.justWhatItsSumIs");
  if (ACTIVATIONS[name].range[1] === Infinity)
    return a > 0
      ? phrase("neuron.neuron.active")
      : a < 0
        ? phrase("neuron.neuron.aLittleBelow0")
        : phrase("neuron.neuron.silent");
  const size = Math.abs(a);
  const words =
    size < 0.05
      ? phrase("neuron.neuron.asGoodAsSilent")
      : size < 0.25
        ? phrase("neuron.neuron.hardlyActive")
        : size < 0.5
          ? phrase("neuron.neuron.aLittleActive")
          : size < 0.75
            ? phrase("neuron.neuron.ratherActive")
            : size < 0.95
              ? phrase("neuron.neuron.active")
              : phrase("neuron.neuron.veryActive");
  return a < 0 && size >= 0.05 ? phrase("neuron.neuron.theOtherWay", { words }) : words;
}
