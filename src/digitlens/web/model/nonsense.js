// @ts-check
// A picture of noise: 784 numbers by chance, the same for the same seed.

/** @typedef {import("./state.js").State} State */

/**
 * What puts it onto the pad. Whole 255ths, so that a link brings back exactly this picture.
 * @param {number} seed
 * @returns {Pick<State, "base" | "baseInk" | "baseStages">}
 */
export function noise(seed) {
  const next = chance(seed);
  const baseInk = Float64Array.from({ length: 784 }, () => Math.round(255 * next()) / 255);
  return { base: { kind: "noise", seed }, baseInk, baseStages: null };
}

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
