// @ts-check
// How the cost changes with each output: dC/da, σ′(z) and their product dC/dz, as a table.

import { ACTIVATIONS } from "../../core/network.js";
import { costKind } from "../../core/costs.js";
import { largestFew, targetsOf } from "../../core/mini_batch.js";
import { significant } from "../../core/numbers.js";
import { attributes, clear, h, setText } from "../shared/dom.js";
import { phrase } from "../../texts/later.js";

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
  const heads = [phrase("learn.outputs.output"), phrase("learn.outputs.should"), "dC/da", "× σ′(z)", "dC/dz"].map(
    (text, i) => h("th", { scope: "col", class: i > 1 ? "right" : "" }, text),
  );
  const slopeHead = heads[3];
  const table = h(
    "table",
    { class: "slopes-table" },
    h("caption", { class: "unseen" }, phrase("learn.outputs.howTheCostChangesWith")),
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
          "aria-label": phrase("learn.outputs.outputItsBiasItsWeights", { name: network.classes[j] }),
        });
        setText(
          one.should,
          last[j]
            ? last[j] < 0
              ? phrase("learn.outputs.rise")
              : phrase("learn.outputs.fall")
            : phrase("learn.outputs.stay"),
        );
        attributes(one.should, { class: last[j] ? (last[j] < 0 ? "positive" : "negative") : "dim" });
        setText(one.asked, of.dC_da === null ? "–" : significant(of.dC_da));
        setText(one.slope, of.slope === null ? "–" : significant(of.slope));
        attributes(one.slope, { hidden: steps.length > 1 });
        setText(one.dC_dz, significant(last[j]));
      }
      attributes(slopeHead, { hidden: steps.length > 1 });
      setText(heads[4], steps.length > 1 ? "dC/dz" : "= dC/dz");
      setText(said, slopesMean());
      setText(note, noteOn(batch, shown.length));
    },
  };
}

const slopesMean = () => phrase("learn.outputs.dcDaSaysHowThe");

/** @param {MiniBatch} batch @param {number} shown */
function noteOn({ network, steps, dC_dz }, shown) {
  const all = dC_dz[dC_dz.length - 1].length;
  const fewer = shown < all ? phrase("learn.outputs.theOfOutputsWithThe", { shown, all }) : "";
  if (steps.length > 1) return phrase("learn.outputs.averagesOverPicturesEachOf", { fewer, n: steps.length });
  if (costKind(network) !== "quadratic") return phrase("learn.outputs.withThisCostTheSlope", { fewer });
  const output = network.activations[network.activations.length - 1];
  if (ACTIVATIONS[output].wholeLayer) return phrase("learn.outputs.theOutputsShareOneSum", { fewer, output });
  return phrase("learn.outputs.chooseAnOutputToSee", { fewer });
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
