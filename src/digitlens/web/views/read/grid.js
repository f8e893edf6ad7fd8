// @ts-check
// Drawing by keyboard: a cursor on the grid of pixels, and a pen that is down or up.

import { pixelAt } from "../../core/shape.js";
import { attributes, h } from "../shared/dom.js";
import { phrase } from "../../texts/first.js";

/**
 * @typedef {Object} Pen
 * @property {(point: number[]) => void} down
 * @property {(point: number[]) => void} move
 * @property {() => void} up
 */

const MOVES = /** @type {Record<string, number[]>} */ ({
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
});

/**
 * @param {HTMLElement} surface   gets the keys
 * @param {() => import("../../core/shape.js").Shape} shape   of the grid: that of the network's images
 * @param {Pen} pen               its points are in pixels of the grid
 * @param {(text: string) => void} say
 */
export function gridCursor(surface, shape, pen, say) {
  const element = h("div", { class: "cursor", "aria-hidden": "true", hidden: true });
  let at = { row: 0.25, column: 0.5 }; // shares of the grid: above the middle
  let down = false;

  const cell = () => pixelAt(shape(), at.column, at.row);
  const centre = () => [cell().column + 0.5, cell().row + 0.5];
  const show = () => {
    const { rows, columns } = shape();
    const { row, column } = cell();
    attributes(element, { hidden: false, "data-down": down });
    Object.assign(element.style, {
      left: `${(100 * column) / columns}%`,
      top: `${(100 * row) / rows}%`,
      width: `${100 / columns}%`,
      height: `${100 / rows}%`,
    });
  };
  const move = (/** @type {number} */ across, /** @type {number} */ along) => {
    const { rows, columns } = shape();
    const { row, column } = cell();
    const next = (/** @type {number} */ place, /** @type {number} */ n) =>
      (Math.max(0, Math.min(n - 1, place)) + 0.5) / n;
    at = { row: next(row + along, rows), column: next(column + across, columns) };
  };
  const lift = () => {
    if (!down) return;
    down = false;
    pen.up();
    show();
    say(phrase("read.grid.penUp"));
  };
  surface.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const by = MOVES[event.key];
    if (by) {
      move(by[0], by[1]);
      if (down) pen.move(centre());
      show();
    } else if (event.key === " ") {
      if (down) lift();
      else {
        down = true;
        pen.down(centre());
        show();
        say(phrase("read.grid.penDownAtRowColumn", { row: cell().row, column: cell().column }));
      }
    } else if (event.key === "Escape" && down) lift();
    else return;
    event.preventDefault();
  });
  surface.addEventListener("blur", () => {
    lift();
    attributes(element, { hidden: true });
  });
  return { element, lift, away: () => attributes(element, { hidden: true }) };
}
