// @ts-check
// The curves of a run: cost, accuracy, and how large the gradients are, layer by layer; the same as a table.

import { lastEpoch } from "../../train/axes.js";
import { SAMPLED, column, drawn, gradient, reached, summary, table } from "../../train/curves.js";
import { earlierRuns, lastAccuracy, line, nameOf } from "../../train/earlier.js";
import { attributes, clear, h, setText } from "../shared/dom.js";
import { plotView } from "../shared/plot.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../train/frames.js").Frame} Frame */
/** @typedef {import("./snapshots.js").Shown} Shown */

const NOTHING = () => phrase("train.curves.nothingHasBeenLearnedYet");

/** @param {App} app @param {(position: number) => void} pick   somebody points at a place, in epochs */
export function curvesView(app, pick) {
  const told = h("p", { class: "summary" });
  const both = () => [
    { label: phrase("train.curves.training"), dash: [6, 4], ink: /** @type {const} */ ("dim") },
    { label: phrase("train.curves.test"), ink: /** @type {const} */ ("positive") },
  ];
  const cost = plotView(app, {
    title: phrase("train.curves.cost"),
    y: phrase("train.curves.meanCost"),
    steady: true,
    pick,
    series: both(),
  });
  const accuracy = plotView(app, {
    title: phrase("train.curves.accuracy"),
    y: phrase("train.curves.accuracyAxis"),
    percent: true,
    steady: true,
    pick,
    series: both(),
  });
  const sizes = plotView(app, {
    title: phrase("train.curves.gradientsLayerByLayer"),
    y: phrase("train.curves.sizeOfCW"),
    powers: true,
    pick,
    series: [],
  });
  const fine = h("p", { class: "dim" }, phrase("train.curves.withinAnEpochImagesOf", { sampled: SAMPLED }));
  const rows = h("table", { class: "numbers-table" });
  const numbers = h(
    "details",
    { class: "numbers", ontoggle: () => latest && tabulate(latest) },
    h("summary", {}, phrase("train.curves.theNumbers")),
    h(
      "div",
      { class: "scroller", tabindex: 0, role: "group", "aria-label": phrase("train.curves.costAndAccuracyEpochBy") },
      rows,
    ),
  );
  const before = earlierRuns();
  const pin = h(
    "button",
    { type: "button", class: "small", onclick: () => (before.pin(), again()) },
    phrase("train.curves.pinThisRun"),
  );
  const runs = h("ul", { class: "earlier" });
  const past = h("div", { class: "earlier-runs" }, pin, runs);
  const element = h(
    "section",
    {
      class: "curves",
      "aria-label": phrase("train.curves.curves"),
      "data-part": "train-curves",
      "data-title": phrase("train.curves.theCurves"),
    },
    told,
    h("div", { class: "plots" }, accuracy.element, cost.element, sizes.element),
    past,
    fine,
    numbers,
  );
  /** @type {Frame | null} */
  let latest = null;

  let listed = "";
  let moments = /** @type {Shown | null} */ (null);
  const again = () => {
    listed = "";
    if (latest) view.update(latest, moments);
  };
  /** The runs before, each with what differs, how well it read, and a pin. @param {Frame} run */
  const list = (run) => {
    const all = before.all;
    const key = [before.pinned, ...all.map((one) => `${nameOf(one.run, run)} ${one.pinned}`)].join("\n");
    if (key === listed) return;
    listed = key;
    setText(pin, before.pinned ? phrase("train.curves.pinnedItWillStay") : phrase("train.curves.pinThisRun"));
    attributes(pin, { "aria-pressed": String(before.pinned) });
    clear(
      runs,
      ...all.map((one) => {
        const name = nameOf(one.run, run);
        const read = lastAccuracy(one.run);
        return h(
          "li",
          {},
          h("span", {}, read === null ? name : `${name}: ${(100 * read).toFixed(2)} %`),
          h(
            "button",
            {
              type: "button",
              class: "small",
              "aria-pressed": String(one.pinned),
              "aria-label": phrase("train.curves.pinTheRunWith", { name }),
              onclick: () => (before.toggle(one), again()),
            },
            phrase("train.curves.pin"),
          ),
          h(
            "button",
            {
              type: "button",
              class: "small quiet",
              "aria-label": phrase("train.curves.takeTheRunWithAway", { name }),
              onclick: () => (before.forget(one), again()),
            },
            "×",
          ),
        );
      }),
    );
  };

  const tabulate = (/** @type {Frame} */ run) => {
    if (!numbers.open) return;
    clear(
      rows,
      h("caption", {}, phrase("train.curves.measuredAtTheEndOf")),
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          ...[
            phrase("train.curves.epoch"),
            phrase("train.curves.costTraining"),
            phrase("train.curves.costTest"),
            phrase("train.curves.accuracyTraining"),
            phrase("train.curves.accuracyTest"),
          ].map((name) => h("th", { scope: "col" }, name)),
        ),
      ),
      h(
        "tbody",
        {},
        ...table(run).map(([epoch, ...cells]) =>
          h("tr", {}, h("th", { scope: "row" }, epoch), ...cells.map((text) => h("td", {}, text))),
        ),
      ),
    );
  };
  const view = {
    element,
    /** Before there is a run: axes, and nothing on them. @param {number} epochs @param {number} layers */
    empty(epochs, layers) {
      setText(told, NOTHING());
      sizes.series(layersOf(layers));
      for (const plot of [cost, accuracy])
        plot.update([[], [], []], phrase("train.curves.nothingHasBeenMeasuredYet"), null, lastEpoch(0, epochs));
      sizes.update(
        [[], ...Array.from({ length: layers }, () => [])],
        phrase("train.curves.nothingHasBeenMeasuredYet"),
        null,
        lastEpoch(0, epochs),
      );
      numbers.hidden = past.hidden = true;
    },
    /** @param {Frame} run @param {Shown | null} moment   which is gone back to */
    update(run, moment) {
      before.hear(run);
      moments = moment;
      list(run);
      const words = summary(run);
      setText(told, words);
      const at = moment ? moment.position : null;
      const end = lastEpoch(reached(run), run.header.recipe.epochs);
      const lines = drawn(run);
      const x = column(run, "position", lines);
      const others = before.all.map((one) => ({ ...one, label: nameOf(one.run, run) }));
      const whole = Math.max(end, ...others.map((one) => lastEpoch(reached(one.run), 0)));
      for (const [plot, name] of /** @type {const} */ ([
        [cost, "Cost"],
        [accuracy, "Accuracy"],
      ])) {
        const own = [x, column(run, `training${name}`, lines), column(run, `test${name}`, lines)];
        const faint = others.map((one) => line(one.run, `test${name}`));
        plot.series([...both(), ...others.map(faintly)]);
        plot.update(faint.length ? plot.joined(own, ...faint) : own, words, at, whole);
      }
      const layers = run.header.sizes.length - 1;
      const ofLayers = Array.from({ length: layers }, (_, l) => gradient(run, l));
      sizes.series(layersOf(layers));
      sizes.update(
        [column(run, "position"), ...ofLayers],
        phrase("train.curves.nowLayerByLayer", {
          list: ofLayers.map((one) => one.at(-1)?.toPrecision(2) ?? "0").join(", "),
        }),
        at,
        end,
      );
      numbers.hidden = past.hidden = false;
      if (run !== latest) tabulate(run);
      latest = run;
    },
  };
  return view;
}

const FAINT = [
  [2, 3],
  [8, 3, 2, 3],
  [12, 4],
  [4, 4],
];

/** @param {{label: string, pinned: boolean}} one @param {number} i */
const faintly = ({ label, pinned }, i) => ({
  label,
  ink: /** @type {import("../shared/plot.js").Ink} */ (pinned ? "winner" : "text"),
  dash: FAINT[i % FAINT.length],
  faint: !pinned,
});

/** @param {number} layers */
function layersOf(layers) {
  const inks = /** @type {const} */ (["positive", "winner", "negative", "dim"]);
  const dashes = [[], [7, 3], [2, 3]];
  return Array.from({ length: layers }, (_, l) => ({
    label: l === layers - 1 ? phrase("train.curves.outputs") : phrase("train.curves.layer", { l: l + 1 }),
    ink: inks[l % inks.length],
    dash: dashes[Math.min(l, 2)],
  }));
}
