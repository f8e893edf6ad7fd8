// @ts-check
// What comes into a neuron, and what its weights make of it: three pictures beside each other in the first layer,
// a bar for every input in the later ones.

import { neuronName } from "../../core/neuron.js";
import { fixed, plain } from "../../core/numbers.js";
import { placeOf } from "../../core/shape.js";
import { row } from "../../model/changing.js";
import { attributes, clear, h, setText, svg, woven } from "./dom.js";
import { inkCanvas, paintInk, paintWeights, pixelOverlay, pixelUnder } from "./pictures.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("../../core/network.js").Network} Network */
/** @typedef {import("../../core/network.js").Trace} Trace */
/** @typedef {import("../../core/neuron.js").NeuronSum} NeuronSum */
/**
 * The neuron in focus, taken apart once for all parts of the view.
 * @typedef {Object} Focus
 * @property {Network} network
 * @property {number} layer
 * @property {number} neuron
 * @property {Trace} trace
 * @property {Float64Array} weights   its own, one an input
 * @property {Float64Array} inputs
 * @property {Float64Array} products
 * @property {number} z
 * @property {number} a
 * @property {number} source          the weight in hand: the chosen one, or else the one that adds or takes most
 * @property {number[]} strongest      layer by layer, the weight that is shown at full strength
 */

const MOST_BARS = 32;

/**
 * Its weights × what it sees = what that adds, as pictures. A click on a pixel chooses its weight.
 * @param {App} app
 * @returns {{element: HTMLElement, weights: HTMLCanvasElement, update: (focus: Focus) => void}}
 */
export function threePictures(app) {
  const canvases = [
    inkCanvas(phrase("shared.inputs.itsWeights")),
    inkCanvas(phrase("shared.inputs.itsInputs")),
    inkCanvas(phrase("shared.inputs.weightTimesInput")),
  ];
  const marks = canvases.map(() => svg("rect", { class: "chosen", width: 1, height: 1 }));
  const captions = [
    h("figcaption", {}, phrase("shared.inputs.weights")),
    h("figcaption", {}, phrase("shared.inputs.inputs")),
    h("figcaption", {}, phrase("shared.inputs.weightInput")),
  ];
  const overlays = marks.map((mark) => pixelOverlay(mark));
  const figures = canvases.map((canvas, i) => {
    const choose = (/** @type {MouseEvent} */ event) => {
      const { shape } = app.network;
      const { row: line, column } = pixelUnder(event, canvas, shape);
      app.set({ source: line * shape.columns + column });
    };
    return h("figure", {}, h("div", { class: "stack", onclick: choose }, canvas, overlays[i].element), captions[i]);
  });
  const full = h("span");
  const key = h(
    "p",
    { class: "dim" },
    ...woven(phrase("shared.inputs.blueAddsToItsSum"), {
      blue: h("span", { class: "positive" }, phrase("shared.inputs.blue")),
      red: h("span", { class: "negative" }, phrase("shared.inputs.red")),
      full,
    }),
  );
  const element = h(
    "div",
    {},
    h(
      "div",
      { class: "three" },
      figures[0],
      h("span", { class: "sign", "aria-hidden": "true" }, "×"),
      figures[1],
      h("span", { class: "sign", "aria-hidden": "true" }, "="),
      figures[2],
    ),
    key,
  );
  return {
    element,
    weights: canvases[0],
    update({ network, layer, neuron, weights, inputs, products, source, strongest: [strongest] }) {
      const { shape } = network;
      paintWeights(canvases[0], weights, strongest, shape);
      paintInk(canvases[1], inputs, shape);
      paintWeights(canvases[2], products, strongest, shape);
      attributes(canvases[0], {
        "aria-label": phrase("shared.inputs.theWeightsOfAsA", { name: neuronName(network, layer, neuron) }),
      });
      const { row: y, column: x } = placeOf(shape, source);
      for (const mark of marks) attributes(mark, { x, y });
      for (const overlay of overlays) overlay.fit(shape);
      setText(full, plain(strongest, 2));
    },
  };
}

/**
 * A bar for every input: what it holds, the weight it meets, what that adds. A click on a row chooses its weight.
 * @param {App} app
 * @returns {{element: HTMLElement, update: (focus: Focus) => void}}
 */
export function inputBars(app) {
  const body = h("tbody");
  const note = h("p", { class: "dim" });
  const heads = [
    phrase("shared.inputs.from"),
    phrase("shared.inputs.activation"),
    phrase("shared.inputs.timesWeight"),
    phrase("shared.inputs.product"),
  ].map((name) => h("th", { scope: "col" }, name));
  const table = h(
    "table",
    { class: "input-bars" },
    h("caption", { class: "unseen" }, phrase("shared.inputs.everyInputItsWeightAnd")),
    h("thead", {}, h("tr", {}, ...heads)),
    body,
  );
  const element = h("div", {}, table, note);
  /** @type {ReturnType<typeof barRow>[]} */
  let rows = [];
  /** @type {unknown} */
  let thumbnails = null;

  return {
    element,
    update({ network, layer, weights, inputs, products, source, strongest }) {
      const listed = strongestFew(weights);
      while (rows.length < listed.length) rows.push(barRow(app));
      if (body.childElementCount !== listed.length)
        clear(body, ...rows.slice(0, listed.length).map((one) => one.element));
      const mostHeld = Math.max(1, ...inputs.map(Math.abs));
      const mostAdded = Math.max(1e-9, ...products.map(Math.abs));
      const mostWeight = Math.max(1e-9, ...weights.map(Math.abs));
      const first = network.layers[0];
      const pictures = layer === 2;
      const signed = inputs.some((input) => input < 0);
      for (const [i, k] of listed.entries()) {
        const one = rows[i];
        setText(one.name, phrase("shared.inputs.neuron", { k }));
        one.source = k;
        attributes(one.button, {
          "aria-pressed": String(k === source),
          "aria-label": phrase("shared.inputs.chooseTheWeightFromNeuron", { k, layer: layer - 1 }),
        });
        attributes(one.held.track, { class: signed ? "track signed" : "track held" });
        bar(one.held, inputs[k] / mostHeld, plain(inputs[k], 3));
        bar(one.weight, weights[k] / mostWeight, fixed(weights[k]));
        bar(one.added, products[k] / mostAdded, fixed(products[k]));
        attributes(one.picture, { hidden: !pictures });
        if (pictures && thumbnails !== first) {
          paintWeights(one.picture, row(first, k), strongest[0], network.shape);
          attributes(one.picture, { "aria-label": phrase("shared.inputs.theWeightsOfNeuronOf", { k }) });
        }
      }
      if (pictures) thumbnails = listed.length === weights.length ? first : null;
      const fewer =
        listed.length < weights.length
          ? phrase("shared.inputs.theStrongestWeightsOf", { n: listed.length, n2: weights.length })
          : "";
      const small = pictures ? phrase("shared.inputs.theSmallPicturesAreThe") : "";
      setText(note, phrase("shared.inputs.blueBarsToTheRight", { fewer, small }));
    },
  };
}

/** The inputs that are listed, in their order. @param {Float64Array} weights @returns {number[]} */
function strongestFew(weights) {
  const order = [...weights.keys()];
  if (order.length <= MOST_BARS) return order;
  order.sort((j, k) => Math.abs(weights[k]) - Math.abs(weights[j]));
  return order.slice(0, MOST_BARS).sort((j, k) => j - k);
}

/** @param {App} app */
function barRow(app) {
  const picture = inkCanvas("");
  const name = h("span");
  const button = h("button", { class: "quiet", "aria-pressed": "false" }, picture, name);
  const [held, weight, added] = [cell("held"), cell("signed"), cell("signed")];
  const one = {
    element: h(
      "tr",
      { onclick: () => app.set({ source: one.source }) },
      h("td", {}, button),
      held.cell,
      weight.cell,
      added.cell,
    ),
    picture,
    name,
    button,
    held,
    weight,
    added,
    source: 0,
  };
  return one;
}

/** @param {string} kind */
function cell(kind) {
  const number = h("span", { class: "number" });
  const ink = h("span", { class: "bar" });
  const track = h("span", { class: `track ${kind}`, "aria-hidden": "true" }, ink);
  return { cell: h("td", {}, track, number), track, ink, number };
}

/** @param {ReturnType<typeof cell>} place @param {number} share   −1 to 1 of the track @param {string} text */
function bar(place, share, text) {
  place.ink.style.setProperty("--share", Math.abs(share).toFixed(3));
  attributes(place.ink, { class: share < 0 ? "bar minus" : "bar plus" });
  attributes(place.number, { class: text.startsWith("−") ? "number negative" : "number" });
  setText(place.number, text);
}
