// @ts-check
// The outputs as gauges: the activation of each, its target, and an arrow from the one to the other.

import { plain } from "../../core/numbers.js";
import { attributes, clear, h, setText, svg } from "../shared/dom.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../../core/mini_batch.js").MiniBatch} MiniBatch */

const [STEP, WIDE, TOP, HIGH] = [34, 22, 24, 132]; // in the drawing's units, which are about pixels
const LEAST = 0.02; // of the gauge: a shorter arrow is a dot

/** @returns {{element: HTMLElement, update: (batch: MiniBatch, shown: number[]) => void}} */
export function outputGauges() {
  const drawing = svg("svg", { class: "gauges", role: "img" });
  const legend = h(
    "p",
    { class: "dim" },
    h("span", { class: "positive" }, phrase("learn.gauges.shouldRise")),
    ", ",
    h("span", { class: "negative" }, phrase("learn.gauges.shouldFall")),
    phrase("learn.gauges.theLongerTheArrowThe"),
  );
  /** @type {ReturnType<typeof gaugeAt>[]} */
  let gauges = [];
  return {
    element: h("figure", {}, drawing, h("figcaption", {}, legend)),
    update({ network, a, targets }, shown) {
      const held = a[a.length - 1];
      if (gauges.length !== shown.length) {
        gauges = shown.map((_, i) => gaugeAt(i * STEP));
        clear(drawing, ...gauges.map(({ group }) => group));
        attributes(drawing, { viewBox: `0 0 ${shown.length * STEP} ${TOP + HIGH + 26}` });
      }
      const [low, high] = [Math.min(0, ...held), Math.max(1, ...held)];
      const y = (/** @type {number} */ value) => TOP + HIGH * (1 - (value - low) / (high - low));
      const words = [];
      for (const [i, j] of shown.entries()) {
        const gauge = gauges[i];
        const [from, to] = [y(held[j]), y(targets[j])];
        const far = Math.abs(to - from) / HIGH;
        const way = far < LEAST ? "still" : to < from ? "up" : "down";
        attributes(gauge.level, { y: from.toFixed(2), height: (TOP + HIGH - from).toFixed(2) });
        attributes(gauge.target, { y1: to.toFixed(2), y2: to.toFixed(2) });
        attributes(gauge.arrow, { class: `arrow ${way}`, d: arrow(i * STEP + STEP / 2, from, to, far) });
        setText(gauge.value, plain(held[j], 2));
        setText(gauge.name, network.classes[j]);
        const move = {
          still: phrase("learn.gauges.isAboutRight"),
          up: phrase("learn.gauges.shouldRise2"),
          down: phrase("learn.gauges.shouldFall2"),
        }[way];
        words.push(phrase("learn.gauges.isAtAnd", { name: network.classes[j], held: plain(held[j], 2), move }));
      }
      attributes(drawing, {
        "aria-label": phrase("learn.gauges.theActivationOfEachOutput", { words: words.join("; ") }),
      });
    },
  };
}

/** @param {number} left */
function gaugeAt(left) {
  const middle = left + STEP / 2;
  const level = svg("rect", { class: "level", x: left + (STEP - WIDE) / 2, width: WIDE });
  const target = svg("line", { class: "target", x1: left + 3, x2: left + STEP - 3 });
  const arrow = svg("path");
  const value = svg("text", { class: "value", x: middle, y: TOP - 10 });
  const name = svg("text", { class: "name", x: middle, y: TOP + HIGH + 20 });
  const track = svg("rect", { class: "track", x: left + (STEP - WIDE) / 2, y: TOP, width: WIDE, height: HIGH });
  return { group: svg("g", {}, level, track, target, arrow, value, name), level, target, arrow, value, name };
}

/**
 * A shaft and a head; the head is never longer than half the arrow.
 * @param {number} x
 * @param {number} from
 * @param {number} to
 * @param {number} far
 */
function arrow(x, from, to, far) {
  if (far < LEAST) return `M${x - 3} ${from.toFixed(2)}a3 3 0 1 0 6 0a3 3 0 1 0 -6 0z`;
  const back = Math.sign(from - to) * Math.min(9, Math.abs(from - to) / 2);
  return (
    `M${x - 2} ${from.toFixed(2)}V${(to + back).toFixed(2)}H${x - 6}L${x} ${to.toFixed(2)}L${x + 6} ` +
    `${(to + back).toFixed(2)}H${x + 2}V${from.toFixed(2)}z`
  );
}
