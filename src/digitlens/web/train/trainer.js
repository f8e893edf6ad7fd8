// @ts-check
// Who trains: the server, or the tab itself. Both hear the same messages, and tell the same. Types, and words.

import { phrase } from "../texts/later.js";

/** @typedef {import("./frames.js").Frame} Frame */
/**
 * Hears a text message, or the header of a frame and the frame.
 * @typedef {(message: any, frame: Frame | null) => void} Listener
 */
/**
 * @typedef {Object} Trainer
 * @property {"server" | "tab"} kind
 * @property {"here" | "gone" | "waiting"} state   waiting: nobody has answered yet, or there is no room for us; gone:
 *   the server does not answer, or this browser cannot train
 * @property {string} reason       why there is no training, in words; "" where there is, or where it may come back
 * @property {(message: object) => boolean} send   false where nobody is there to hear it
 * @property {(type: string, listener: Listener) => () => void} on   what comes of that type: choices, run, mistakes,
 *   moment, comparison, refused, error, download; "state", "slept" (the tab, for so many seconds) and "trainer"
 *   (another one was chosen) are ours. Undo by calling what it gives
 * @property {() => void} join     from now on we train
 * @property {() => void} ask      does it still answer?
 * @property {() => void} attempt
 * @property {(away: boolean) => void} leave   the page is being left, which closes the line too
 * @property {() => number} next   a number for a request, larger than any before
 * @property {(record: number | "latest") => Promise<Uint8Array>} network   the network of a record of the run, as the
 *   bytes of a model file. Rejects with an Error in words; where the record is no longer kept, it has `gone: true`
 * @property {(set: import("./tab_services.js").TabSet) => void} [offer]   another set to learn from, in place of one of
 *   the same name; where that is possible
 * @property {readonly Trainer[]} [all]   those that can be chosen from, where there are several
 * @property {(kind: Trainer["kind"]) => void} [choose]   another one of them
 * @property {() => void} destroy  ends lines, workers and timers; nothing is heard afterwards
 */

/**
 * Why a trainer does not train, in words for the views; "" for a server, of which they have words of their own.
 * @param {Trainer} trainer
 */
export const whyNot = ({ kind, reason }) => (kind === "server" ? "" : reason || "…");

/** Where a trainer is, for people. @param {Trainer["kind"]} kind @param {boolean} near   the server is this computer */
export const placeOf = (kind, near) =>
  kind === "tab"
    ? phrase("training.trainer.inThisTab")
    : near
      ? phrase("training.trainer.onThisComputersServer")
      : phrase("training.trainer.onTheServer");
