// @ts-check
// What came of a comparison: the sentence, curves over each other, accuracies seed by seed, weight pictures side by
// side.

import { imageOf, imageShape } from "../../train/frames.js";
import { band, pace, pairs } from "../../train/duel.js";
import { fixed } from "../../core/numbers.js";
import { fullStrength } from "../../core/weights.js";
import { spokenNames, spokenSentence } from "../../train/spoken.js";
import { attributes, clear, h, setText } from "../shared/dom.js";
import { inkCanvas, paintWeights } from "../shared/pictures.js";
import { plotView } from "../shared/plot.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../train/frames.js").Frame} Frame */
/** @typedef {import("../../train/schema.js").Field} Field */

const SIDES = /** @type {const} */ (["a", "b"]);

/** @param {App} app @param {(side: 0 | 1) => void} toTrain */
export function resultView(app, toTrain) {
  const sentence = h("p", { class: "sentence" });
  const series = (/** @type {string[]} */ names) =>
    names.flatMap((name, i) => {
      const ink = i ? /** @type {const} */ ("winner") : /** @type {const} */ ("positive");
      return [
        { label: `${"AB"[i]}: ${name}`, ink, dash: i ? [7, 4] : [] },
        { label: "", ink, thin: true, band: true },
        { label: "", ink, thin: true },
      ];
    });
  const accuracy = plotView(app, {
    title: phrase("compare.result.testAccuracy"),
    y: phrase("compare.result.accuracy"),
    percent: true,
    series: series(["", ""]),
    height: 260,
  });
  const cost = plotView(app, {
    title: phrase("compare.result.costOnTheTestImages"),
    y: phrase("compare.result.cost"),
    series: series(["", ""]),
    height: 260,
  });
  const table = h("table", { class: "pairs-table" });
  const columns = SIDES.map((side, i) => {
    const title = h("h3", {});
    const time = h("p", { class: "dim number" });
    const grid = h("div", { class: "weights" });
    const open = h(
      "button",
      { onclick: () => toTrain(/** @type {0 | 1} */ (i)) },
      phrase("compare.result.openInTrain", { value: "AB"[i] }),
    );
    return {
      side,
      title,
      time,
      grid,
      element: h("div", { class: "column", "data-side": "AB"[i] }, title, time, grid, h("div", { class: "row" }, open)),
      canvases: /** @type {HTMLCanvasElement[]} */ ([]),
    };
  });
  const element = h(
    "div",
    { class: "watch" },
    sentence,
    h(
      "div",
      {
        class: "plots",
        "data-part": "compare-curves",
        "data-title": phrase("compare.result.theCurvesOfTheComparison"),
      },
      accuracy.element,
      cost.element,
    ),
    h("p", { class: "dim" }, phrase("compare.result.theLineIsTheMean")),
    h(
      "div",
      {
        class: "columns",
        "data-part": "compare-weights",
        "data-title": phrase("compare.result.theWeightPicturesOfThe"),
      },
      ...columns.map((column) => column.element),
    ),
    h(
      "div",
      { class: "scroller", tabindex: 0, role: "group", "aria-label": phrase("compare.result.seedBySeed") },
      table,
    ),
  );

  return {
    element,
    /** @param {Frame} frame @param {readonly Field[]} fields   of a recipe */
    update(frame, fields) {
      const { header, blocks, shapes } = frame;
      const names = spokenNames(header, fields);
      const said = spokenSentence(header, fields);
      setText(sentence, said || phrase("compare.result.theFirstPairOfRuns"));
      const epochs = Math.max(...SIDES.map((side) => shapes[`${side}_curves`][1]));
      const x = Array.from({ length: epochs }, (_, i) => i + 1);
      for (const [plot, curve] of /** @type {const} */ ([
        [accuracy, "testAccuracy"],
        [cost, "testCost"],
      ])) {
        plot.series(series(names));
        plot.update(
          [
            x,
            ...SIDES.flatMap((side) => {
              const { mean, high, low } = band(frame, side, curve);
              return [mean, high, low].map((values) => x.map((_, i) => values[i] ?? null));
            }),
          ],
          said,
        );
      }
      for (const [i, column] of columns.entries()) {
        setText(column.title, `${"AB"[i]}: ${names[i]}`);
        const seconds = pace(header.runs[i]);
        setText(
          column.time,
          seconds === null
            ? ""
            : phrase("compare.result.msAnEpochOnThe", {
                seconds: (1000 * seconds).toFixed(0),
                engine: header.runs[i][0].engine,
              }),
        );
        const pictures = blocks[`${column.side}_pictures`];
        const count = pictures ? shapes[`${column.side}_pictures`][0] : 0;
        if (column.canvases.length !== count) {
          column.canvases = Array.from({ length: count }, (_, j) =>
            inkCanvas(
              phrase("compare.result.weightsIntoNeuronSeed", {
                value: "AB"[i],
                j,
                seed: header.runs[i].at(-1)?.seed ?? 0,
              }),
            ),
          );
          clear(column.grid, ...column.canvases);
        }
        if (pictures) {
          const full = fullStrength(pictures);
          const shape = imageShape(header);
          column.canvases.forEach((canvas, j) => paintWeights(canvas, imageOf(pictures, j, shape), full, shape));
        }
      }
      const percent = (/** @type {number | null} */ share) => (share === null ? "–" : `${(100 * share).toFixed(2)} %`);
      const rows = pairs(header);
      attributes(table, { hidden: !rows.length });
      clear(
        table,
        h("caption", {}, phrase("compare.result.testAccuracyAfterTheLast")),
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            ...[phrase("compare.result.seed"), `A: ${names[0]}`, `B: ${names[1]}`, phrase("compare.result.points")].map(
              (name) => h("th", { scope: "col" }, name),
            ),
          ),
        ),
        h(
          "tbody",
          {},
          ...rows.map(({ seed, a, b, difference }) =>
            h(
              "tr",
              {},
              h("th", { scope: "row" }, String(seed)),
              h("td", {}, percent(a)),
              h("td", {}, percent(b)),
              h("td", {}, difference === null ? "" : fixed(100 * difference, 2)),
            ),
          ),
        ),
      );
    },
  };
}
