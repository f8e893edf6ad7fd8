// @ts-check
// A network's own file, chosen or dropped.

import { count } from "../../core/numbers.js";
import { readModelFile } from "../../model/model_file.js";
import { wasChanged } from "../../model/provenance.js";
import { phrase } from "../../texts/first.js";
import { reasonOf } from "../../texts/language.js";

/** @typedef {import("./app.js").App} App */

export const SUFFIX = ".digitlens";
const LARGEST = 64 * 1024 * 1024; // bytes of a file that is read at all

/**
 * Opens a file that somebody chose. What is wrong with it comes back in words; nothing, if nothing is.
 * @param {App} app
 * @param {File} file
 * @returns {Promise<string>}
 */
export async function openNetwork(app, file) {
  try {
    if (file.size > LARGEST)
      throw new Error(phrase("tools.networks.itHasMbAndA", { size: count(Math.round(file.size / 1e6)) }));
    const network = readModelFile(new Uint8Array(await file.arrayBuffer()));
    app.setNetwork(network, true);
    const changed = wasChanged(network) ? phrase("tools.networks.itWasChangedByHand") : "";
    app.say(
      phrase("tools.networks.isOpen", {
        name: network.name,
        changed,
        list: network.notes.map((note) => phrase("tools.networks.thePage", { note })).join(""),
      }),
    );
    return "";
  } catch (error) {
    const why = reasonOf(error);
    return phrase("tools.networks.cannotBeOpenedWantedA", { name: file.name.slice(0, 80), why, suffix: SUFFIX });
  }
}
