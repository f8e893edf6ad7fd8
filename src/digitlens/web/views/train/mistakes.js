// @ts-check
// What it still gets wrong: the first few test images that are misread, and how often what is read as what.

import { imageOf, imageShape } from "../../train/frames.js";
import { many } from "../../train/curves.js";
import { attributes, clear, h, setText } from "../shared/dom.js";
import { inkCanvas, paintInk } from "../shared/pictures.js";
import { worksheetButton } from "../shared/worksheet_button.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../train/frames.js").Frame} Frame */
/** @typedef {import("../../core/shape.js").Shape} Shape */

/** @param {App} app */
export function mistakesView(app) {
  const words = h("p", { class: "dim" });
  const list = h("ul", { class: "misread" });
  const element = h(
    "section",
    {
      class: "mistakes",
      "aria-label": phrase("train.mistakes.misreadTestImages"),
      "data-part": "train-mistakes",
      "data-title": phrase("train.mistakes.theMisreadTestImages"),
    },
    h("h3", {}, phrase("train.mistakes.misreadTestImages")),
    list,
    words,
  );
  const table = h("table", { class: "confusion" });
  const worksheet = worksheetButton(
    app,
    () => shown && { name: trained, classes, counts: Array.from(/** @type {any} */ (shown.blocks.confusion)) },
  );
  const counts = h(
    "section",
    {
      class: "counts",
      "aria-label": phrase("train.mistakes.confusionMatrix"),
      "data-part": "train-confusion",
      "data-title": phrase("train.mistakes.theConfusionMatrix"),
    },
    h("h3", {}, phrase("train.mistakes.confusionMatrix")),
    h(
      "div",
      { class: "scroller", tabindex: 0, role: "group", "aria-label": phrase("train.mistakes.theConfusionMatrix2") },
      table,
    ),
    h("div", { class: "row" }, worksheet),
  );
  /** @type {Frame | null} */
  let heard = null;
  /** @type {Frame | null} */
  let shown = null;

  const items = /** @type {ReturnType<typeof misread>[]} */ ([]);
  let cells = /** @type {HTMLTableCellElement[]} */ ([]);
  let columns = "";
  let [trained, classes] = ["", /** @type {string[]} */ ([])];
  /** The table, without numbers. @param {string[]} classes */
  const build = (classes) => {
    columns = classes.join();
    cells = classes.flatMap(() => classes.map(() => h("td")));
    clear(
      table,
      h("caption", {}, phrase("train.mistakes.rowsTheTrueClassColumns")),
      h("thead", {}, h("tr", {}, h("td"), ...classes.map((name) => h("th", { scope: "col" }, name)))),
      h(
        "tbody",
        {},
        ...classes.map((name, i) =>
          h("tr", {}, h("th", { scope: "row" }, name), ...cells.slice(i * classes.length, (i + 1) * classes.length)),
        ),
      ),
    );
  };
  /** @param {Frame} mistakes @param {string[]} classes @param {Shape} shape */
  const paint = ({ header, blocks }, classes, shape) => {
    const all = header.count === header.shown.length;
    setText(
      words,
      header.count
        ? all
          ? phrase("train.mistakes.ofTestImagesTrueClass", { count: many(header.count), tested: many(header.tested) })
          : phrase("train.mistakes.ofTestImagesTheseAre", {
              count: many(header.count),
              tested: many(header.tested),
              n: header.shown.length,
            })
        : phrase("train.mistakes.noneOfTestImages", { tested: many(header.tested) }),
    );
    while (items.length < header.shown.length) items.push(misread());
    if (list.childElementCount !== header.shown.length)
      clear(list, ...items.slice(0, header.shown.length).map((item) => item.element));
    header.shown.forEach(
      (/** @type {{index: number, digit: number, read: number}} */ { index, digit, read }, /** @type {number} */ i) =>
        items[i].show(
          phrase("train.mistakes.testImageAReadAs", { index, name: classes[digit], name2: classes[read] }),
          `${classes[digit]} → ${classes[read]}`,
          imageOf(blocks.images, i, shape),
          shape,
        ),
    );
    if (columns !== classes.join()) build(classes);
    const n = classes.length;
    let most = 1;
    for (let i = 0; i < n * n; i++) if (i % (n + 1)) most = Math.max(most, blocks.confusion[i]);
    cells.forEach((cell, i) => {
      const [count, right] = [blocks.confusion[i], i % (n + 1) === 0];
      setText(cell, count ? String(count) : "·");
      attributes(cell, { class: right ? "right" : count ? "wrong" : "none" });
      const share = !right && count ? `${Math.round(100 * (0.1 + (0.55 * count) / most))}%` : "";
      if (cell.style.getPropertyValue("--share") !== share) cell.style.setProperty("--share", share);
    });
  };

  return {
    element,
    counts,
    /** @param {Frame} frame */
    hear(frame) {
      heard = frame;
    },
    /** @param {Frame | null} run   null: there is none yet */
    update(run) {
      const now = run && heard && heard.header.number === run.header.number && run.header.classes.length ? heard : null;
      for (const part of [element, counts]) part.dataset.known = String(now !== null);
      if (run && now && now !== shown) {
        [trained, classes] = [run.header.base ?? "", run.header.classes];
        paint(now, classes, imageShape(run.header));
      }
      attributes(worksheet, { hidden: now === null });
      shown = now ?? shown;
    },
  };
}

/** One of them, which is made once and shows another whenever it must. */
function misread() {
  const canvas = inkCanvas("");
  const words = h("span", { "aria-hidden": "true" });
  return {
    element: h("li", {}, canvas, words),
    /** @param {string} label @param {string} short @param {ArrayLike<number>} image @param {Shape} shape */
    show(label, short, image, shape) {
      attributes(canvas, { "aria-label": label });
      setText(words, short);
      paintInk(canvas, image, shape, 255);
    },
  };
}

/** The example that was the last to be learned from, by itself. */
export function exampleView() {
  const picture = inkCanvas(phrase("train.mistakes.theExampleOfTheLast"));
  const words = h("p", {});
  const element = h("div", { class: "single", hidden: true }, picture, words);
  return {
    element,
    /** @param {Frame | null} run */
    update(run) {
      const example = run?.header.last_example;
      attributes(element, { hidden: !example });
      if (!run || !example || !run.blocks.example) return;
      paintInk(picture, run.blocks.example, imageShape(run.header), 255);
      const cost = (/** @type {number | null} */ value) =>
        value === null ? phrase("train.mistakes.infinity") : value.toFixed(4);
      const [before, after] = [cost(example.cost_before), cost(example.cost_after)];
      const [number, name] = [many(example.index), run.header.classes[example.digit]];
      setText(
        words,
        example.cost_after <= example.cost_before
          ? phrase("train.mistakes.trainingImageAItsOwn", { number, name, before, after })
          : phrase("train.mistakes.trainingImageAItsOwn2", { number, name, before, after }),
      );
    },
  };
}
