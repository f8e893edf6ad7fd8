// @ts-check
// The point (z, a) on the curve of a neuron's activation function.
//
// A softmax neuron's curve depends on all the others of its layer: it is drawn for their z as they are now.

import { ACTIVATIONS } from "../../core/network.js";
import { fixed, plain } from "../../core/numbers.js";
import { attributes, h, setText, svg } from "../shared/dom.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../shared/inputs.js").Focus} Focus */

const [LEFT, RIGHT, TOP, BOTTOM] = [32, 228, 24, 160]; // of the plot, in the drawing's own units
const POINTS = 96;
const NARROWEST = 8; // z from −8 to 8, and twice as far where that is not enough
const TICKS = [0, 0.5, 1];

/** @returns {{element: HTMLElement, update: (focus: Focus) => void}} */
export function activationCurve() {
  const title = svg("title", { id: "curve-title" });
  const description = svg("desc", { id: "curve-description" });
  const path = svg("path", { class: "curve", fill: "none" });
  const guides = svg("path", { class: "guides", fill: "none" });
  const zero = svg("path", { class: "zero", fill: "none" });
  const dot = svg("circle", { class: "point", r: 6 });
  const across = TICKS.map((at) =>
    svg("text", { x: LEFT + at * (RIGHT - LEFT), y: BOTTOM + 16, "text-anchor": ["start", "middle", "end"][2 * at] }),
  );
  const upwards = TICKS.map((at) =>
    svg("text", { x: LEFT - 6, y: BOTTOM - at * (BOTTOM - TOP) + 4, "text-anchor": "end" }),
  );
  const frame = svg("path", { class: "frame", fill: "none", d: `M${LEFT} ${TOP}V${BOTTOM}H${RIGHT}` });
  const name = svg(
    "text",
    { x: (LEFT + RIGHT) / 2, y: BOTTOM + 34, "text-anchor": "middle" },
    phrase("neuron.curve.zWeightedSumPlusBias"),
  );
  const upright = svg("text", { x: LEFT, y: TOP - 10, "text-anchor": "middle" }, "a");
  const drawing = svg(
    "svg",
    {
      viewBox: `0 0 ${RIGHT + 8} ${BOTTOM + 42}`,
      role: "img",
      "aria-labelledby": "curve-title curve-description",
      class: "activation-curve",
    },
    title,
    description,
    zero,
    frame,
    guides,
    path,
    dot,
    ...across,
    ...upwards,
    name,
    upright,
  );
  const heading = h("h3", {}, phrase("neuron.curve.theActivationFunction"));
  const value = h("p", { class: "number point-value" });
  const element = h("section", { class: "neuron-curve", "data-part": "neuron-curve" }, heading, value, drawing);
  let drawn = "";

  return {
    element,
    update({ network, layer, neuron, z, a, trace }) {
      const name = network.activations[layer - 1];
      const span = spanOf(z);
      const shift = name === "softmax" ? softmaxShift(trace.z[layer - 1], neuron) : 0;
      const shape = `${name} ${span} ${shift}`;
      const [low, high] = rangeOf(name, span);
      const x = (/** @type {number} */ at) => LEFT + ((at + span) / (2 * span)) * (RIGHT - LEFT);
      const y = (/** @type {number} */ at) => BOTTOM - ((at - low) / (high - low)) * (BOTTOM - TOP);
      if (drawn !== shape) {
        drawn = shape;
        const places = Float64Array.from({ length: POINTS + 1 }, (_, i) => ((2 * i) / POINTS - 1) * span);
        const heights = curve(name, places, shift);
        attributes(path, {
          d: `M${[...places].map((at, i) => `${x(at).toFixed(1)} ${y(heights[i]).toFixed(1)}`).join("L")}`,
        });
        attributes(zero, { d: `M${x(0)} ${TOP}V${BOTTOM}` });
        for (const [i, at] of TICKS.entries()) {
          setText(across[i], at === 0.5 ? "0" : fixed((2 * at - 1) * span, 0));
          setText(upwards[i], plain(low + at * (high - low), high - low > 2 ? 0 : 1));
        }
        setText(title, phrase("neuron.curve.theFunctionAndWhereThis", { name }));
      }
      const [px, py] = [x(z).toFixed(1), y(Math.min(Math.max(a, low), high)).toFixed(1)];
      attributes(guides, { d: `M${px} ${BOTTOM}V${py}H${LEFT}` });
      attributes(dot, { cx: px, cy: py });
      setText(
        value,
        `a = ${name}(${ACTIVATIONS[name].wholeLayer ? phrase("neuron.curve.allZ") : fixed(z)}) = ${plain(a, 3)}`,
      );
      setText(
        description,
        phrase("neuron.curve.atZTheCurveIs", {
          z: fixed(z),
          a: plain(a, 3),
          span: fixed(-span, 0),
          span2: fixed(span, 0),
        }),
      );
    },
  };
}

/** @param {number} z @returns {number} */
function spanOf(z) {
  let span = NARROWEST;
  while (span < Math.abs(z) && span < 1e12) span *= 2;
  return span;
}

/** @param {string} name @param {number} span @returns {[number, number]} */
function rangeOf(name, span) {
  const [low, high] = ACTIVATIONS[name].range;
  return [Math.max(low, -span), Math.min(high, span)];
}

/** @param {string} name @param {Float64Array} z @param {number} shift @returns {Float64Array} */
function curve(name, z, shift) {
  // a softmax neuron among others that stand still is a sigmoid, shifted: e^z / (e^z + S) with S = e^shift
  return name === "softmax" ? ACTIVATIONS.sigmoid.value(z.map((at) => at - shift)) : ACTIVATIONS[name].value(z);
}

/**
 * The logarithm of the sum of e^z over all other neurons.
 * @param {Float64Array} z
 * @param {number} neuron
 * @returns {number}
 */
function softmaxShift(z, neuron) {
  const others = z.filter((_, k) => k !== neuron);
  if (!others.length) return -Infinity;
  const most = Math.max(...others);
  return most + Math.log(others.reduce((sum, each) => sum + Math.exp(each - most), 0));
}
