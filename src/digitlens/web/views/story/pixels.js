// @ts-check
// A picture whose pixels can be asked what they hold: by pointing at them, or by two sliders for row and column.

import { plain } from "../../core/numbers.js";
import { attributes, h, setText, svg } from "../shared/dom.js";
import { inkCanvas, paintInk } from "../shared/pictures.js";

/** @typedef {import("../shared/app.js").App} App */

const SIDE = 28;

/** @param {App} app */
export function storyPixels(app) {
  const canvas = inkCanvas("The picture as the network sees it; point at a pixel");
  const mark = svg("rect", { class: "chosen", width: 1, height: 1 });
  const shown = h("div", { class: "stack" }, canvas, svg("svg", { viewBox: "0 0 28 28", "aria-hidden": "true" }, mark));
  const value = h("output", { class: "number" });
  const slider = (/** @type {string} */ id, /** @type {number} */ start) =>
    h("input", { type: "range", id, min: 0, max: SIDE - 1, step: 1, value: start, oninput: () => show() });
  const row = slider("story-row", 6);
  const column = slider("story-column", 14);
  const element = h(
    "div",
    { class: "story-pixels" },
    shown,
    h(
      "div",
      { class: "asked" },
      value,
      h("label", { for: "story-row" }, "Row"),
      row,
      h("label", { for: "story-column" }, "Column"),
      column,
    ),
  );

  const show = () => {
    const [r, c] = [Number(row.value), Number(column.value)];
    attributes(mark, { x: c, y: r });
    setText(value, `row ${r}, column ${c}: ${plain(app.reading.image[SIDE * r + c], 2)}`);
  };
  /** @param {PointerEvent} event */
  const point = (event) => {
    const box = canvas.getBoundingClientRect();
    const inside = (/** @type {number} */ share) => String(Math.max(0, Math.min(SIDE - 1, Math.floor(share * SIDE))));
    row.value = inside((event.clientY - box.top) / box.height);
    column.value = inside((event.clientX - box.left) / box.width);
    show();
  };
  canvas.addEventListener("pointermove", point);
  canvas.addEventListener("pointerdown", point);
  return {
    element,
    update() {
      paintInk(canvas, app.reading.image);
      show();
    },
  };
}
