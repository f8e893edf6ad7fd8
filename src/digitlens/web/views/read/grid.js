// @ts-check
// Drawing by keyboard: a cursor on the 28×28 grid, and a pen that is down or up.

import { attributes, h } from "../shared/dom.js";

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
 * @param {Pen} pen
 * @param {(text: string) => void} say
 */
export function gridCursor(surface, pen, say) {
  const element = h("div", { class: "cursor", "aria-hidden": "true", hidden: true });
  let [column, row, down] = [14, 7, false];

  const centre = () => [column + 0.5, row + 0.5];
  const show = () => {
    attributes(element, { hidden: false, "data-down": down });
    Object.assign(element.style, { left: `${(100 * column) / 28}%`, top: `${(100 * row) / 28}%` });
  };
  const lift = () => {
    if (!down) return;
    down = false;
    pen.up();
    show();
    say("Pen up");
  };
  surface.addEventListener("keydown", (event) => {
    const move = MOVES[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (move) {
      [column, row] = [Math.max(0, Math.min(27, column + move[0])), Math.max(0, Math.min(27, row + move[1]))];
      if (down) pen.move(centre());
      show();
    } else if (event.key === " ") {
      if (down) lift();
      else {
        down = true;
        pen.down(centre());
        show();
        say(`Pen down at row ${row}, column ${column}`);
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
