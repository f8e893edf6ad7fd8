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

/** @typedef {import("../../core/mini_batch.js").MiniBatch} MiniBatch */

const MOST = 12; // outputs that are listed; a network with more shows those that cost most

const SAYS = /** @type {const} */ ({
  quadratic: "For each output: its difference from the target, squared. The cost is their sum.",
  binary: "Each output is a yes or no of its own. The surer it is of the wrong answer, the higher the cost.",
  categorical: "Only the output of the correct class counts here: the lower it is, the higher the cost.",
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
    h("caption", { class: "unseen" }, "The cost, output by output"),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        h("th", { scope: "col" }, "output"),
        h("th", { scope: "col", class: "right" }, "activation a"),
        h("th", { scope: "col", class: "right" }, "target y"),
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
      setText(head, many ? `mean of ${HEADS[kind]}` : HEADS[kind]);
      setText(
        said,
        many
          ? `Averages over ${steps.length} pictures. The cost of the mini-batch is the mean of their costs.`
          : SAYS[kind],
      );
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
      setText(leftName, others ? `the other ${count(others)} add up to` : "lost in rounding the rows");
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
    quadratic: "C is the sum of a minus y, squared",
    binary: "C is minus the sum of y ln a plus 1 minus y ln 1 minus a",
    categorical: "C is minus the sum of y ln a",
  }[kind];
  const averaged =
    many > 1
      ? [
          math("mfrac", {}, math("mn", {}, "1"), math("mn", {}, String(many))),
          math("munder", {}, sign("∑"), math("mtext", {}, "pictures")),
        ]
      : [];
  const label = many > 1 ? `${words}, averaged over ${many} pictures` : words;
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
