// @ts-check
// The propagation, played slowly once, so that one sees that it goes layer by layer. After that it is instant.

const SLOW = 700; // ms a layer
const STILL = "(prefers-reduced-motion: reduce)";

/**
 * @param {import("../shared/lifetime.js").Lifetime} life
 * @param {() => void} paint   draws the frame in between
 */
export function propagation(life, paint) {
  let seen = false;
  let began = 0; // 0: it is not playing
  let layers = 3;

  const play = () => {
    if (!began) return;
    if (performance.now() - began > SLOW * layers) began = 0;
    paint();
    if (began) life.frame(play);
  };
  return {
    /**
     * There is something to read, or not: the first time that there is, it plays; a change in between ends it.
     * @param {boolean} ink
     */
    see(ink) {
      if (began && performance.now() - began > 60) began = 0;
      if (seen || !ink) return;
      seen = true;
      if (matchMedia(STILL).matches) return;
      began = performance.now();
      life.frame(play);
    },
    /** How far it has come: `count` when it has gone all the way. @param {number} count @returns {number} */
    reached(count) {
      layers = count;
      return began ? Math.min(count, (performance.now() - began) / SLOW) : count;
    },
  };
}
