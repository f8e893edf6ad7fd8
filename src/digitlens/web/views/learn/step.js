// @ts-check
// Take the step: every weight and bias a little downhill. What the gradient promised, and what came of it, side by
// side; again and again, and all of it can be undone.

import { promised } from "../../core/backward.js";
import { significant } from "../../core/numbers.js";
import { attributes, clear, h, setText, svg } from "../shared/dom.js";
import { miniBatchOf, stepFrom } from "../../core/mini_batch.js";
import { mostActive } from "../../model/reading.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../model/model_file.js").StoredNetwork} Network */
/** @typedef {import("../../core/mini_batch.js").MiniBatch} MiniBatch */
/**
 * @typedef {Object} Taken
 * @property {string} told
 * @property {number} learningRate
 * @property {number} promised
 * @property {number} fell
 * @property {number} cost
 * @property {number[]} costs     before it, and after each step
 * @property {Network} before
 * @property {boolean} wasChanged
 * @property {Network} after
 */

const [LEAST, MOST, START] = [0.001, 100, 0.1]; // learning rates
const KEPT = 60; // steps that can be undone
const MOST_STEPS = 500; // in one go
const NOTCHES = 100; // of the slider

/**
 * @param {App} app
 * @returns {{element: HTMLElement, update: (batch: MiniBatch, told: string) => void, learningRate: () => number}}
 */
export function stepView(app) {
  let learningRate = START;
  /** @type {Taken[]} */
  let taken = [];
  /** @type {{batch: MiniBatch, told: string} | null} */
  let latest = null;
  let listed = taken;

  const slider = h("input", {
    type: "range",
    id: "rate-slider",
    min: 0,
    max: NOTCHES,
    step: 1,
    "aria-label": phrase("learn.step.learningRateFromSmallTo"),
    oninput: () => setRate(rateAt(Number(slider.value))),
  });
  const exact = h("input", {
    type: "number",
    id: "rate",
    min: LEAST,
    max: MOST,
    step: "any",
    required: true,
    oninput: () => exact.checkValidity() && setRate(Number(exact.value)),
  });
  const says = h("p");
  const promise = h("p", { class: "promise" });
  const take = h("button", { class: "main", onclick: () => step() }, phrase("learn.step.takeTheStep"));
  const until = h("button", { onclick: () => repeat() });
  const undo = h("button", { onclick: () => undoLast() }, phrase("learn.step.undoTheStep"));
  const reset = h("button", { onclick: () => app.resetNetwork() }, phrase("learn.step.resetTheNetwork"));
  const came = h("p", { class: "came", role: "status" });
  const plot = costPlot();
  const body = h("tbody");
  const heads = ["step", "target", "rate", "predicted", "decrease", "cost"].map((text, i) =>
    h("th", { scope: "col", class: i > 1 ? "right" : "" }, text),
  );
  const list = h(
    "div",
    { class: "taken", role: "region", "aria-label": phrase("learn.step.theStepsTaken"), tabindex: 0 },
    h(
      "table",
      {},
      h("caption", { class: "unseen" }, phrase("learn.step.theStepsTakenTheLast")),
      h("thead", {}, h("tr", {}, ...heads)),
      body,
    ),
  );
  const element = h(
    "div",
    {},
    says,
    h("div", { class: "rate" }, h("label", { for: "rate" }, phrase("learn.step.learningRate")), slider, exact),
    promise,
    h("div", { class: "row" }, take, until, undo, reset),
    came,
    plot.element,
    list,
  );

  const setRate = (/** @type {number} */ rate) => {
    learningRate = rate;
    show();
  };
  const step = () => {
    if (!latest) return;
    const { batch, told } = latest;
    const result = stepFrom(batch, learningRate);
    if (!Number.isFinite(result.cost)) return app.say(phrase("learn.step.thatStepIsTooLarge"));
    const after = { ...app.network, layers: result.network.layers };
    taken = [
      ...taken,
      {
        told,
        learningRate,
        promised: result.promised,
        fell: result.fell,
        cost: result.cost,
        costs: [batch.cost, result.cost],
        before: app.network,
        wasChanged: app.changed,
        after,
      },
    ].slice(-KEPT);
    app.setNetwork(after);
  };
  /** Steps with the same picture until the network reads it as wanted; as one that can be undone. */
  const repeat = () => {
    if (!latest) return;
    const { batch, told } = latest;
    const examples = batch.steps.map(({ image, target }) => ({ image, target }));
    const costs = [batch.cost];
    let now = batch;
    let promise = 0;
    let network = app.network;
    while (costs.length <= MOST_STEPS && !changedItsMind(now)) {
      const result = stepFrom(now, learningRate);
      if (!Number.isFinite(result.cost)) break;
      promise += result.promised;
      network = { ...network, layers: result.network.layers };
      now = miniBatchOf(network, examples);
      costs.push(now.cost);
    }
    const many = costs.length - 1;
    if (!many) return;
    taken = [
      ...taken,
      {
        told: phrase("learn.step.told", { told, n: many }),
        learningRate,
        promised: promise,
        fell: batch.cost - now.cost,
        cost: now.cost,
        costs,
        before: app.network,
        wasChanged: app.changed,
        after: network,
      },
    ].slice(-KEPT);
    app.setNetwork(network);
    const name = network.classes[now.steps[0].target];
    app.say(
      changedItsMind(now)
        ? phrase("learn.step.itReads", { n: many, name })
        : phrase("learn.step.afterStepsItStillDoes", { many, name }),
    );
  };
  const undoLast = () => {
    const last = taken[taken.length - 1];
    if (!last) return;
    taken = taken.slice(0, -1);
    if (last.wasChanged) app.setNetwork(last.before);
    else app.resetNetwork();
  };
  const show = () => {
    if (!latest) return;
    const { batch } = latest;
    const place = String(notchOf(learningRate));
    if (slider.value !== place) slider.value = place;
    attributes(slider, { "aria-valuetext": significant(learningRate, 3) });
    if (!exact.matches(":focus") || Number(exact.value) !== learningRate) exact.value = String(learningRate);
    const many = batch.steps.length;
    setText(
      says,
      many > 1
        ? phrase("learn.step.everyWeightAndBiasChanges", { learningRate: significant(learningRate, 3), many })
        : phrase("learn.step.everyWeightAndBiasChanges2", { learningRate: significant(learningRate, 3) }),
    );
    const prediction = promised(batch.gradient, learningRate);
    const tooLong = prediction > batch.cost;
    setText(
      promise,
      tooLong
        ? phrase("learn.step.thisStepIsTooLong", { prediction: significant(prediction), cost: significant(batch.cost) })
        : phrase("learn.step.predictedTheCostFallsBy", { prediction: significant(prediction) }),
    );
    attributes(promise, { class: tooLong ? "promise negative" : "promise" });
    const single = batch.steps.length === 1;
    attributes(until, { hidden: !single, disabled: single && changedItsMind(batch) });
    setText(
      until,
      single ? phrase("learn.step.repeatUntilItReads", { name: batch.network.classes[batch.steps[0].target] }) : "",
    );
    plot.update(taken.flatMap(({ costs }, i) => (i ? costs.slice(1) : costs)));
    const last = taken[taken.length - 1];
    setText(
      came,
      last
        ? phrase("learn.step.predictedTheCostTo", {
            promised: significant(last.promised),
            fell: fell(last.fell),
            cost: significant(last.cost, 6),
          })
        : "",
    );
    attributes(came, { class: last && last.fell < 0 ? "came negative" : "came" });
    attributes(undo, { disabled: !taken.length });
    attributes(reset, { disabled: !app.changed });
    attributes(list, { hidden: !taken.length });
    if (listed !== taken) {
      listed = taken;
      clear(body, ...taken.map(takenRow).reverse());
    }
  };

  return {
    element,
    learningRate: () => learningRate,
    update(batch, told) {
      const last = taken[taken.length - 1];
      if (last && app.network !== last.after) taken = []; // somebody else changed it: these steps lead nowhere any more
      latest = { batch, told };
      show();
    },
  };
}

/** Whether the picture is read as it should be. @param {MiniBatch} batch */
function changedItsMind({ steps: [{ trace, target }] }) {
  return mostActive(trace.a[trace.a.length - 1]) === target;
}

/** The cost, step by step. */
function costPlot() {
  const line = svg("polyline", {});
  const element = h(
    "figure",
    { class: "cost-plot" },
    svg("svg", { viewBox: "0 0 300 60", role: "img" }, line),
    h("figcaption", { class: "dim" }),
  );
  return {
    element,
    /** @param {number[]} costs */
    update(costs) {
      attributes(element, { hidden: costs.length < 3 });
      if (costs.length < 3) return;
      const most = Math.max(...costs);
      const points = costs.map(
        (cost, i) => `${((300 * i) / (costs.length - 1)).toFixed(1)},${(58 - (56 * cost) / most).toFixed(1)}`,
      );
      attributes(line, { points: points.join(" ") });
      const [first, last] = [costs[0], costs[costs.length - 1]].map((cost) => significant(cost));
      const text = phrase("learn.step.theCostStepByStep", { first, last, n: costs.length - 1 });
      attributes(/** @type {Element} */ (element.firstElementChild), { "aria-label": text });
      setText(/** @type {Element} */ (element.lastElementChild), text);
    },
  };
}

/** @param {number} amount */
function fell(amount) {
  return amount >= 0
    ? phrase("learn.step.fellBy", { amount: significant(amount) })
    : phrase("learn.step.roseByBecauseTheStep", { amount: significant(-amount) });
}

/** @param {Taken} one @param {number} i */
function takenRow(one, i) {
  const numbers = [
    significant(one.learningRate, 3),
    significant(one.promised),
    significant(one.fell),
    significant(one.cost, 6),
  ];
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, i + 1),
    h("td", {}, one.told),
    ...numbers.map((text) => h("td", { class: "number right" }, text)),
  );
}

/** The rate at a notch of the slider; two digits of it. @param {number} notch */
function rateAt(notch) {
  return Number((LEAST * (MOST / LEAST) ** (notch / NOTCHES)).toPrecision(2));
}

/** @param {number} rate */
function notchOf(rate) {
  return Math.round((NOTCHES * Math.log(rate / LEAST)) / Math.log(MOST / LEAST));
}
