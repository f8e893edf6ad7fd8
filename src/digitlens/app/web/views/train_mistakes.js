// @ts-check
// What it still gets wrong: the first few test images that are misread, and how often what is read as what.

import { attributes, clear, h, setText } from "./dom.js";
import { inkCanvas, paintInk } from "./pictures.js";

/** @typedef {import("../frames.js").Frame} Frame */

export function mistakesView() {
  const words = h("p", { class: "dim" });
  const list = h("ul", { class: "misread" });
  const element = h("section", { class: "mistakes", "aria-label": "What it still gets wrong", "data-part": "train-mistakes", "data-title": "what it still gets wrong" }, h("h3", {}, "What it still gets wrong"), list, words);
  const table = h("table", { class: "confusion" });
  const counts = h("section", { class: "counts", "aria-label": "Which digit is read as which", "data-part": "train-confusion", "data-title": "which digit is read as which" },
    h("h3", {}, "Which digit is read as which"), h("div", { class: "scroller", tabindex: 0, role: "group", "aria-label": "The table of which digit is read as which" }, table));
  /** @type {Frame | null} */
  let heard = null;
  /** @type {Frame | null} */
  let shown = null;

  const paint = (/** @type {Frame} */ { header, blocks }, /** @type {string[]} */ classes) => {
    const all = header.count === header.shown.length;
    setText(words, header.count ? `${header.count.toLocaleString("en")} of ${header.tested.toLocaleString("en")} test images${all ? "" : `; these are the first ${header.shown.length}`}. What it is → what it is read as.` : `None of ${header.tested.toLocaleString("en")} test images.`);
    clear(list, ...header.shown.map((/** @type {{index: number, digit: number, read: number}} */ one, /** @type {number} */ i) => {
      const canvas = inkCanvas(`Test image ${one.index}: a ${classes[one.digit]}, read as ${classes[one.read]}`);
      paintInk(canvas, blocks.images.subarray(784 * i, 784 * (i + 1)), 28, 28, 255);
      return h("li", {}, canvas, h("span", { "aria-hidden": "true" }, `${classes[one.digit]} → ${classes[one.read]}`));
    }));
    const n = classes.length;
    let most = 1;
    for (let i = 0; i < n * n; i++) if (i % (n + 1)) most = Math.max(most, blocks.confusion[i]);
    clear(table, h("caption", {}, "Rows: what it is. Columns: what it is read as. The stronger the red, the more often that mistake."),
      h("thead", {}, h("tr", {}, h("td"), ...classes.map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, ...classes.map((name, i) => h("tr", {}, h("th", { scope: "row" }, name), ...classes.map((_, j) => {
        const count = blocks.confusion[i * n + j];
        const cell = h("td", { class: i === j ? "right" : count ? "wrong" : "none" }, count ? String(count) : "·");
        if (i !== j && count) cell.style.setProperty("--share", `${Math.round(100 * (0.1 + (0.55 * count) / most))}%`);
        return cell;
      })))));
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
      if (run && now && now !== shown) paint(now, run.header.classes);
      shown = now ?? shown;
    },
  };
}

/** The example that was the last to be learned from, by itself. */
export function exampleView() {
  const picture = inkCanvas("The example that it has just learned from");
  const words = h("p", {});
  const element = h("div", { class: "single", hidden: true }, picture, words);
  return {
    element,
    /** @param {Frame | null} run */
    update(run) {
      const example = run?.header.last_example;
      attributes(element, { hidden: !example });
      if (!run || !example || !run.blocks.example) return;
      paintInk(picture, run.blocks.example, 28, 28, 255);
      const fell = example.cost_after <= example.cost_before ? "fell" : "rose";
      const cost = (/** @type {number | null} */ value) => (value === null ? "beyond all bounds" : value.toFixed(4));
      setText(words, `Training image ${example.index.toLocaleString("en")}, a ${run.header.classes[example.digit]}: its own cost ${fell} from ${cost(example.cost_before)} to ${cost(example.cost_after)}.`);
    },
  };
}
