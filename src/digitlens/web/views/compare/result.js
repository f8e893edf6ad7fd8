// @ts-check
// What came of a comparison: the sentence, curves over each other, accuracies seed by seed, weight pictures side by
// side.

import { imageOf, imageShape } from "../../train/frames.js";
import { band, pace, pairs } from "../../train/duel.js";
import { fixed } from "../../core/numbers.js";
import { fullStrength } from "../../core/weights.js";
import { attributes, clear, h, setText } from "../shared/dom.js";
import { inkCanvas, paintWeights } from "../shared/pictures.js";
import { plotView } from "../shared/plot.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../train/frames.js").Frame} Frame */

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
    title: "Test accuracy",
    y: "accuracy",
    percent: true,
    series: series(["", ""]),
    height: 260,
  });
  const cost = plotView(app, { title: "Cost on the test images", y: "cost", series: series(["", ""]), height: 260 });
  const table = h("table", { class: "pairs-table" });
  const columns = SIDES.map((side, i) => {
    const title = h("h3", {});
    const time = h("p", { class: "dim number" });
    const grid = h("div", { class: "weights" });
    const open = h("button", { onclick: () => toTrain(/** @type {0 | 1} */ (i)) }, `Open ${"AB"[i]} in Train`);
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
      { class: "plots", "data-part": "compare-curves", "data-title": "the curves of the comparison" },
      accuracy.element,
      cost.element,
    ),
    h("p", { class: "dim" }, "The line is the mean over the seeds; the area reaches from the lowest to the highest."),
    h(
      "div",
      { class: "columns", "data-part": "compare-weights", "data-title": "the weight pictures of the comparison" },
      ...columns.map((column) => column.element),
    ),
    h("div", { class: "scroller", tabindex: 0, role: "group", "aria-label": "Seed by seed" }, table),
  );

  return {
    element,
    /** @param {Frame} frame */
    update(frame) {
      const { header, blocks, shapes } = frame;
      const names = /** @type {string[]} */ (header.names);
      setText(sentence, header.sentence || "The first pair of runs is under way.");
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
          header.sentence,
        );
      }
      for (const [i, column] of columns.entries()) {
        setText(column.title, `${"AB"[i]}: ${names[i]}`);
        const seconds = pace(header.runs[i]);
        setText(
          column.time,
          seconds === null
            ? ""
            : `${(1000 * seconds).toFixed(0)} ms an epoch on the ${header.runs[i][0].engine} engine`,
        );
        const pictures = blocks[`${column.side}_pictures`];
        const count = pictures ? shapes[`${column.side}_pictures`][0] : 0;
        if (column.canvases.length !== count) {
          column.canvases = Array.from({ length: count }, (_, j) =>
            inkCanvas(`${"AB"[i]}: weights into neuron ${j}, seed ${header.runs[i].at(-1)?.seed ?? 0}`),
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
        h("caption", {}, "Test accuracy after the last epoch, seed by seed."),
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            ...["seed", `A: ${names[0]}`, `B: ${names[1]}`, "B − A, points"].map((name) =>
              h("th", { scope: "col" }, name),
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
