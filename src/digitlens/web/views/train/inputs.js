// @ts-check
// Boxes to type settings into.

import { h } from "../shared/dom.js";

/**
 * A box for a short text.
 * @param {Record<string, any>} attributes
 * @param {() => void} tell   what was typed is another text
 * @param {boolean} [whole]   the arrow keys count up and down, by ten with Shift
 * @returns {HTMLInputElement}
 */
export function textBox(attributes, tell, whole = false) {
  const input = h("input", { type: "text", autocomplete: "off", size: 8, ...attributes, oninput: tell });
  if (!whole) return input;
  input.addEventListener("keydown", (event) => {
    const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!by || !/^\s*\d{1,15}\s*$/.test(input.value)) return;
    event.preventDefault();
    input.value = String(Math.max(0, Number(input.value) + by * (event.shiftKey ? 10 : 1)));
    tell();
  });
  return input;
}
