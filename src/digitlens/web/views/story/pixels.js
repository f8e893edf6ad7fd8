// @ts-check
// A picture whose pixels can be asked what they hold: by pointing at them, or by two sliders for row and column.

import { plain } from "../../core/numbers.js";
import { attributes, h, setText, svg } from "../shared/dom.js";
import { inkCanvas, paintInk, pixelOverlay, pixelUnder } from "../shared/pictures.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../shared/app.js").App} App */

/** @param {App} app */
export function storyPixels(app) {
  const canvas = inkCanvas(phrase("story.pixels.thePictureAsTheNetwork"));
  const mark = svg("rect", { class: "chosen", width: 1, height: 1 });
  const overlay = pixelOverlay(mark);
  const shown = h("div", { class: "stack" }, canvas, overlay.element);
  const value = h("output", { class: "number" });
  const slider = (/** @type {string} */ id, /** @type {number} */ start) =>
    h("input", { type: "range", id, min: 0, step: 1, value: start, oninput: () => show() });
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
      h("label", { for: "story-row" }, phrase("story.pixels.row")),
      row,
      h("label", { for: "story-column" }, phrase("story.pixels.column")),
      column,
    ),
  );

  const show = () => {
    const [r, c] = [Number(row.value), Number(column.value)];
    attributes(mark, { x: c, y: r });
    setText(
      value,
      phrase("story.pixels.rowColumn", { r, c, image: plain(app.reading.image[app.network.shape.columns * r + c], 2) }),
    );
  };
  /** @param {PointerEvent} event */
  const point = (event) => {
    const place = pixelUnder(event, canvas, app.network.shape);
    row.value = String(place.row);
    column.value = String(place.column);
    show();
  };
  canvas.addEventListener("pointermove", point);
  canvas.addEventListener("pointerdown", point);
  return {
    element,
    update() {
      const { shape } = app.network;
      paintInk(canvas, app.reading.image, shape);
      overlay.fit(shape);
      attributes(row, { max: shape.rows - 1 });
      attributes(column, { max: shape.columns - 1 });
      show();
    },
  };
}
