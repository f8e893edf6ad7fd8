// @ts-check
// A product as a formula: each factor with its number beneath it, and the whole in words for those who hear it.

import { attributes, clear, h, math, setText } from "./dom.js";

/** @typedef {string | [string, string]} Piece   an operator; or a factor and its number */

/** @returns {{element: HTMLElement, update: (pieces: Piece[]) => void}} */
export function chainFormula() {
  const [symbols, numbers] = [math("mtr"), math("mtr", { class: "numbers" })];
  const whole = math("math", { display: "block" }, math("mtable", {}, symbols, numbers));
  const element = h("p", { class: "formula chain-formula" }, whole);
  let shape = "";
  return {
    element,
    update(pieces) {
      const names = pieces.map((piece) => (typeof piece === "string" ? piece : piece[0]));
      if (shape !== names.join(" ")) {
        shape = names.join(" ");
        clear(symbols, ...names.map((name) => math("mtd", {}, symbol(name))));
        clear(
          numbers,
          ...pieces.map((piece) => math("mtd", {}, typeof piece === "string" ? math("mo", {}, piece) : math("mn"))),
        );
      }
      for (const [i, piece] of pieces.entries())
        if (typeof piece !== "string") setText(/** @type {Element} */ (numbers.children[i].firstChild), piece[1]);
      const values = pieces.map((piece) => (typeof piece === "string" ? piece : piece[1]));
      attributes(whole, { "aria-label": `${names.join(" ")}: ${values.join(" ")}` });
    },
  };
}

/** "dC/dw" as a fraction, "a" as a letter, "×" as an operator, words as words. @param {string} name */
function symbol(name) {
  const letter = (/** @type {string} */ text) => math("mi", {}, text);
  const derivative = /^d(C)\/d(a′?|z|w)$/.exec(name);
  if (derivative)
    return math(
      "mfrac",
      {},
      math("mrow", {}, letter("d"), letter("C")),
      math("mrow", {}, letter("d"), ...primed(derivative[2])),
    );
  if (name === "σ′(z)") return math("mrow", {}, ...primed("σ′"), math("mo", {}, "("), letter("z"), math("mo", {}, ")"));
  if (name === "(a′ − y)")
    return math(
      "mrow",
      {},
      math("mo", {}, "("),
      ...primed("a′"),
      math("mo", {}, "−"),
      letter("y"),
      math("mo", {}, ")"),
    );
  if (/^[=×]$/.test(name)) return math("mo", {}, name);
  return name.length === 1 ? letter(name) : math("mtext", {}, name);
}

/** @param {string} text   a letter, perhaps with a prime */
function primed(text) {
  const base = math("mi", {}, text.charAt(0));
  return [text.endsWith("′") ? math("msup", {}, base, math("mo", {}, "′")) : base];
}
