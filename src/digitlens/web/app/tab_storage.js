// @ts-check
// A network that was opened or changed outlives a reload: it is kept in the tab's own storage, so that two tabs do not
// mix theirs.

import { readModelFile, writeModelFile } from "../model/model_file.js";

/** @typedef {import("../model/model_file.js").StoredNetwork} Network */
/** @typedef {import("../views/shared/lifetime.js").Lifetime} Lifetime */

const PATIENCE = 400; // ms without another change
const ORIGINAL = "digitlens.original";
const CHANGED = "digitlens.changed";

/**
 * @param {Storage | null} storage   of the tab; null: nothing is kept
 * @param {Lifetime} life
 */
export function tabStorage(storage, life) {
  let waiting = 0;
  const latest = /** @type {Map<string, Network | null>} */ (new Map());

  const keep = () => {
    life.cancel(waiting);
    for (const [name, network] of latest) {
      try {
        if (network) storage?.setItem(name, letters(writeModelFile(network)));
        else storage?.removeItem(name);
      } catch {
        // storage that is full or switched off, or a weight beyond what a file takes: it is not kept
      }
    }
    latest.clear();
  };
  /** @param {string} name @returns {Network | null} */
  const fetched = (name) => {
    try {
      const text = storage?.getItem(name);
      return text ? readModelFile(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))) : null;
    } catch {
      return null; // nothing of ours
    }
  };
  window.addEventListener("pagehide", keep, { signal: life.signal });
  life.signal.addEventListener("abort", keep, { once: true });
  return {
    /**
     * Keeps the network that was opened (null: the one that was kept, if any) and the changed one (null: it is not
     *   changed).
     * @param {Network | null} original
     * @param {Network | null} network
     */
    remember(original, network) {
      if (original) latest.set(ORIGINAL, original);
      latest.set(CHANGED, network);
      life.cancel(waiting);
      waiting = life.after(keep, PATIENCE);
    },
    /** What was kept. @returns {{original: Network | null, network: Network | null}} */
    remembered: () => ({ original: fetched(ORIGINAL), network: fetched(CHANGED) }),
  };
}

/** @param {Uint8Array} bytes @returns {string} */
function letters(bytes) {
  let text = "";
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
}
