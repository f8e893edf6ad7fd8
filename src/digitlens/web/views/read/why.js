// @ts-check
// Why 7 and not 2? The lead of the answer over the runner-up, pixel by pixel; any two classes can be put against each
// other.

import { leadOf } from "../../core/attribution.js";
import { fixed } from "../../core/numbers.js";
import { placeOf } from "../../core/shape.js";
import { attributes, clear, h, setText, woven } from "../shared/dom.js";
import { inkCanvas, paintWeights, pixelUnder } from "../shared/pictures.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../shared/app.js").App} App */

const REST = 60; // ms without a change
const PAPER = "https://arxiv.org/abs/1704.02685";

/** @param {App} app */
export function whyView(app) {
  let pair = /** @type {[number, number] | null} */ (null); // chosen; null: the answer and the next one
  let listed = "";
  let [waiting, pixel] = [0, -1];
  const picture = inkCanvas("");
  const title = h("h2", { id: "why-title" });
  const choose = () => {
    pair = [Number(one.value), Number(other.value)];
    app.set({});
  };
  const [one, other] = [phrase("read.why.for"), phrase("read.why.against")].map((name) =>
    h("select", { "aria-label": name, onchange: choose }),
  );
  const auto = h(
    "button",
    { type: "button", class: "quiet", onclick: () => ((pair = null), app.set({})) },
    phrase("read.why.theAnswerAndTheNext"),
  );
  const [sum, sides, under, how] = [h("p"), h("p"), h("p", { class: "number under" }), h("p", { class: "dim" })];
  const inside = h(
    "div",
    { "data-part": "answer" },
    h("div", { class: "row" }, title, one, h("span", {}, phrase("read.why.andNot")), other, auto),
    h("div", { class: "why-body" }, h("div", { class: "why-picture" }, picture, under), h("div", {}, sum, sides, how)),
  );
  const element = h(
    "section",
    {
      class: "why",
      "data-part": "why",
      "data-title": phrase("read.why.whyThisAnswerAndNot"),
      "aria-labelledby": "why-title",
    },
    inside,
  );
  picture.addEventListener("pointermove", (event) => {
    const { row, column } = pixelUnder(event, picture, app.network.shape);
    pixel = row * app.network.shape.columns + column;
    show();
  });
  picture.addEventListener("pointerleave", () => {
    pixel = -1;
    show();
  });

  /** The two classes: as chosen, as far as the network has them. @returns {[number, number]} */
  const classes = () => {
    const n = app.network.classes.length;
    if (pair && pair[0] < n && pair[1] < n && pair[0] !== pair[1]) return pair;
    const outputs = app.reading.trace.z[app.network.layers.length - 1];
    const order = Array.from(outputs.keys()).sort((i, j) => outputs[j] - outputs[i]);
    return [order[0], order[1]];
  };
  const list = () => {
    const names = app.network.classes;
    if (listed === names.join("\n")) return;
    listed = names.join("\n");
    for (const select of [one, other]) clear(select, ...names.map((name, j) => h("option", { value: j }, name)));
  };
  const show = () => {
    const { reading, network } = app;
    if (!reading.inkFound || network.classes.length < 2) return;
    list();
    const [a, b] = classes();
    const [first, second] = [network.classes[a], network.classes[b]];
    const empty = new Float64Array(reading.image.length).fill(network.darkOnLight ? 1 : 0);
    const { lead, empty: start, shares, exact } = leadOf(network, reading.image, a, b, empty);
    const z = reading.trace.z[network.layers.length - 1];
    setText(title, phrase("read.why.whyAndNot", { first, second }));
    [one.value, other.value] = [String(a), String(b)];
    attributes(auto, { hidden: pair === null });
    const strongest = shares.reduce((most, share) => Math.max(most, Math.abs(share)), 1e-12);
    paintWeights(picture, shares, strongest, network.shape);
    attributes(picture, { "aria-label": phrase("read.why.whatEachPixelAddsTo", { first, second }) });
    const total = (/** @type {number} */ sign) =>
      shares.reduce((all, share) => (share * sign > 0 ? all + share : all), 0);
    setText(
      sum,
      phrase("read.why.beforeTheLastActivationFunction", {
        first,
        z: fixed(z[a], 2),
        second,
        z2: fixed(z[b], 2),
        lead: fixed(lead, 2),
        start: fixed(start, 2),
        lead2: fixed(lead - start, 2),
      }),
    );
    setText(
      sides,
      phrase("read.why.bluePixelsSpeakForTogether", {
        first,
        total: fixed(total(1), 2),
        second,
        total2: fixed(total(-1), 2),
      }),
    );
    if (exact) setText(how, phrase("read.why.thisNetworkIsLinearBetween"));
    else if (!how.firstElementChild)
      clear(
        how,
        ...woven(phrase("read.why.theSharesAddUpExactly"), {
          paper: h("a", { href: PAPER, rel: "noreferrer" }, "DeepLIFT (Shrikumar et al., 2017)"),
        }),
      );
    const at = pixel >= 0 && pixel < shares.length ? placeOf(network.shape, pixel) : null;
    setText(
      under,
      at
        ? phrase("read.why.rowColumn", { row: at.row, column: at.column, share: fixed(shares[pixel], 3) })
        : phrase("read.why.pointAtAPixel"),
    );
  };
  return {
    element,
    update() {
      attributes(element, { class: app.reading.inkFound && app.network.classes.length > 1 ? "why" : "why nothing" });
      app.life.cancel(waiting);
      waiting = app.life.after(show, REST); // the pen goes first
    },
  };
}
