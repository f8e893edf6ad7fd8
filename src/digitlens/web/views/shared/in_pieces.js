// @ts-check
// Long work, done between two frames: a generator yields the share that is done.

/** @typedef {import("./lifetime.js").Lifetime} Lifetime */

const PIECE = 12; // ms

/**
 * Runs to the end: at once if it is short, else in pieces. null: it is no longer wanted.
 * @template T
 * @param {Generator<number, T, void>} work
 * @param {Lifetime} life
 * @param {(share: number) => void} progress
 * @param {() => boolean} [wanted]
 * @param {number} [first]   ms that the first piece may take
 * @returns {Promise<T | null>}
 */
export async function inPieces(work, life, progress, wanted = () => true, first = PIECE) {
  for (let budget = first; ; budget = PIECE) {
    const began = performance.now();
    let step = work.next();
    while (!step.done && performance.now() - began < budget) step = work.next();
    if (step.done) return step.value;
    progress(step.value);
    await new Promise((go) => life.after(() => go(null)));
    if (!wanted() || life.signal.aborted) return null;
  }
}
