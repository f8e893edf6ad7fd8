// @ts-check
// Images that show nothing of what a network has learned: noise and a scribble, the same for the same seed.

import { pixelsOf } from "../core/shape.js";
import { padOf } from "../picture/preparation.js";

/** @typedef {import("../core/shape.js").Shape} Shape */
/** @typedef {import("./state.js").State} State */

/**
 * What puts noise onto the pad. Whole 255ths, so that a link brings back exactly this picture.
 * @param {number} seed
 * @param {Shape} shape
 * @returns {Pick<State, "base" | "baseInk" | "baseStages">}
 */
export function noise(seed, shape) {
  const next = chance(seed);
  const baseInk = Float64Array.from({ length: pixelsOf(shape) }, () => Math.round(255 * next()) / 255);
  return { base: { kind: "noise", seed }, baseInk, baseStages: null };
}

/**
 * What puts a picture without any ink onto the pad.
 * @param {{shape: Shape, darkOnLight: boolean}} network
 * @returns {Pick<State, "base" | "baseInk" | "baseStages">}
 */
export function blank({ shape, darkOnLight }) {
  const baseInk = new Float64Array(pixelsOf(shape)).fill(darkOnLight ? 1 : 0);
  return { base: { kind: "picture", name: "blank" }, baseInk, baseStages: null };
}

/** A line that goes where it likes, within the pad. @param {number} seed @param {Shape} shape @returns {number[][]} */
export function scribble(seed, shape) {
  const { width, height } = padOf(shape);
  const next = chance(seed + 1);
  let [x, y, angle] = [between(next(), width), between(next(), height), 6.28 * next()];
  const points = [];
  for (let i = 0; i < 60; i++) {
    points.push([x, y]);
    angle += 2.2 * (next() - 0.5);
    if (x < RIM || x > width - RIM || y < RIM || y > height - RIM)
      angle = Math.atan2(height / 2 - y, width / 2 - x) + next() - 0.5;
    [x, y] = [x + 1.3 * Math.cos(angle), y + 1.3 * Math.sin(angle)];
  }
  return points;
}

const RIM = 4; // pad units from the border at which the line turns back
const between = (/** @type {number} */ share, /** @type {number} */ side) => 6 + (side - 12) * share;

/** Numbers from 0 up to 1: the generator mulberry32, by Tommy Ettinger. @param {number} seed @returns {() => number} */
export function chance(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
