// @ts-check
// Why 7 and not 2? The lead of the answer over the runner-up, pixel by pixel; any two classes can be put against each
// other.

import { leadOf } from "../../core/attribution.js";
import { fixed } from "../../core/numbers.js";
import { placeOf } from "../../core/shape.js";
import { attributes, clear, h, setText } from "../shared/dom.js";
import { inkCanvas, paintWeights, pixelUnder } from "../shared/pictures.js";

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
  const [one, other] = ["For", "against"].map((name) => h("select", { "aria-label": name, onchange: choose }));
  const auto = h(
    "button",
    { type: "button", class: "quiet", onclick: () => ((pair = null), app.set({})) },
    "The answer and the next one",
  );
  const [sum, sides, under, how] = [h("p"), h("p"), h("p", { class: "number under" }), h("p", { class: "dim" })];
  const inside = h(
    "div",
    { "data-part": "answer" },
    h("div", { class: "row" }, title, one, h("span", {}, "and not"), other, auto),
    h("div", { class: "why-body" }, h("div", { class: "why-picture" }, picture, under), h("div", {}, sum, sides, how)),
  );
  const element = h(
    "section",
    {
      class: "why",
      "data-part": "why",
      "data-title": "why this answer and not the next",
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
    setText(title, `Why ${first} and not ${second}?`);
    [one.value, other.value] = [String(a), String(b)];
    attributes(auto, { hidden: pair === null });
    const strongest = shares.reduce((most, share) => Math.max(most, Math.abs(share)), 1e-12);
    paintWeights(picture, shares, strongest, network.shape);
    attributes(picture, { "aria-label": `What each pixel adds to the lead of ${first} over ${second}` });
    const total = (/** @type {number} */ sign) =>
      shares.reduce((all, share) => (share * sign > 0 ? all + share : all), 0);
    setText(
      sum,
      `Before the last activation function, output ${first} has z = ${fixed(z[a], 2)} and output ${second} ` +
        `z = ${fixed(z[b], 2)}: a lead of ${fixed(lead, 2)}. With nothing drawn it is ${fixed(start, 2)}; ` +
        `the picture makes the difference, ${fixed(lead - start, 2)}.`,
    );
    setText(
      sides,
      `Blue (+) pixels speak for ${first}: ${fixed(total(1), 2)} together. Red (−) ones for ${second}: ` +
        `${fixed(total(-1), 2)}.`,
    );
    if (exact) setText(how, "This network is linear between pixels and z, so each pixel’s share is exact.");
    else if (!how.firstElementChild)
      clear(
        how,
        "The shares add up exactly. Each by itself is an approximation, because the neurons between are not linear: " +
          "it is found by the Rescale rule of ",
        h("a", { href: PAPER, rel: "noreferrer" }, "DeepLIFT (Shrikumar et al., 2017)"),
        ", which compares with the empty picture.",
      );
    const at = pixel >= 0 && pixel < shares.length ? placeOf(network.shape, pixel) : null;
    setText(under, at ? `row ${at.row}, column ${at.column}: ${fixed(shares[pixel], 3)}` : "Point at a pixel");
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
