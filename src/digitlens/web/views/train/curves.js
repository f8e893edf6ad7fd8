// @ts-check
// The curves of a run: cost, accuracy, and how large the gradients are, layer by layer; the same as a table.

import { lastEpoch } from "../../train/axes.js";
import { SAMPLED, column, drawn, gradient, reached, summary, table } from "../../train/curves.js";
import { earlierRuns, lastAccuracy, line, nameOf } from "../../train/earlier.js";
import { attributes, clear, h, setText } from "../shared/dom.js";
import { plotView } from "../shared/plot.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../train/frames.js").Frame} Frame */
/** @typedef {import("./snapshots.js").Shown} Shown */

const NOTHING = "Nothing has been learned yet. The curves appear here during training.";

/** @param {App} app @param {(position: number) => void} pick   somebody points at a place, in epochs */
export function curvesView(app, pick) {
  const told = h("p", { class: "summary" });
  const both = () => [
    { label: "training", dash: [6, 4], ink: /** @type {const} */ ("dim") },
    { label: "test", ink: /** @type {const} */ ("positive") },
  ];
  const cost = plotView(app, { title: "Cost", y: "mean cost", steady: true, pick, series: both() });
  const accuracy = plotView(app, {
    title: "Accuracy",
    y: "accuracy",
    percent: true,
    steady: true,
    pick,
    series: both(),
  });
  const sizes = plotView(app, {
    title: "Gradients, layer by layer",
    y: "size of ∂C/∂W",
    powers: true,
    pick,
    series: [],
  });
  const fine = h(
    "p",
    { class: "dim" },
    `Within an epoch ${SAMPLED} images of each kind are measured, at its end all of them. A layer whose ` +
      "gradients are small hardly learns.",
  );
  const rows = h("table", { class: "numbers-table" });
  const numbers = h(
    "details",
    { class: "numbers", ontoggle: () => latest && tabulate(latest) },
    h("summary", {}, "The numbers"),
    h(
      "div",
      { class: "scroller", tabindex: 0, role: "group", "aria-label": "Cost and accuracy, epoch by epoch" },
      rows,
    ),
  );
  const before = earlierRuns();
  const pin = h("button", { type: "button", class: "small", onclick: () => (before.pin(), again()) }, "Pin this run");
  const runs = h("ul", { class: "earlier" });
  const past = h("div", { class: "earlier-runs" }, pin, runs);
  const element = h(
    "section",
    { class: "curves", "aria-label": "Curves", "data-part": "train-curves", "data-title": "the curves" },
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
    setText(pin, before.pinned ? "Pinned: it will stay" : "Pin this run");
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
              "aria-label": `Pin the run with ${name}`,
              onclick: () => (before.toggle(one), again()),
            },
            "Pin",
          ),
          h(
            "button",
            {
              type: "button",
              class: "small quiet",
              "aria-label": `Take the run with ${name} away`,
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
      h("caption", {}, "Measured at the end of each epoch"),
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          ...["epoch", "cost, training", "cost, test", "accuracy, training", "accuracy, test"].map((name) =>
            h("th", { scope: "col" }, name),
          ),
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
      setText(told, NOTHING);
      sizes.series(layersOf(layers));
      for (const plot of [cost, accuracy])
        plot.update([[], [], []], "Nothing has been measured yet.", null, lastEpoch(0, epochs));
      sizes.update(
        [[], ...Array.from({ length: layers }, () => [])],
        "Nothing has been measured yet.",
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
        `Now, layer by layer: ${ofLayers.map((one) => one.at(-1)?.toPrecision(2) ?? "0").join(", ")}.`,
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
    label: l === layers - 1 ? "outputs" : `layer ${l + 1}`,
    ink: inks[l % inks.length],
    dash: dashes[Math.min(l, 2)],
  }));
}
