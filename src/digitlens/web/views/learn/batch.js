// @ts-check
// A mini-batch: pictures that the visitor drew and named, real training images of MNIST where the server has them, or
// our ten examples; each small, with its own cost and its own arrows.

import { attributes, clear, h, setText, svg } from "../shared/dom.js";
import { collection, fits, ofDrawing } from "./batch_images.js";
import { plain, significant } from "../../core/numbers.js";
import { inkCanvas, paintInk } from "../shared/pictures.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("./batch_images.js").Collected} Collected */
/** @typedef {import("../../core/mini_batch.js").Example} Example */
/** @typedef {import("../../core/mini_batch.js").MiniBatch} MiniBatch */
/** @typedef {import("../../core/backward.js").Steps} Steps */

const MOST = 100;

/**
 * @param {App} app
 * @param {{label: () => number, alone: () => void}} given   what the drawing is said to be; shows one example alone
 * @returns {{element: HTMLElement, start: () => void, examples: () => Example[], update: (batch: MiniBatch | null) =>
 *   void}}
 */
export function batchView(app, { label, alone }) {
  const pictures = collection(app.services.storage?.tab ?? null, () => app.set({}));
  const mine = () => pictures.all().filter((one) => fits(one, app.network));
  let chosen = -1;
  const said = h("p");
  const add = h("button", { onclick: () => addDrawing() });
  const fetchMore = h("button", { onclick: () => pictures.more(app) }, phrase("learn.batch.32TrainingImages"));
  const empty = h(
    "button",
    {
      class: "quiet",
      onclick: () => {
        chosen = -1;
        pictures.put([]);
      },
    },
    phrase("learn.batch.removeAll"),
  );
  const grid = h("div", { class: "batch", role: "group", "aria-label": phrase("learn.batch.thePicturesOfTheMini") });
  const about = h("p", { class: "row about" });
  const aboutText = h("span");
  const takeOut = h(
    "button",
    {
      class: "small",
      onclick: () => {
        pictures.put(mine().filter((_, i) => i !== chosen));
        chosen = -1;
      },
    },
    phrase("learn.batch.removeIt"),
  );
  const lookAt = h("button", { class: "small", onclick: () => look() }, phrase("learn.batch.showItAlone"));
  about.append(aboutText, lookAt, takeOut);
  const element = h(
    "section",
    { "data-part": "learn-batch", "data-title": phrase("learn.batch.thePicturesOfTheMini2") },
    said,
    h("div", { class: "row" }, add, fetchMore, empty),
    grid,
    about,
  );
  /** @type {ReturnType<typeof thumbnail>[]} */
  let thumbnails = [];

  const addDrawing = () => {
    if (mine().length >= MOST) return app.say(phrase("learn.batch.aMiniBatchHoldsAt", { most: MOST }));
    pictures.put([...mine(), ofDrawing(app, label())]);
  };
  const look = () => {
    const one = mine()[chosen];
    if (!one) return;
    app.set({ ...one.patch, target: one.target }, "push");
    alone();
  };
  return {
    element,
    start: () => {
      if (!mine().length) pictures.start(app);
    },
    examples: () => mine().map((one) => ({ image: one.image(app.network.adjusting), target: one.target })),
    update(batch) {
      const all = mine();
      if (chosen >= all.length) chosen = -1;
      const name = app.network.classes[label()];
      setText(add, phrase("learn.batch.addThisDrawingAs", { one: withArticle(name) }));
      attributes(add, { disabled: !app.reading.inkFound });
      setText(fetchMore, pictures.source());
      attributes(empty, { disabled: !all.length });
      setText(
        said,
        pictures.trouble() ||
          (all.length ? phrase("learn.batch.images", { n: all.length }) : phrase("learn.batch.noImageYetDrawOne")),
      );
      while (thumbnails.length < all.length) {
        const i = thumbnails.length;
        thumbnails.push(
          thumbnail(() => {
            chosen = chosen === i ? -1 : i;
            app.set({});
          }),
        );
      }
      if (grid.childElementCount !== all.length)
        clear(grid, ...thumbnails.slice(0, all.length).map(({ button }) => button));
      for (const [i, one] of all.entries())
        thumbnails[i].update(one, batch?.steps[i] ?? null, i, i === chosen, app.network.classes);
      attributes(about, { hidden: chosen < 0 });
      const steps = batch?.steps[chosen];
      if (steps)
        setText(
          aboutText,
          phrase("learn.batch.pictureReadAsCost", {
            chosen: chosen + 1,
            one: withArticle(app.network.classes[steps.target]),
            name: app.network.classes[best(steps)],
            cost: significant(steps.cost),
          }),
        );
    },
  };
}

/** @param {Steps} steps */
function best({ trace }) {
  const held = trace.a[trace.a.length - 1];
  return held.indexOf(Math.max(...held));
}

/** "a 7", "an 8". @param {string} name */
export function withArticle(name) {
  return /^(8|18|80|[aefhilmnorsx]$)/i.test(name)
    ? phrase("learn.batch.an", { name })
    : phrase("learn.batch.a", { name });
}

/** @param {() => void} choose */
function thumbnail(choose) {
  const canvas = inkCanvas("");
  attributes(canvas, { role: "presentation", "aria-label": false });
  const arrows = svg("svg", { class: "small-arrows", "aria-hidden": "true" });
  const [name, cost] = [h("strong"), h("span", { class: "number" })];
  const button = h(
    "button",
    { "aria-pressed": "false", onclick: choose },
    canvas,
    h("span", { class: "caption" }, name, cost),
    arrows,
  );
  /** @type {Collected | null} */
  let painted = null;
  /** @type {Steps | null} */
  let drawn = null;
  return {
    button,
    /**
     * @param {Collected} one
     * @param {Steps | null} steps
     * @param {number} i
     * @param {boolean} chosen
     * @param {string[]} classes
     */
    update(one, steps, i, chosen, classes) {
      if (painted !== one) paintInk(canvas, one.framed, one.shape);
      painted = one;
      attributes(button, { "aria-pressed": String(chosen) });
      if (!steps || drawn === steps) return;
      drawn = steps;
      setText(name, classes[steps.target]);
      setText(cost, plain(steps.cost, 2));
      attributes(button, {
        class: best(steps) === steps.target ? "right" : "wrong",
        "aria-label": phrase("learn.batch.pictureReadAsCost2", {
          i: i + 1,
          one: withArticle(classes[steps.target]),
          name: classes[best(steps)],
          cost: plain(steps.cost, 2),
        }),
      });
      const last = steps.trace.a[steps.trace.a.length - 1];
      attributes(arrows, { viewBox: `0 0 ${last.length * 5} 20` });
      clear(
        arrows,
        svg("path", { class: "still", d: `M0 10H${last.length * 5}` }),
        ...Array.from(last, (held, j) => smallArrow(5 * j + 2.5, Math.max(-1, Math.min(1, steps.targets[j] - held)))),
      );
    },
  };
}

/** Up or down from the middle. @param {number} x @param {number} by   −1 to 1 */
function smallArrow(x, by) {
  const tip = 10 - 9 * by;
  const back = Math.abs(by) > 0.3 ? 2.5 * Math.sign(by) : 0;
  const head = back ? `M${x - 2} ${tip + back}L${x} ${tip}L${x + 2} ${tip + back}` : "";
  return svg("path", { class: by > 0 ? "up" : "down", d: `M${x} 10V${tip.toFixed(1)}${head}` });
}
