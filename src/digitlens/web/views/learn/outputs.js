// @ts-check
// How the cost changes with each output: dC/da, σ′(z) and their product dC/dz, as a table.

import { ACTIVATIONS } from "../../core/network.js";
import { costKind } from "../../core/costs.js";
import { largestFew, targetsOf } from "../../core/mini_batch.js";
import { significant } from "../../core/numbers.js";
import { attributes, clear, h, setText } from "../shared/dom.js";

/** @typedef {import("../../core/mini_batch.js").MiniBatch} MiniBatch */

const MOST = 12; // outputs that are listed; a network with more shows the steepest

/**
 * What each output should do, in numbers; a click on one asks what that means for the layer before.
 * @param {(output: number) => void} choose
 * @returns {{element: HTMLElement, update: (batch: MiniBatch, asking: number) => void}}
 */
export function outputsView(choose) {
  const said = h("p");
  const body = h("tbody");
  const heads = ["output", "should", "dC/da", "× σ′(z)", "dC/dz"].map((text, i) =>
    h("th", { scope: "col", class: i > 1 ? "right" : "" }, text),
  );
  const slopeHead = heads[3];
  const table = h(
    "table",
    { class: "slopes-table" },
    h("caption", { class: "unseen" }, "How the cost changes with the outputs"),
    h("thead", {}, h("tr", {}, ...heads)),
    body,
  );
  const note = h("p", { class: "dim" });
  const element = h("div", {}, said, table, note);
  /** @type {ReturnType<typeof slopeRow>[]} */
  let rows = [];
  return {
    element,
    update(batch, asking) {
      const { network, steps, dC_dz, dC_da } = batch;
      const last = dC_dz[dC_dz.length - 1];
      const asked = dC_da[dC_da.length - 1];
      const shown = largestFew(last, MOST, [...targetsOf(batch), asking]);
      if (rows.length !== shown.length) {
        rows = shown.map(() => slopeRow(choose));
        clear(body, ...rows.map(({ row }) => row));
      }
      for (const [i, j] of shown.entries()) {
        const one = rows[i];
        const of =
          steps.length === 1 ? steps[0].outputGradients[j] : { dC_da: asked && asked[j], slope: null, dC_dz: last[j] };
        one.output = j;
        setText(one.button, network.classes[j]);
        attributes(one.button, {
          "aria-pressed": String(j === asking),
          "aria-label": `Output ${network.classes[j]}: its bias, its weights and the neurons before it`,
        });
        setText(one.should, last[j] ? (last[j] < 0 ? "↑ rise" : "↓ fall") : "– stay");
        attributes(one.should, { class: last[j] ? (last[j] < 0 ? "positive" : "negative") : "dim" });
        setText(one.asked, of.dC_da === null ? "–" : significant(of.dC_da));
        setText(one.slope, of.slope === null ? "–" : significant(of.slope));
        attributes(one.slope, { hidden: steps.length > 1 });
        setText(one.dC_dz, significant(last[j]));
      }
      attributes(slopeHead, { hidden: steps.length > 1 });
      setText(heads[4], steps.length > 1 ? "dC/dz" : "= dC/dz");
      setText(said, SLOPES);
      setText(note, noteOn(batch, shown.length));
    },
  };
}

const SLOPES =
  "dC/da says how the cost changes as an output holds more: below zero, more is better. σ′(z) says how steep " +
  "the curve is where the output stands: where it is flat, even a large dC/da changes little. Their product is " +
  "what counts for the weighted sum z.";

/** @param {MiniBatch} batch @param {number} shown */
function noteOn({ network, steps, dC_dz }, shown) {
  const all = dC_dz[dC_dz.length - 1].length;
  const fewer = shown < all ? `The ${shown} of ${all} outputs with the largest gradients. ` : "";
  if (steps.length > 1)
    return (
      `${fewer}Averages over ${steps.length} pictures; each of them has a slope σ′(z) of its own. Choose an ` +
      "output to see the gradients behind it."
    );
  if (costKind(network) !== "quadratic")
    return (
      `${fewer}With this cost the slope of the curve cancels out: dC/dz is simply a − y. Choose an output to see ` +
      "the gradients behind it."
    );
  const output = network.activations[network.activations.length - 1];
  if (ACTIVATIONS[output].wholeLayer)
    return (
      `${fewer}The ${output} outputs share one sum, so each dC/dz depends on all of them: a × (dC/da − Σ a ` + "dC/da)."
    );
  return `${fewer}Choose an output to see the gradients behind it.`;
}

/** @param {(output: number) => void} choose */
function slopeRow(choose) {
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
