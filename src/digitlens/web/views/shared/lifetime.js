// @ts-check
// How long a component lives: its timers, drawings, listeners and observers end with it.

/**
 * @typedef {Object} Lifetime
 * @property {AbortSignal} signal   aborted at the end: addEventListener(..., {signal}) goes with it
 * @property {(what: () => void, ms?: number) => number} after    once, after so many ms
 * @property {(timer: number) => void} cancel
 * @property {(what: () => void) => number} frame   before the next frame is drawn
 * @property {(observer: ResizeObserver | MutationObserver) => void} observes   it is disconnected at the end
 * @property {() => void} end
 */

/** @returns {Lifetime} */
export function lifetime() {
  const ending = new AbortController();
  const timers = /** @type {Set<number>} */ (new Set());
  const drawings = /** @type {Set<number>} */ (new Set());
  const observers = /** @type {Set<ResizeObserver | MutationObserver>} */ (new Set());
  const { signal } = ending;
  return {
    signal,
    after(what, ms = 0) {
      if (signal.aborted) return 0;
      const timer = window.setTimeout(() => {
        timers.delete(timer);
        what();
      }, ms);
      timers.add(timer);
      return timer;
    },
    cancel(timer) {
      clearTimeout(timer);
      timers.delete(timer);
    },
    frame(what) {
      if (signal.aborted) return 0;
      const drawing = requestAnimationFrame(() => {
        drawings.delete(drawing);
        what();
      });
      drawings.add(drawing);
      return drawing;
    },
    observes: (observer) => observers.add(observer),
    end() {
      ending.abort();
      for (const timer of timers) clearTimeout(timer);
      for (const drawing of drawings) cancelAnimationFrame(drawing);
      for (const observer of observers) observer.disconnect();
      for (const kept of [timers, drawings, observers]) kept.clear();
    },
  };
}
