// @ts-check
// What a hidden neuron looks for, as the laboratory sees it: the digits that it answers most, the picture
// that it would answer most of all, and, in the first layer, the edge or bar that its weights are most like.

import { plain } from "../../core/numbers.js";
import { readsDigits } from "../../core/shape.js";
import { attributes, clear, h, setText } from "../shared/dom.js";
import { inkCanvas, paintInk, paintWeights } from "../shared/pictures.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../shared/services.js").LookedFor} Told */

const REST = 200; // ms without another neuron
const CHANCE = 0.05;

/**
 * @param {App} app
 * @param {NonNullable<App["services"]["looksFor"]>} looksFor
 * @returns {{element: HTMLElement, update: () => void}}
 */
export function looksForView(app, looksFor) {
  const words = h("p", { class: "dim", role: "status" });
  const shown = h("div", { class: "looks-for-shown" });
  const body = h("div", {}, h("h3", {}, "What it looks for"), words, shown);
  const element = h("section", { class: "looks-for", "data-part": "neuron-looks-for" }, body);
  const known = /** @type {Map<string, Told | string>} */ (new Map());
  let [asked, waiting] = ["", 0];

  const show = (/** @type {Told | string} */ told) => {
    setText(words, typeof told === "string" ? told : "");
    attributes(words, { hidden: typeof told !== "string" });
    clear(shown, ...(typeof told === "string" ? [] : content(app, told)));
  };
  const ask = async (/** @type {string} */ which, /** @type {ReturnType<typeof looksFor>} */ answer) => {
    const told = await answer;
    known.set(which, told);
    if (which === asked) show(told);
  };
  return {
    element,
    update() {
      const { network, original, state } = app;
      const hidden = state.layer < network.sizes.length - 1 && readsDigits(original); // the laboratory looks at digits
      attributes(body, { hidden: !hidden });
      const which = `${encodeURIComponent(original.name)}/${state.layer}/${state.neuron}`;
      if (!hidden || which === asked) return;
      asked = which;
      app.life.cancel(waiting);
      const told = known.get(which);
      if (told !== undefined) return show(told);
      show("Looking …");
      const { layer, neuron } = state;
      waiting = app.life.after(() => ask(which, looksFor(original, layer, neuron)), REST);
    },
  };
}

/** @param {App} app @param {Told} told */
function content(app, { on, strongest, exciting, part }) {
  const { shape } = app.original;
  const set = on === "mnist" ? "MNIST’s test images" : "the pen digits";
  const most = h(
    "figure",
    { class: "strongest" },
    h("figcaption", {}, `The ${strongest.length} of ${set} with its highest activations`),
    h(
      "div",
      { class: "gallery" },
      ...strongest.map(({ ink, label, number, activation }) => {
        const canvas = inkCanvas(`A ${label}: activation ${plain(activation, 2)}`);
        const pixels = bytes(ink);
        paintInk(canvas, pixels, shape, 255);
        const base = /** @type {import("../../model/state.js").Base} */ (
          on === "mnist"
            ? { kind: "mnist", on: "test", number, digit: Number(label) }
            : { kind: "picture", name: `pen digit ${number}` }
        );
        return h(
          "button",
          {
            type: "button",
            title: "Put it on the pad",
            onclick: () =>
              app.set({ strokes: [], base, baseInk: Float64Array.from(pixels, (one) => one / 255), baseStages: null }),
          },
          canvas,
        );
      }),
    ),
  );
  const dream = inkCanvas("The picture that excites it most");
  paintInk(dream, bytes(exciting.ink), shape, 255);
  const parts = [
    most,
    h(
      "figure",
      {},
      h("figcaption", {}, `With as much ink as a digit has, this excites it most: ${plain(exciting.activation, 2)}`),
      dream,
    ),
  ];
  if (part) {
    const picture = inkCanvas(`The ${part.kind} that its weights are most like`);
    paintWeights(picture, Int8Array.from(bytes(part.weights)), 127, shape);
    const more =
      part.p <= CHANCE
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

/** @param {string} text @returns {Uint8Array} */
const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
