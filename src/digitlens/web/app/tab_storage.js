// @ts-check
// A network that was opened or changed outlives a reload: it is kept in the tab's own storage, so that two tabs do not
// mix theirs.

import { readModelFile, writeModelFile } from "../model/model_file.js";

/** @typedef {import("../model/model_file.js").StoredNetwork} Network */

const PATIENCE = 400; // ms without another change
let waiting = 0;
const latest = /** @type {Map<string, Network | null>} */ (new Map());

/**
 * Keeps the network that was opened (null: the one that was kept, if any) and the changed one (null: it is not
 *   changed).
 * @param {Network | null} original
 * @param {Network | null} network
 */
export function remember(original, network) {
  if (original) latest.set("digitlens.original", original);
  latest.set("digitlens.changed", network);
  clearTimeout(waiting);
  waiting = window.setTimeout(keep, PATIENCE);
}

/** What was kept. @returns {{original: Network | null, network: Network | null}} */
export function remembered() {
  return { original: fetched("digitlens.original"), network: fetched("digitlens.changed") };
}

/** @param {string} name @returns {Network | null} */
function fetched(name) {
  try {
    const text = sessionStorage.getItem(name);
    return text ? readModelFile(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))) : null;
  } catch {
    return null; // nothing of ours
  }
}

function keep() {
  clearTimeout(waiting);
  for (const [name, network] of latest) {
    try {
      if (network) sessionStorage.setItem(name, letters(writeModelFile(network)));
      else sessionStorage.removeItem(name);
    } catch {
      // storage that is full or switched off, or a weight beyond what a file takes: it is not kept
    }
  }
  latest.clear();
}

/** @param {Uint8Array} bytes @returns {string} */
function letters(bytes) {
  let text = "";
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
}

window.addEventListener("pagehide", keep);
