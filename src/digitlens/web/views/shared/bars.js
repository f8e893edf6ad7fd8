// @ts-check
// Numbers as bars, up for plus and down for minus, or as a picture. One of them may be chosen: with the pointer, or
// with the arrow keys, as on a slider.

import { attributes, clear, h, setText, svg } from "./dom.js";
import { placeOf } from "../../core/shape.js";
import { inkCanvas, paintWeights, pixelOverlay, pixelUnder } from "./pictures.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../../core/shape.js").Shape} Shape */

/**
 * @typedef {Object} Shown
 * @property {string} label                   what the bars are
 * @property {ArrayLike<number>} values
 * @property {number[]} shown                 which of them have a bar, in their order
 * @property {(k: number) => string} says     one of them in words
 * @property {number | null} [chosen]
 */

/**
 * @param {{signed: boolean, choose?: (k: number) => void}} how   signed: up or down, blue or red; else upwards, as
 *   bright as a neuron
 * @returns {{element: HTMLElement, update: (what: Shown) => void}}
 */
export function barPicture({ signed, choose }) {
  const bars = h("div", { class: "bars", "aria-hidden": "true" });
  const element = h(
    "div",
    {
      class: `bar-picture ${signed ? "signed" : "held"}`,
      role: choose ? "slider" : "img",
      tabindex: choose ? 0 : false,
    },
    bars,
  );
  /** @type {{column: HTMLElement, bar: HTMLElement, name: HTMLElement}[]} */
  let columns = [];
  /** @type {Shown | null} */
  let latest = null;
  if (choose) {
    /** @param {number} place */
    const go = (place) => {
      if (!latest) return;
      // the next key may come before the next frame
      latest = { ...latest, chosen: latest.shown[Math.max(0, Math.min(latest.shown.length - 1, place))] };
      choose(/** @type {number} */ (latest.chosen));
    };
    element.addEventListener("click", (event) => {
      const at = columns.findIndex(({ column }) => event.target instanceof Node && column.contains(event.target));
      if (at >= 0) go(at);
    });
    onArrows(
      element,
      (across, down) => latest && go(latest.shown.indexOf(latest.chosen ?? -1) + across + down),
      (end) => go(end ? Infinity : 0),
    );
  }
  return {
    element,
    update(what) {
      latest = what;
      const { values, shown, chosen = null } = what;
      if (columns.length !== shown.length) {
        columns = shown.map(() => barColumn());
        clear(bars, ...columns.map(({ column }) => column));
        attributes(bars, { class: `bars${shown.length > 16 ? " many" : ""}` });
      }
      const most = Math.max(...shown.map((k) => Math.abs(values[k]))) || 1;
      const full = signed ? most : Math.max(1, most);
      for (const [i, k] of shown.entries()) {
        const { column, bar, name } = columns[i];
        bar.style.setProperty("--share", Math.abs(values[k] / full).toFixed(3));
        attributes(bar, { class: !signed ? "bar" : values[k] < 0 ? "bar minus" : "bar plus" });
        attributes(column, { class: k === chosen ? "column chosen" : "column", title: what.says(k) });
        setText(name, String(k));
      }
      describe(element, what, Boolean(choose));
    },
  };
}

function barColumn() {
  const bar = h("i", { class: "bar" });
  const name = h("span", { class: "name" });
  return { column: h("div", { class: "column" }, h("span", { class: "room" }, bar), name), bar, name };
}

/**
 * The slopes of a neuron of the first layer, as a picture.
 * @param {(k: number) => void} choose
 * @returns {{element: HTMLElement, update: (what: Shown, shape: Shape) => void}}
 */
export function slopePicture(choose) {
  const canvas = inkCanvas("");
  attributes(canvas, { role: "presentation", "aria-label": false });
  const spot = svg("rect", { class: "spot", width: 1, height: 1 });
  const overlay = pixelOverlay(spot);
  const element = h("div", { class: "slope-picture", role: "slider", tabindex: 0 }, canvas, overlay.element);
  let size = /** @type {Shape} */ ({ rows: 1, columns: 1 });
  let at = 0;
  const go = (/** @type {{row: number, column: number}} */ { row, column }) => {
    const [r, c] = [within(row, size.rows), within(column, size.columns)];
    choose((at = r * size.columns + c));
  };
  element.addEventListener("click", (event) => go(pixelUnder(event, canvas, size)));
  onArrows(
    element,
    (across, down) => {
      const { row, column } = placeOf(size, at);
      go({ row: row + down, column: column + across });
    },
    (end) => go(end ? { row: size.rows, column: size.columns } : { row: 0, column: 0 }),
  );
  return {
    element,
    update(what, shape) {
      const { values, chosen = null } = what;
      [at, size] = [chosen ?? 0, shape];
      paintWeights(canvas, values, Math.max(...Array.from(values, Math.abs)) || 1, shape);
      overlay.fit(shape);
      const { row, column } = placeOf(shape, at);
      attributes(spot, { x: column, y: row, visibility: chosen === null ? "hidden" : "visible" });
      describe(element, what, true);
    },
  };
}

/** @param {number} place @param {number} n */
const within = (place, n) => Math.max(0, Math.min(n - 1, place));

/** @param {HTMLElement} element @param {Shown} what @param {boolean} slider */
function describe(element, { label, values, shown, says, chosen = null }, slider) {
  const place = chosen === null ? -1 : shown.indexOf(chosen);
  if (!slider) attributes(element, { "aria-label": `${label}: ${shown.map(says).join("; ")}` });
  else {
    attributes(element, {
      "aria-label": label,
      "aria-valuemin": 0,
      "aria-valuemax": Math.max(0, shown.length - 1),
      "aria-valuenow": Math.max(0, place),
      "aria-valuetext": place < 0 ? phrase("shared.bars.noneOfTheIsChosen", { n: values.length }) : says(shown[place]),
    });
  }
}

/**
 * @param {HTMLElement} element
 * @param {(across: number, down: number) => void} move
 * @param {(end: boolean) => void} jump
 */
function onArrows(element, move, jump) {
  const moves = /** @type {Object<string, [number, number]>} */ ({
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
  });
  element.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (moves[event.key]) move(...moves[event.key]);
    else if (event.key === "Home" || event.key === "End") jump(event.key === "End");
    else return;
    event.preventDefault();
  });
}
