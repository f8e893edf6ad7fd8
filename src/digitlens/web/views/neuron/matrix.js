// @ts-check
// The whole layer in one line of linear algebra, a' = σ(Wa + b), with the row of the neuron in focus lit.

import { ACTIVATIONS } from "../../core/network.js";
import { count, fixed, plain } from "../../core/numbers.js";
import { attributes, h, math, setText } from "../shared/dom.js";
import { inkCanvas, paintInk, paintWeights } from "../shared/pictures.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../shared/inputs.js").Focus} Focus */
/** @typedef {import("../../core/network.js").Layer} Layer */

const [WIDE, NARROW] = [240, 12]; // pixels: a matrix of many columns; a vector

/** @returns {{element: HTMLElement, update: (focus: Focus) => void}} */
export function matrixLine() {
  const out = block("a′", true);
  const weights = block("W", true);
  const input = block("a", false);
  const biases = block("b", true);
  const function_ = h("span", { class: "sign" });
  const sign = (/** @type {string} */ text) => h("span", { class: "sign" }, text);
  const drawing = h(
    "div",
    { class: "matrix-line" },
    out.element,
    h("span", { class: "sign" }, "="),
    function_,
    sign("("),
    weights.element,
    sign("·"),
    input.element,
    sign("+"),
    biases.element,
    sign(")"),
  );
  const words = h("p");
  const element = h(
    "section",
    { class: "neuron-matrix", "data-part": "neuron-matrix" },
    h("h3", {}, phrase("neuron.matrix.theWholeLayerAsA")),
    formula(),
    drawing,
    words,
  );
  /** @type {Layer | null} */
  let drawn = null;

  return {
    element,
    update({ network, layer, neuron, trace, inputs, z, a, strongest }) {
      const held = trace.a[layer];
      const [n, before] = [held.length, inputs.length];
      const name = network.activations[layer - 1];
      const now = network.layers[layer - 1];
      if (drawn !== now) {
        drawn = now;
        paintWeights(weights.canvas, now.weights, strongest[layer - 1], { rows: n, columns: before });
        paintWeights(biases.canvas, now.biases, Math.max(1e-9, ...now.biases.map(Math.abs)), { rows: n, columns: 1 });
        size(
          weights,
          n,
          before,
          phrase("neuron.matrix.wWeightsRowIsThis", { n: count(n), before: count(before), neuron }),
        );
        size(biases, n, 1, phrase("neuron.matrix.bTheBiases", { n: count(n) }));
      }
      values(out.canvas, held);
      values(input.canvas, inputs);
      size(out, n, 1, phrase("neuron.matrix.aWhatTheNeuronsOf", { n: count(n) }));
      size(input, before, 1, phrase("neuron.matrix.aTheNumbersThatCome", { before: count(before) }));
      for (const one of [out, weights, biases]) {
        one.lit.style.setProperty("--from", `${(100 * neuron) / n}%`);
        one.lit.style.setProperty("--high", `${100 / n}%`);
      }
      setText(function_, name === "sigmoid" ? "σ" : name);
      const all = ACTIVATIONS[name].wholeLayer ? phrase("neuron.matrix.ofAllOfThemTogether", { name }) : name;
      setText(
        words,
        phrase("neuron.matrix.inWordsTheWeightsW", {
          n: count(n),
          before: count(before),
          all,
          neuron,
          z: fixed(z),
          a: plain(a, 3),
        }),
      );
    },
  };
}

/** a′ = σ(Wa + b) @returns {Element} */
function formula() {
  const letter = (/** @type {string} */ name) => math("mi", {}, name);
  const operator = (/** @type {string} */ name) => math("mo", {}, name);
  return h(
    "p",
    { class: "formula" },
    math(
      "math",
      { display: "block", "aria-label": phrase("neuron.matrix.aPrimeEqualsSigmaOf") },
      math(
        "mrow",
        {},
        math("msup", {}, letter("a"), operator("′")),
        operator("="),
        letter("σ"),
        operator("("),
        letter("W"),
        letter("a"),
        operator("+"),
        letter("b"),
        operator(")"),
      ),
    ),
  );
}

/** @param {string} name @param {boolean} row   whether one row of it is lit */
function block(name, row) {
  const canvas = inkCanvas(name);
  const lit = h("span", { class: "lit", "aria-hidden": "true" });
  const label = h("span", { class: "number dim" });
  return {
    element: h(
      "div",
      { class: "block" },
      h("span", { class: "name" }, name),
      h("div", { class: "brackets" }, h("div", { class: "stack" }, canvas, row && lit)),
      label,
    ),
    canvas,
    lit,
    label,
    vector: name !== "W",
  };
}

/** @param {ReturnType<typeof block>} one @param {number} rows @param {number} columns @param {string} label */
function size(one, rows, columns, label) {
  attributes(one.canvas, { "aria-label": label });
  const wide = columns === 1 ? NARROW : Math.min(WIDE, columns * NARROW);
  one.element.style.setProperty("--wide", `${wide}px`);
  setText(one.label, one.vector ? count(rows) : `${count(rows)} × ${count(columns)}`);
}

/**
 * What neurons hold as a column, white; with the signs' colours where some are below 0.
 * @param {HTMLCanvasElement} canvas
 * @param {Float64Array} held
 */
function values(canvas, held) {
  const most = Math.max(1, ...held.map(Math.abs));
  if (held.some((value) => value < 0)) paintWeights(canvas, held, most, { rows: held.length, columns: 1 });
  else paintInk(canvas, held, { rows: held.length, columns: 1 }, most);
}
