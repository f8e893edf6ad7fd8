// @ts-check
// What a hidden neuron looks for: the test images that it responds to most, the picture that would excite it most of
// all, and, in the first layer, the edge or bar that its weights are most like.

import { plain } from "../../core/numbers.js";
import { pictureOnPad } from "../shared/data_images.js";
import { attributes, clear, h, setText } from "../shared/dom.js";
import { hiddenNeurons } from "../shared/hidden_neurons.js";
import { inkCanvas, paintInk, paintWeights } from "../shared/pictures.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../shared/services.js").LookedFor} Told */

const REST = 200; // ms without another neuron, or another weight
const CHANCE = 0.05;

/**
 * @param {App} app
 * @returns {{element: HTMLElement, update: () => void}}
 */
export function looksForView(app) {
  const words = h("p", { class: "dim", role: "status" });
  const shown = h("div", { class: "looks-for-shown" });
  const note = h("p", { class: "dim" });
  const fetches = h("button", { type: "button", hidden: true, onclick: () => ask(true) }, "Look for it here");
  const body = h("div", {}, h("h3", {}, "What it looks for"), words, fetches, shown, note);
  const element = h("section", { class: "looks-for", "data-part": "neuron-looks-for" }, body);
  let [asked, waiting] = ["", 0];
  let of = /** @type {object | null} */ (null); // the layers that it was asked of

  const show = (/** @type {Told | string} */ told, far = false) => {
    attributes(fetches, { hidden: !far });
    setText(words, typeof told === "string" ? told : "");
    attributes(words, { hidden: typeof told !== "string" });
    clear(shown, ...(typeof told === "string" ? [] : content(app, told)));
    setText(note, typeof told === "string" ? "" : origin(app, told));
  };
  const ask = async (far = false) => {
    if (far) show("Fetching test images …");
    const [which, layers, { layer, neuron }] = [asked, app.network.layers, app.state];
    const told = await hiddenNeurons(app)
      .look(app.network, layer, neuron, { fetches: far })
      .catch((error) => `This cannot be shown: ${error instanceof Error ? error.message : error}.`);
    if (which !== asked || layers !== of) return;
    if (told) show(told);
    else show(unmeasured(app), true);
  };
  return {
    element,
    update() {
      const { network, state } = app;
      const hidden = state.layer < network.sizes.length - 1;
      attributes(body, { hidden: !hidden });
      const which = `${state.layer}/${state.neuron}`;
      if (!hidden || (which === asked && of === network.layers)) return;
      [asked, of] = [which, network.layers];
      app.life.cancel(waiting);
      show("Looking …");
      waiting = app.life.after(() => ask(), REST);
    },
  };
}

/** @param {App} app */
const unmeasured = ({ changed }) =>
  changed
    ? "What was measured is not of the network as you have changed it. What it looks for now is found in the page, " +
      "with 1,000 test images."
    : "The laboratory has not examined this network. What it looks for is found in the page, with 1,000 test images.";

/** Where the figures come from. @param {App} app @param {Told} told @returns {string} */
function origin(app, { here, why, images, strongest }) {
  if (!here) return "";
  const changed = app.changed
    ? "Of the network as you have changed it, computed in this page"
    : "Computed in this page";
  if (!strongest.length) return `${changed}. Which images excite it most cannot be said: ${why}.`;
  return `${changed}, from the first ${images} test images.`;
}

/** @param {App} app @param {Told} told */
function content(app, { on, strongest, exciting, part }) {
  const { shape } = app.network;
  const set = on === "mnist" ? "MNIST’s test images" : on === "folder" ? "the test images" : "the pen digits";
  const most = h(
    "figure",
    { class: "strongest" },
    h("figcaption", {}, `The ${strongest.length} of ${set} with its highest activations`),
    h(
      "div",
      { class: "gallery" },
      ...strongest.map(({ ink, label, number, activation }) => {
        const canvas = inkCanvas(`A ${label}: activation ${plain(activation, 2)}`);
        paintInk(canvas, ink, shape, 255);
        const put = () => app.set(pictureOnPad(app, on, { ink, label, number }));
        return h("button", { type: "button", title: "Put it on the pad", onclick: put }, canvas);
      }),
    ),
  );
  const parts = strongest.length ? [most] : [];
  if (exciting) {
    const dream = inkCanvas("The picture that excites it most");
    paintInk(dream, exciting.ink, shape, 255);
    const best = `With as much ink as a digit has, this excites it most: ${plain(exciting.activation, 2)}`;
    parts.push(h("figure", {}, h("figcaption", {}, best), dream));
  }
  if (part) {
    const picture = inkCanvas(`The ${part.kind} that its weights are most like`);
    const full = Array.from(part.weights).reduce((all, one) => Math.max(all, Math.abs(one)), 1e-9);
    paintWeights(picture, part.weights, full, shape);
    const more =
      part.expected === null || part.p === null
        ? "of which a picture as smooth may have some by chance"
        : part.p <= CHANCE
          ? `more than the ${percent(part.expected)} to be expected of a picture as smooth`
          : `no more than chance would (${percent(part.expected)} of a picture as smooth)`;
    parts.push(
      h(
        "figure",
        {},
        h(
          "figcaption",
          {},
          `The ${part.kind} most like its weights explains ${percent(part.explained)} of them, ${more}`,
        ),
        picture,
      ),
    );
  }
  return parts;
}

/** @param {number} share */
const percent = (share) => `${Math.round(100 * share)} %`;
