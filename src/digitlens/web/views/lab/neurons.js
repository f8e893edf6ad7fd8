// @ts-check
// The network here, neuron by neuron: its weights, the edge or bar that is most like them, and the test images that
// excite it most. From what was measured on exactly these weights, or found in the page.

import { plain } from "../../core/numbers.js";
import { neuronName } from "../../core/neuron.js";
import { readsDigits } from "../../core/shape.js";
import { fullStrength } from "../../core/weights.js";
import { row } from "../../model/changing.js";
import { attributes, clear, h, setText } from "../shared/dom.js";
import { fromFile, hiddenNeurons } from "../shared/hidden_neurons.js";
import { inkCanvas, paintInk, paintWeights } from "../shared/pictures.js";
import * as words from "./words.js";
import { kindName } from "../shared/part_name.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../shared/services.js").Findings} Findings */
/** @typedef {import("../shared/services.js").LookedFor} LookedFor */

const MOST = 64; // neurons of a layer that are shown
const SHOWN = 5; // images of each

/** @param {App} app */
export function neuronsView(app) {
  const told = h("p", { role: "status" });
  const find = h("button", { type: "button", class: "main", hidden: true, onclick: () => here() }, words.findHere());
  const layers = h("div", { class: "layers" });
  const element = h("section", { class: "lab-neurons" }, h("h3", {}, words.here()), told, find, layers);
  let of = /** @type {object | null} */ (null);
  let finding = false;

  const show = async () => {
    const { network, original, changed } = app;
    if (!readsDigits(network)) {
      attributes(find, { hidden: true });
      clear(layers);
      return setText(told, words.notDigits());
    }
    clear(layers, ...weightCards(app, () => null));
    const found = await hiddenNeurons(app).measured(network);
    if (network.layers !== of || finding) return;
    attributes(find, { hidden: found !== null });
    if (!found) return setText(told, words.notMeasured(changed, original.name));
    setText(told, words.ofThis(original.name, found));
    clear(layers, ...weightCards(app, (layer, neuron) => fromFile(found, layer, neuron)));
  };
  const here = async () => {
    const { network, original, changed } = app;
    finding = true;
    attributes(find, { hidden: true });
    const said = words.notMeasured(changed, original.name) + words.foundHere();
    setText(told, said);
    const found = /** @type {Map<string, LookedFor | null>} */ (new Map());
    for (const [l, n] of network.sizes.slice(1, -1).entries())
      for (let j = 0; j < Math.min(n, MOST); j++) {
        const one = await hiddenNeurons(app).look(network, l + 1, j, { fetches: true, exciting: false });
        if (network.layers !== of) return;
        found.set(`${l + 1}/${j}`, typeof one === "string" ? null : one);
      }
    const why = [...found.values()].find((one) => one?.why)?.why;
    if (why) setText(told, `${said} ${words.noImages()}${why}.`);
    clear(layers, ...weightCards(app, (layer, neuron) => found.get(`${layer}/${neuron}`) ?? null));
  };
  return {
    element,
    update() {
      if (of === app.network.layers) return;
      of = app.network.layers;
      finding = false;
      show();
    },
  };
}

/**
 * The hidden layers, a card for each neuron.
 * @param {App} app
 * @param {(layer: number, neuron: number) => LookedFor | null} look   null: not known yet
 */
function weightCards(app, look) {
  const { network } = app;
  const full = fullStrength(network.layers[0].weights);
  return network.sizes
    .slice(1, -1)
    .map((n, l) =>
      h(
        "section",
        {},
        h("h4", {}, words.layerName(l + 1)),
        h(
          "ul",
          { class: l ? "cards deep" : "cards" },
          ...Array.from({ length: Math.min(n, MOST) }, (_, j) => card(app, l + 1, j, look(l + 1, j), full)),
        ),
      ),
    );
}

/** @param {App} app @param {number} layer @param {number} neuron @param {LookedFor | null} told @param {number} full */
function card(app, layer, neuron, told, full) {
  const { network } = app;
  const name = neuronName(network, layer, neuron);
  const open = () => {
    app.set({ view: "neuron", shows: "read", layer, neuron, source: null }, "push");
    app.toTop();
  };
  const pictures = [];
  if (layer === 1) {
    const weights = inkCanvas(phrase("lab.neurons.theWeightsOf", { name }));
    paintWeights(weights, row(network.layers[0], neuron), full, network.shape);
    pictures.push(weights);
  }
  if (told?.part) {
    const part = inkCanvas(phrase("lab.neurons.theMostLikeThem", { kind: kindName(told.part.kind) }));
    const most = Array.from(told.part.weights).reduce((all, one) => Math.max(all, Math.abs(one)), 1e-9);
    paintWeights(part, told.part.weights, most, network.shape);
    pictures.push(part);
  }
  const images = (told?.strongest ?? []).slice(0, SHOWN).map(({ ink, label, activation }) => {
    const image = inkCanvas(phrase("lab.neurons.aActivation", { label, activation: plain(activation, 2) }));
    paintInk(image, ink, network.shape, 255);
    return image;
  });
  const found = told?.part?.found || told?.tells?.found;
  const caption = told?.part ? words.onPart(told.part) : told?.tells ? words.onTells(told.tells) : "";
  return h(
    "li",
    { class: found ? "found" : null },
    h(
      "button",
      { type: "button", class: "neuron-card", title: words.open(), onclick: open },
      h("span", { class: "name" }, name),
      pictures.length ? h("span", { class: "pair" }, ...pictures) : null,
      images.length ? h("span", { class: "images" }, ...images) : null,
      caption ? h("span", { class: "caption" }, found ? `✓ ${caption}` : caption) : null,
    ),
  );
}
