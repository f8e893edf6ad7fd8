// @ts-check
// The cost of the answer, written out output by output, and the gauges of the outputs.
//
// The terms are rounded by the rule of core/neuron.js: the column adds up to C exactly.

import { addUp } from "../../core/neuron.js";
import { count, plain } from "../../core/numbers.js";
import { attributes, clear, h, math, setText } from "../shared/dom.js";
import { outputGauges } from "./gauges.js";
import { costKind } from "../../core/costs.js";
import { decimalsFor, largestFew, targetsOf } from "../../core/mini_batch.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../../core/mini_batch.js").MiniBatch} MiniBatch */

const MOST = 12; // outputs that are listed; a network with more shows those that cost most

const SAYS = /** @type {const} */ ({
  quadratic: () => phrase("learn.cost.forEachOutputItsDifference"),
  binary: () => phrase("learn.cost.eachOutputIsAYes"),
  categorical: () => phrase("learn.cost.onlyTheOutputOfThe"),
});
const HEADS = /** @type {const} */ ({
  quadratic: "(a − y)²",
  binary: "−ln a, −ln(1 − a)",
  categorical: "−y ln a",
});

/** The cost, written out, and the gauges. @returns {{element: HTMLElement, update: (batch: MiniBatch) => void}} */
export function costView() {
  const gauges = outputGauges();
  const formula = h("p", { class: "formula" });
  const total = h("output", { class: "number total" });
  const said = h("p", { class: "dim" });
  const head = h("th", { scope: "col", class: "right" });
  const body = h("tbody");
  const left = { row: h("tr", {}), value: h("td", { class: "number right" }) };
  const leftName = h("th", { scope: "row", colspan: 3 });
  left.row.append(leftName, left.value);
  const sum = h("td", { class: "number right" });
  const table = h(
    "table",
    { class: "cost-table" },
    h("caption", { class: "unseen" }, phrase("learn.cost.theCostOutputByOutput")),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        h("th", { scope: "col" }, phrase("learn.cost.output")),
        h("th", { scope: "col", class: "right" }, phrase("learn.cost.activationA")),
        h("th", { scope: "col", class: "right" }, phrase("learn.cost.targetY")),
        head,
      ),
    ),
    body,
    h("tfoot", {}, left.row, h("tr", { class: "sum" }, h("th", { scope: "row", colspan: 3 }, "C"), sum)),
  );
  const element = h(
    "div",
    { class: "cost" },
    h("div", { class: "cost-line" }, formula, total),
    h("div", { class: "cost-parts" }, gauges.element, h("div", {}, table)),
    said,
  );
  /** @type {ReturnType<typeof termRow>[]} */
  let rows = [];
  let shape = "";

  return {
    element,
    update(batch) {
      const { network, steps, a, targets, terms, cost } = batch;
      const kind = costKind(network);
      const many = steps.length > 1;
      const held = a[a.length - 1];
      const shown = largestFew(terms, MOST, targetsOf(batch));
      if (rows.length !== shown.length) {
        rows = shown.map(termRow);
        clear(body, ...rows.map(({ row }) => row));
      }
      if (shape !== kind + steps.length) {
        shape = kind + steps.length;
        clear(formula, costFormula(kind, steps.length));
      }
      setText(head, many ? phrase("learn.cost.meanOf", { what: HEADS[kind] }) : HEADS[kind]);
      setText(said, many ? phrase("learn.cost.averagesOverPicturesTheCost", { n: steps.length }) : SAYS[kind]());
      const listed = shown.map((j) => terms[j]);
      const printed = addUp(listed, cost, decimalsFor([...listed, cost]));
      for (const [i, j] of shown.entries()) {
        const one = rows[i];
        setText(one.name, network.classes[j]);
        setText(one.held, plain(held[j], 3));
        setText(one.target, plain(targets[j], many ? 3 : 0));
        setText(one.term, unsigned(printed.rows[i]));
        attributes(one.row, { class: targets[j] === 1 ? "told" : false });
      }
      const others = terms.length - shown.length;
      attributes(left.row, { hidden: !others && /^\+0\.0*$/.test(printed.rest) });
      setText(
        leftName,
        others
          ? phrase("learn.cost.theOtherAddUpTo", { others: count(others) })
          : phrase("learn.cost.lostInRoundingTheRows"),
      );
      setText(left.value, unsigned(printed.rest));
      setText(sum, unsigned(printed.total));
      setText(total, unsigned(printed.total));
      gauges.update(/** @type {MiniBatch} */ ({ network, a, targets }), shown);
    },
  };
}

function termRow() {
  const name = h("th", { scope: "row" });
  const [held, target, term] = [0, 1, 2].map(() => h("td", { class: "number right" }));
  return { row: h("tr", {}, name, held, target, term), name, held, target, term };
}

/** Without plus, and with the minus of print. @param {string} text */
function unsigned(text) {
  return text.replace("+", "").replace("-", "−");
}

/** @param {ReturnType<typeof costKind>} kind @param {number} many   pictures @returns {Element} */
function costFormula(kind, many) {
  const [letter, sign] = ["mi", "mo"].map((tag) => (/** @type {string} */ text) => math(tag, {}, text));
  const ln = () => math("mi", { mathvariant: "normal" }, "ln");
  const inside = {
    quadratic: [
      math(
        "msup",
        {},
        math("mrow", {}, sign("("), letter("a"), sign("−"), letter("y"), sign(")")),
        math("mn", {}, "2"),
      ),
    ],
    binary: [
      sign("["),
      letter("y"),
      ln(),
      letter("a"),
      sign("+"),
      sign("("),
      math("mn", {}, "1"),
      sign("−"),
      letter("y"),
      sign(")"),
      ln(),
      sign("("),
      math("mn", {}, "1"),
      sign("−"),
      letter("a"),
      sign(")"),
      sign("]"),
    ],
    categorical: [letter("y"), ln(), letter("a")],
  }[kind];
  const words = {
    quadratic: phrase("learn.cost.cIsTheSumOf"),
    binary: phrase("learn.cost.cIsMinusTheSum"),
    categorical: phrase("learn.cost.cIsMinusTheSum2"),
  }[kind];
  const averaged =
    many > 1
      ? [
          math("mfrac", {}, math("mn", {}, "1"), math("mn", {}, String(many))),
          math("munder", {}, sign("∑"), math("mtext", {}, phrase("learn.cost.pictures"))),
        ]
      : [];
  const label = many > 1 ? phrase("learn.cost.averagedOverPictures", { words, many }) : words;
  return math(
    "math",
    { "aria-label": label, displaystyle: "true" },
    math(
      "mrow",
      {},
      letter("C"),
      sign("="),
      kind !== "quadratic" && sign("−"),
      ...averaged,
      sign("∑"),
      ...inside,
      sign("="),
    ),
  );
}
