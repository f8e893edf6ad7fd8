// @ts-check
// Down to one weight: dC/dw = a · σ′(z) · dC/da, the formula with its numbers beneath, and dC/da as a sum over the
// neurons of the next layer. For a mini-batch: the mean over its images.

import { weightChain } from "../../core/backward.js";
import { addUp, inputName, neuronName } from "../../core/neuron.js";
import { count, fixed, plain, significant } from "../../core/numbers.js";
import { attributes, clear, h, setText } from "../shared/dom.js";
import { chainFormula } from "../shared/formula.js";
import { decimalsFor } from "../../core/mini_batch.js";
import { weightChooser } from "./weight_chooser.js";
import { within } from "../../texts/language.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../core/backward.js").WeightChain} WeightChain */
/** @typedef {import("../../core/mini_batch.js").MiniBatch} MiniBatch */
/** @typedef {import("../../core/mini_batch.js").Weight} Weight */
/** @typedef {{name: string, first: string, second: string, product: number, go: Weight | null}} Row */

const TERMS = 6;

/** @param {App} app @returns {{element: HTMLElement, update: (batch: MiniBatch, weight: Weight) => void}} */
export function chainView(app) {
  const chooser = weightChooser(app);
  const now = h("p");
  const formula = chainFormula();
  const parts = h("ul", { class: "factors" });
  const verdict = h("p", { class: "verdict" });
  const table = sumTable(app);
  const element = h("div", {}, chooser.element, now, formula.element, verdict, parts, table.element);
  const judge = (/** @type {number} */ slope, /** @type {string} */ why) => {
    setText(verdict, hint(slope, why));
    attributes(verdict, { class: `verdict${slope ? (slope < 0 ? " positive" : " negative") : ""}` });
  };
  return {
    element,
    update(batch, weight) {
      const { network, steps, gradient } = batch;
      const { layer, neuron, source } = weight;
      const { weights, before } = network.layers[layer - 1];
      const at = neuron * before + source;
      const slope = gradient[layer - 1].weights[at];
      chooser.update(batch, weight);
      setText(
        now,
        phrase("learn.chainRule.theWeightFromToIt", {
          from: inputName(network, layer, source),
          what: within(neuronName(network, layer, neuron)),
          weight: fixed(weights[at], 4),
        }),
      );
      if (steps.length > 1) {
        const chains = steps.map((one) => weightChain(one, layer, neuron, source));
        formula.update([
          ["dC/dw", significant(slope)],
          "=",
          [phrase("learn.chainRule.meanOfADcDz", { n: steps.length }), significant(slope)],
        ]);
        clear(parts);
        table.update(
          phrase("learn.chainRule.imageByImageADc", { n: steps.length }),
          [phrase("learn.chainRule.aPicture"), "a", "× dC/dz", `÷ ${steps.length}`],
          pictureRows(
            network.classes,
            chains,
            steps.map(({ target }) => target),
          ),
          slope,
          "dC/dw",
        );
        judge(slope, phrase("learn.chainRule.inTheseImagesItsInput"));
        return;
      }
      const chain = weightChain(steps[0], layer, neuron, source);
      formula.update(factors(batch, chain));
      const lines = explained(batch, chain);
      if (parts.childElementCount !== lines.length) clear(parts, ...lines.map(() => h("li")));
      for (const [i, line] of lines.entries()) setText(parts.children[i], line);
      judge(
        slope,
        chain.input ? phrase("learn.chainRule.theGradientOfItsNeuron") : phrase("learn.chainRule.itsInputIs0So"),
      );
      attributes(table.element, { hidden: !chain.asked.length });
      if (chain.asked.length) {
        const rows = chain.asked.map((one) => ({
          name: layer + 1 === network.layers.length ? `output ${network.classes[one.neuron]}` : `neuron ${one.neuron}`,
          first: fixed(one.weight, 4),
          second: significant(one.dC_dz),
          product: one.product,
          go: { layer: layer + 1, neuron: one.neuron, source: neuron },
        }));
        const many = count(chain.asked.length);
        table.update(
          layer + 1 === network.layers.length
            ? phrase("learn.chainRule.dcDaASumOver", { many })
            : phrase("learn.chainRule.dcDaASumOver2", { many, layer: layer + 1 }),
          [
            phrase("learn.chainRule.from"),
            phrase("learn.chainRule.weight"),
            "× dC/dz",
            phrase("learn.chainRule.product"),
          ],
          rows,
          chain.dC_da ?? 0,
          "dC/da′",
        );
      }
    },
  };
}

/** @param {number} slope @param {string} why */
function hint(slope, why) {
  return slope
    ? slope < 0
      ? phrase("learn.chainRule.theCostFallsAsThis")
      : phrase("learn.chainRule.theCostFallsAsThis2")
    : phrase("learn.chainRule.thisWeightDoesNotMatter", { why });
}

/**
 * The formula, with each factor's number.
 * @param {MiniBatch} batch
 * @param {WeightChain} chain
 * @returns {import("../shared/formula.js").Piece[]}
 */
function factors({ steps: [one] }, { layer, neuron, input, slope, dC_da, dC_dz, dC_dw }) {
  const start = /** @type {import("../shared/formula.js").Piece[]} */ ([
    ["dC/dw", significant(dC_dw)],
    "=",
    ["a", significant(input)],
    "×",
  ]);
  if (dC_da === null)
    return [...start, ["(a′ − y)", `(${plain(one.trace.a[layer][neuron], 4)} − ${one.targets[neuron]})`]];
  if (slope === null) return [...start, ["dC/dz", significant(dC_dz)]];
  return [...start, ["σ′(z)", significant(slope)], "×", ["dC/da′", significant(dC_da)]];
}

/** Each factor in words. @param {MiniBatch} batch @param {WeightChain} chain @returns {string[]} */
function explained({ network, steps: [one] }, { layer, neuron, source, input, slope, dC_da, dC_dz, asked }) {
  const name = network.activations[layer - 1];
  const z = one.trace.z[layer - 1][neuron];
  const held = one.trace.a[layer][neuron];
  const lines = [
    phrase("learn.chainRule.aTheInputOfThis", {
      input: significant(input),
      from: inputName(network, layer, source),
    }),
  ];
  if (dC_da === null) return [...lines, phrase("learn.chainRule.aYWithThisCost", { dC_dz: significant(dC_dz) })];
  if (slope === null) {
    const shared = one.trace.a[layer].reduce((sum, a, j) => sum + a * (one.dC_da[layer - 1]?.[j] ?? 0), 0);
    return [
      ...lines,
      phrase("learn.chainRule.dcDzADcDa", {
        held: significant(held),
        dC_da: significant(dC_da),
        bracketed: bracketed(shared),
      }),
    ];
  }
  lines.push(phrase("learn.chainRule.zTheSlopeOfAt", { slope: significant(slope), name, z: fixed(z) }));
  if (asked.length)
    return [...lines, phrase("learn.chainRule.dcDaHowTheCost", { dC_da: significant(dC_da), held: significant(held) })];
  return [
    ...lines,
    phrase("learn.chainRule.dcDa2AY", { held: plain(held, 4), target: one.targets[neuron], dC_da: significant(dC_da) }),
  ];
}

/** @param {number} value */
const bracketed = (value) => (value < 0 ? `(${significant(value)})` : significant(value));

/** @param {string[]} classes @param {WeightChain[]} chains @param {number[]} targets @returns {Row[]} */
function pictureRows(classes, chains, targets) {
  return chains.map((chain, i) => ({
    name: phrase("learn.chainRule.picture", { n: i + 1, name: classes[targets[i]] }),
    first: significant(chain.input),
    second: significant(chain.dC_dz),
    product: chain.dC_dw / chains.length,
    go: null,
  }));
}

/** The largest terms, what the others add up to, and the total. @param {App} app */
function sumTable(app) {
  const heading = h("h4");
  const heads = Array.from({ length: 4 }, (_, i) => h("th", { scope: "col", class: i ? "right" : "" }));
  const caption = h("caption", { class: "unseen" });
  const body = h("tbody");
  const [restName, rest, totalName, total] = [
    h("th", { scope: "row", colspan: 3 }),
    h("td", { class: "number right" }),
    h("th", { scope: "row", colspan: 3 }),
    h("td", { class: "number right" }),
  ];
  const rows = Array.from({ length: TERMS }, () => termRow(app));
  const element = h(
    "div",
    { class: "asked" },
    heading,
    h(
      "table",
      {},
      caption,
      h("thead", {}, h("tr", {}, ...heads)),
      body,
      h("tfoot", {}, h("tr", { class: "others" }, restName, rest), h("tr", { class: "sum" }, totalName, total)),
    ),
  );
  return {
    element,
    /** @param {string} title @param {string[]} names @param {Row[]} all @param {number} whole @param {string} symbol */
    update(title, names, all, whole, symbol) {
      attributes(element, { hidden: false });
      const order = all.map((_, k) => k).sort((j, k) => Math.abs(all[k].product) - Math.abs(all[j].product));
      const listed = order.slice(0, Math.min(TERMS, all.length - 1)).map((k) => all[k]);
      const text = addUp(
        listed.map(({ product }) => product),
        whole,
        decimalsFor([whole, ...listed.map(({ product }) => product)]),
      );
      setText(heading, title);
      setText(caption, title);
      for (const [i, name] of names.entries()) setText(heads[i], name);
      if (body.childElementCount !== listed.length) clear(body, ...rows.slice(0, listed.length).map(({ row }) => row));
      for (const [i, one] of listed.entries()) rows[i].update(one, text.rows[i]);
      setText(restName, phrase("learn.chainRule.theOtherAddUpTo", { n: count(all.length - listed.length) }));
      setText(rest, typographic(text.rest));
      setText(totalName, symbol);
      setText(total, typographic(text.total));
    },
  };
}

/** @param {App} app */
function termRow(app) {
  /** @type {Weight | null} */
  let go = null;
  const button = h("button", { class: "quiet", onclick: () => go && app.set(go) });
  const plainName = h("span");
  const [first, second, product] = [0, 1, 2].map(() => h("td", { class: "number right" }));
  const row = h("tr", {}, h("th", { scope: "row" }, button, plainName), first, second, product);
  return {
    row,
    /** @param {Row} one @param {string} text */
    update(one, text) {
      go = one.go;
      setText(button, one.name);
      setText(plainName, one.name);
      attributes(button, { hidden: !go, title: phrase("learn.chainRule.goOnToThisWeight") });
      attributes(plainName, { hidden: Boolean(go) });
      setText(first, one.first);
      setText(second, one.second);
      setText(product, typographic(text));
    },
  };
}

/** The minus of print instead of the keyboard's. @param {string} text */
function typographic(text) {
  return text.replace("-", "−");
}
