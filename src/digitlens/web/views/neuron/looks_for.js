// @ts-check
// What a hidden neuron looks for: the test images that it responds to most, the picture that would excite it most of
// all, and, in the first layer, the edge or bar that its weights are most like.

import { plain } from "../../core/numbers.js";
import { pictureOnPad } from "../shared/data_images.js";
import { attributes, clear, h, setText } from "../shared/dom.js";
import { hiddenNeurons } from "../shared/hidden_neurons.js";
import { inkCanvas, paintInk, paintWeights } from "../shared/pictures.js";
import { reasonOf } from "../../texts/language.js";
import { kindName } from "../shared/part_name.js";
import { phrase } from "../../texts/later.js";

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
  const fetches = h(
    "button",
    { type: "button", hidden: true, onclick: () => ask(true) },
    phrase("neuron.looksFor.lookForItHere"),
  );
  const body = h("div", {}, h("h3", {}, phrase("neuron.looksFor.whatItLooksFor")), words, fetches, shown, note);
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
    if (far) show(phrase("neuron.looksFor.fetchingTestImages"));
    const [which, layers, { layer, neuron }] = [asked, app.network.layers, app.state];
    const told = await hiddenNeurons(app)
      .look(app.network, layer, neuron, { fetches: far })
      .catch((error) => phrase("neuron.looksFor.thisCannotBeShown", { why: reasonOf(error) }));
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
      show(phrase("neuron.looksFor.looking"));
      waiting = app.life.after(() => ask(), REST);
    },
  };
}

/** @param {App} app */
const unmeasured = ({ changed }) =>
  changed ? phrase("neuron.looksFor.whatWasMeasuredIsNot") : phrase("neuron.looksFor.theLaboratoryHasNotExamined");

/** Where the figures come from. @param {App} app @param {Told} told @returns {string} */
function origin(app, { here, why, images, strongest }) {
  if (!here) return "";
  const changed = app.changed
    ? phrase("neuron.looksFor.ofTheNetworkAsYou")
    : phrase("neuron.looksFor.computedInThisPage");
  if (!strongest.length) return phrase("neuron.looksFor.whichImagesExciteItMost", { changed, why });
  return phrase("neuron.looksFor.fromTheFirstTestImages", { changed, images: images ?? 0 });
}

/** @param {App} app @param {Told} told */
function content(app, { on, strongest, exciting, part }) {
  const { shape } = app.network;
  const set =
    on === "mnist"
      ? phrase("neuron.looksFor.mnistsTestImages")
      : on === "folder"
        ? phrase("neuron.looksFor.theTestImages")
        : phrase("neuron.looksFor.thePenDigits");
  const most = h(
    "figure",
    { class: "strongest" },
    h("figcaption", {}, phrase("neuron.looksFor.theOfWithItsHighest", { n: strongest.length, set })),
    h(
      "div",
      { class: "gallery" },
      ...strongest.map(({ ink, label, number, activation }) => {
        const canvas = inkCanvas(phrase("neuron.looksFor.aActivation", { label, activation: plain(activation, 2) }));
        paintInk(canvas, ink, shape, 255);
        const put = () => app.set(pictureOnPad(app, on, { ink, label, number }));
        return h("button", { type: "button", title: phrase("neuron.looksFor.putItOnThePad"), onclick: put }, canvas);
      }),
    ),
  );
  const parts = strongest.length ? [most] : [];
  if (exciting) {
    const dream = inkCanvas(phrase("neuron.looksFor.thePictureThatExcitesIt"));
    paintInk(dream, exciting.ink, shape, 255);
    const best = phrase("neuron.looksFor.withAsMuchInkAs", { activation: plain(exciting.activation, 2) });
    parts.push(h("figure", {}, h("figcaption", {}, best), dream));
  }
  if (part) {
    const picture = inkCanvas(phrase("neuron.looksFor.theThatItsWeightsAre", { kind: kindName(part.kind) }));
    const full = Array.from(part.weights).reduce((all, one) => Math.max(all, Math.abs(one)), 1e-9);
    paintWeights(picture, part.weights, full, shape);
    const more =
      part.expected === null || part.p === null
        ? phrase("neuron.looksFor.ofWhichAPictureAs")
        : part.p <= CHANCE
          ? phrase("neuron.looksFor.moreThanTheToBe", { expected: percent(part.expected) })
          : phrase("neuron.looksFor.noMoreThanChanceWould", { expected: percent(part.expected) });
    parts.push(
      h(
        "figure",
        {},
        h(
          "figcaption",
          {},
          phrase("neuron.looksFor.theMostLikeItsWeights", {
            kind: kindName(part.kind),
            explained: percent(part.explained),
            more,
          }),
        ),
        picture,
      ),
    );
  }
  return parts;
}

/** @param {number} share */
const percent = (share) => `${Math.round(100 * share)} %`;
