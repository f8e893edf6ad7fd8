// @ts-check
// How wrong the answer is, as one number; and what the cost asks of each output.
//
// The terms of the cost are rounded by the rule of ../neuron.js: what stands in the column adds up to C exactly.

import { addUp } from "../../core/neuron.js";
import { count, plain, significant } from "../../core/numbers.js";
import { attributes, clear, h, math, setText } from "../shared/dom.js";
import { outputGauges } from "./gauges.js";
import { costKind, decimalsFor, largestFew } from "../../core/lesson.js";

/** @typedef {import("../../app/main.js").App} App */
/** @typedef {import("../../core/network.js").Network} Network */
/** @typedef {import("../../core/lesson.js").Lesson} Lesson */

const MOST = 12; // outputs that are listed; a network with more shows those that cost most

const SAYS = /** @type {const} */ ({
  quadratic: "For each output: how far it is from what it should hold, squared. All added up, that is the cost.",
  "ten questions":
    "Each output answers its own question, yes or no. The surer it is of the wrong answer, the more it costs.",
  "one choice": "Only the output that should have won counts here: the less it holds, the higher the cost.",
});
const HEADS = /** @type {const} */ ({
  quadratic: "(a − y)²",
  "ten questions": "−ln a, −ln(1 − a)",
  "one choice": "−y ln a",
});

/** The cost, written out, and the ten arrows. @returns {{element: HTMLElement, update: (lesson: Lesson) => void}} */
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
        h("th", { scope: "col", class: "right" }, "holds a"),
        h("th", { scope: "col", class: "right" }, "should y"),
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
    update({ network, steps, a, targets, terms, cost }) {
      const kind = costKind(network);
      const many = steps.length > 1;
      const held = a[a.length - 1];
      const shown = largestFew(terms, MOST);
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
      gauges.update(/** @type {Lesson} */ ({ network, a, targets }), shown);
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
    "ten questions": [
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
    "one choice": [letter("y"), ln(), letter("a")],
  }[kind];
  const words = {
    quadratic: "C is the sum of a minus y, squared",
    "ten questions": "C is minus the sum of y ln a plus 1 minus y ln 1 minus a",
    "one choice": "C is minus the sum of y ln a",
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

/**
 * What each output should do, in numbers; a click on one asks what that means for the layer before.
 * @param {(output: number) => void} choose
 * @returns {{element: HTMLElement, update: (lesson: Lesson, asking: number) => void}}
 */
export function wishesView(choose) {
  const said = h("p");
  const body = h("tbody");
  const heads = ["output", "should", "dC/da", "× σ′(z)", "dC/dz"].map((text, i) =>
    h("th", { scope: "col", class: i > 1 ? "right" : "" }, text),
  );
  const slopeHead = heads[3];
  const table = h(
    "table",
    { class: "wishes-table" },
    h("caption", { class: "unseen" }, "What the cost asks of the outputs"),
    h("thead", {}, h("tr", {}, ...heads)),
    body,
  );
  const note = h("p", { class: "dim" });
  const element = h("div", {}, said, table, note);
  /** @type {ReturnType<typeof wishRow>[]} */
  let rows = [];
  return {
    element,
    update(lesson, asking) {
      const { network, steps, dC_dz, dC_da } = lesson;
      const last = dC_dz[dC_dz.length - 1];
      const asked = dC_da[dC_da.length - 1];
      const shown = largestFew(last, MOST);
      if (rows.length !== shown.length) {
        rows = shown.map(() => wishRow(choose));
        clear(body, ...rows.map(({ row }) => row));
      }
      for (const [i, j] of shown.entries()) {
        const one = rows[i];
        const wish =
          steps.length === 1 ? steps[0].wishes[j] : { dC_da: asked && asked[j], slope: null, dC_dz: last[j] };
        one.output = j;
        setText(one.button, network.classes[j]);
        attributes(one.button, {
          "aria-pressed": String(j === asking),
          "aria-label": `Output ${network.classes[j]}: what it asks of the layer before`,
        });
        setText(one.should, last[j] ? (last[j] < 0 ? "↑ rise" : "↓ fall") : "– stay");
        attributes(one.should, { class: last[j] ? (last[j] < 0 ? "positive" : "negative") : "dim" });
        setText(one.asked, wish.dC_da === null ? "–" : significant(wish.dC_da));
        setText(one.slope, wish.slope === null ? "–" : significant(wish.slope));
        attributes(one.slope, { hidden: steps.length > 1 });
        setText(one.dC_dz, significant(last[j]));
      }
      attributes(slopeHead, { hidden: steps.length > 1 });
      setText(heads[4], steps.length > 1 ? "dC/dz" : "= dC/dz");
      setText(said, SLOPES);
      setText(note, noteOn(lesson, shown.length));
    },
  };
}

const SLOPES =
  "dC/da says how the cost changes as an output holds more: below zero, more is better. σ′(z) says how steep " +
  "the curve is where the output stands: where it is flat, even a strong wish moves little. Their product is " +
  "what counts for the weighted sum z.";

/** @param {Lesson} lesson @param {number} shown */
function noteOn({ network, steps, dC_dz }, shown) {
  const all = dC_dz[dC_dz.length - 1].length;
  const fewer = shown < all ? `The ${shown} of ${all} outputs that are asked most. ` : "";
  if (steps.length > 1)
    return (
      `${fewer}Averages over ${steps.length} pictures; each of them has a slope σ′(z) of its own. Choose an ` +
      "output to see what it asks of the layer before."
    );
  if (costKind(network) !== "quadratic")
    return (
      `${fewer}With this cost the slope of the curve cancels out: dC/dz is simply a − y. Choose an output to see ` +
      "what it asks of the layer before."
    );
  if (network.activations[network.activations.length - 1] === "softmax")
    return `${fewer}Softmax outputs share one sum, so each dC/dz depends on all of them: a × (dC/da − Σ a dC/da).`;
  return `${fewer}Choose an output to see what it asks of the layer before.`;
}

/** @param {(output: number) => void} choose */
function wishRow(choose) {
  const button = h("button", { class: "quiet", "aria-pressed": "false", onclick: () => choose(one.output) });
  const should = h("span");
  const [asked, slope, dC_dz] = [0, 1, 2].map(() => h("td", { class: "number right" }));
  const one = {
    row: h("tr", {}, h("th", { scope: "row" }, button), h("td", {}, should), asked, slope, dC_dz),
    button,
    should,
    asked,
    slope,
    dC_dz,
    output: 0,
  };
  return one;
}
