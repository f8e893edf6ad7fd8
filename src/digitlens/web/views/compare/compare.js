// @ts-check
// Compare: two ways to train, one thing different, the same seeds for both; and what the numbers support, no more.

import { compared, doing, duelOf, EPOCHS, SEEDS } from "../../train/duel.js";
import { inSentence } from "../../train/schema.js";
import { settingsOf } from "../../train/settings.js";
import { resultView } from "./result.js";
import { attributes, clear, h, setText } from "../shared/dom.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../train/frames.js").Frame} Frame */
/** @typedef {import("../../train/schema.js").Field} Field */
/** @typedef {import("../../train/settings.js").Choices} Choices */

/** @param {App} app @returns {{element: HTMLElement, update: () => void}} */
export function compareView(app) {
  const { live } = app;
  /** @type {Choices | null} */
  let choices = null;
  /** @type {Frame | null} */
  let result = null;
  /** @type {{field: string, error: string, number: number} | null} */
  let refused = null;
  let replaced = false; // a run has taken its place on the server
  let [newest, frame] = [0, 0];

  const vary = h("select", {
    id: "compare-vary",
    onchange: () => change({ vary: vary.value, first: null, second: null }),
  });
  const sides = /** @type {const} */ (["first", "second"]).map((field, i) =>
    h("div", { class: "side", "data-side": "AB"[i], "data-field": field }),
  );
  const [epochs, seeds] = [number("epochs", "Epochs", EPOCHS), number("seeds", "Seeds", SEEDS)];
  const data = h("select", { id: "compare-data", onchange: () => change({ data: data.value }) });
  const start = h("button", { class: "main", onclick: () => press() }, "Compare");
  const status = h("p", { class: "doing", role: "status" });
  const bar = h("progress", { max: 1, value: 0, "aria-label": "How many of the runs are done", hidden: true });
  const trouble = h("p", { class: "trouble", role: "alert", hidden: true });
  const note = h("p", { class: "dim" });
  const away = h("p", { class: "nothing" });
  const shown = resultView(app, (side) => toTrain(side));
  const wrong = Object.fromEntries(
    ["first", "second", "epochs", "seeds"].map((field) => [
      field,
      h("p", { class: "wrong", id: `compare-${field}-wrong`, role: "alert" }),
    ]),
  );
  epochs.element.append(wrong.epochs);
  seeds.element.append(wrong.seeds);
  const element = h(
    "article",
    { class: "compare-view train-view" },
    h(
      "div",
      { class: "controls" },
      h("h2", {}, "Compare two ways to train"),
      h(
        "p",
        { class: "dim" },
        "Both learn from the same digits with the same seeds. Only one thing differs, so what comes out " +
          "differently comes from that, or from chance.",
      ),
      h("div", { class: "field wide" }, h("label", { for: "compare-vary" }, "What differs"), vary),
      h("div", { class: "sides" }, ...sides),
      h("div", { class: "fields" }, epochs.element, seeds.element),
      h("div", { class: "field wide" }, h("label", { for: "compare-data" }, "Both learn from"), data),
      start,
      h("div", { class: "told" }, status, bar),
      trouble,
      note,
    ),
    h("div", {}, away, shown.element),
  );

  const change = (/** @type {Record<string, string | null>} */ patch) => {
    refused = null;
    const next = Object.fromEntries(
      Object.entries({ ...app.state.settings, ...patch }).filter(([, value]) => value !== null),
    );
    app.set({ settings: Object.freeze(/** @type {Record<string, string>} */ (next)) });
    later();
  };
  const asked = () => choices && duelOf(app.state.settings, choices);
  const busy = () => result !== null && !replaced && ["running", "waiting"].includes(result.header.state);
  const press = () => {
    if (busy()) return live.send({ type: "pause" });
    const duel = asked();
    if (!duel || Object.keys(duel.errors).length) return;
    if (result?.header.state === "paused" && !replaced && same(duel)) return live.send({ type: "go" });
    newest = live.next();
    refused = null;
    live.send({
      type: "compare",
      number: newest,
      base: duel.base,
      recipes: duel.fields,
      data: duel.data,
      seeds: duel.seeds,
    });
  };
  const same = (/** @type {import("../../train/duel.js").Duel} */ duel) => {
    if (!result || !choices) return false;
    const { recipes, data: on, seeds: many } = result.header;
    const base = choices.recipes[duel.base];
    return (
      on === duel.data &&
      many === duel.seeds &&
      duel.fields.every((fields, i) =>
        Object.keys(base).every(
          (field) => JSON.stringify({ ...base, ...fields }[field]) === JSON.stringify(recipes[i][field]),
        ),
      )
    );
  };
  const toTrain = (/** @type {0 | 1} */ side) => {
    if (!result || !choices) return;
    const { recipes, data: on } = result.header;
    app.set({ view: "train", settings: settingsOf(recipes[side], "video", on, choices) }, "push");
    scrollTo({ top: 0 });
  };
  const later = () => {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      if (element.isConnected) show();
    });
  };
  live.on("choices", (message) => {
    choices = message;
    later();
  });
  live.on("comparison", (header, one) => {
    if (header.number >= newest && one) [result, replaced] = [one, false];
    later();
  });
  live.on("run", (header) => {
    replaced = result !== null && header.number > result.header.number;
    later();
  });
  live.on("refused", (message) => {
    if (message.number === newest) refused = message;
    later();
  });
  live.on("state", later);

  const show = () => {
    const duel = asked();
    const gone = live.state !== "here";
    const header = result?.header;
    attributes(away, { hidden: result !== null });
    attributes(shown.element, { hidden: result === null });
    setText(
      away,
      !choices
        ? gone
          ? "Comparing needs the server, digitlens app, and it is not there."
          : "…"
        : "The curves of both sides over each other, their weights, and a sentence that says what the numbers " +
            "support appear here.",
    );
    setText(
      start,
      busy() ? "Stop" : header?.state === "paused" && !replaced && duel && same(duel) ? "Go on" : "Compare",
    );
    attributes(start, { disabled: gone || !duel || (!busy() && Object.keys(duel.errors).length > 0) });
    const stale = gone && header ? "The server is gone. What is shown is what came until then. " : "";
    setText(status, stale + (header ? doing(header) : ""));
    attributes(bar, { hidden: !busy(), value: header ? header.done / header.all : 0 });
    const elsewhere =
      refused && !(refused.field in wrong) ? refused.error : header?.state === "failed" ? header.error : "";
    setText(trouble, elsewhere);
    attributes(trouble, { hidden: !elsewhere });
    if (choices && duel) controls(choices, duel);
    if (result) shown.update(result);
  };
  let listed = "";
  const controls = (/** @type {Choices} */ choices, /** @type {import("../../train/duel.js").Duel} */ duel) => {
    const sets = choices.data;
    const offered = compared(choices);
    const key = `${duel.vary} ${offered.map(({ name }) => name)} ${sets.map((one) => one.name + one.here)}`;
    if (listed !== key) {
      listed = key;
      clear(
        data,
        ...sets
          .filter((one) => one.here)
          .map((one) =>
            h(
              "option",
              { value: one.name },
              one.name === "mnist" ? "MNIST" : one.name === "pen" ? "pen digits" : one.name,
            ),
          ),
      );
      clear(vary, ...offered.map((field) => h("option", { value: field.name }, inSentence(field))));
      const field = offered.find(({ name }) => name === duel.vary) ?? offered[0];
      sides.forEach((side, i) => clear(side, ...sideOf(/** @type {0 | 1} */ (i), field)));
    }
    vary.value = duel.vary;
    data.value = duel.data;
    sides.forEach((side, i) => {
      const input = /** @type {HTMLInputElement | HTMLSelectElement} */ (side.querySelector("input, select"));
      if (input.value.trim() !== duel.sides[i]) input.value = duel.sides[i];
    });
    epochs.show(app.state.settings.epochs ?? EPOCHS);
    seeds.show(app.state.settings.seeds ?? SEEDS);
    for (const [field, place] of Object.entries(wrong)) {
      const words = duel.errors[field] ?? (refused?.field === field ? refused.error : "");
      setText(place, words);
      const input = element.querySelector(`[data-field="${field}"] input, [data-field="${field}"] select`);
      if (input)
        attributes(input, {
          "aria-invalid": words ? "true" : false,
          "aria-describedby": words ? `compare-${field}-wrong` : false,
        });
    }
    setText(
      note,
      duel.vary === "learning_rate"
        ? ""
        : "The learning rate is the same on both sides. The rate that suits one need not suit the other: compare " +
            "rates, too, before you say which is better.",
    );
  };
  const sideOf = (/** @type {0 | 1} */ i, /** @type {Field} */ field) => {
    const key = i ? "second" : "first";
    const id = `compare-${key}`;
    const told = () => change({ [key]: input.value.trim() });
    const options = field.choices.map(([value, name]) => h("option", { value }, name));
    const input = options.length
      ? h("select", { id, onchange: () => told() }, ...options)
      : h("input", { id, type: "text", autocomplete: "off", oninput: () => told() });
    return [
      h("label", { for: id }, h("span", { class: "letter" }, "AB"[i]), ` ${inSentence(field)}`),
      input,
      wrong[key],
    ];
  };
  /** @param {string} field @param {string} label @param {string} usual */
  function number(field, label, usual) {
    const input = h("input", {
      id: `compare-${field}`,
      type: "text",
      inputmode: "numeric",
      autocomplete: "off",
      oninput: () => change({ [field]: input.value.trim() === usual ? null : input.value.trim() }),
    });
    return {
      element: h("div", { class: "field", "data-field": field }, h("label", { for: `compare-${field}` }, label), input),
      show: (/** @type {string} */ value) => value !== input.value.trim() && (input.value = value),
    };
  }

  return {
    element,
    update() {
      live.join();
      show();
    },
  };
}
