// @ts-check
// Snapshots of a run, fetched from the server one at a time: the newest request is sent when the answer to the one
// before has come. No DOM.

/** @typedef {import("./frames.js").Frame} Frame */
/** @typedef {import("./trainer.js").Trainer} Trainer */

/**
 * Which snapshot of the run is shown.
 * @param {Trainer} live
 * @param {() => void} changed   another one is shown
 */
export function snapshotsOf(live, changed) {
  /** @type {Frame | null} */
  let shown = null; // null: the newest
  let wanted = /** @type {number | null} */ (null); // the record that somebody wants to see
  let asked = /** @type {number | null} */ (null); // the one that was asked for last
  let [run, count, waiting] = [0, 0, false]; // run: its number

  const request = () => {
    if (wanted === null || waiting) return;
    asked = wanted;
    waiting = live.send({ type: "moment", at: wanted, ask: (count += 1) });
  };
  live.on("moment", (header, frame) => {
    waiting = false;
    if (header.number !== run || wanted === null) return;
    shown = frame;
    if (asked !== wanted) request();
    changed();
  });
  live.on("refused", ({ field }) => {
    if (field === "at") waiting = false;
  });
  live.on("state", () => (waiting = false));

  return {
    /** The one that is shown; null: the newest. */
    shown: () => shown,
    /** Another run has snapshots of its own. @param {number} number */
    follow(number) {
      if (number !== run) [run, shown, wanted, waiting] = [number, null, null, false];
    },
    /** @param {number} record */
    goTo(record) {
      wanted = record;
      request();
    },
    /** Asks again: the server sends the nearest that is still kept. */
    again: request,
    newest() {
      [shown, wanted] = [null, null];
      changed();
    },
  };
}
