// @ts-check
// A network's own file, chosen or dropped.

import { count } from "../../core/numbers.js";
import { readModelFile } from "../../model/model_file.js";
import { wasChanged } from "../../model/provenance.js";

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
      throw new Error(`it has ${count(Math.round(file.size / 1e6))} MB, and a network of ours has a few at most`);
    const network = readModelFile(new Uint8Array(await file.arrayBuffer()));
    app.setNetwork(network, true);
    const changed = wasChanged(network) ? " It was changed by hand before it was saved." : "";
    app.say(`${network.name} is open.${changed}${network.notes.map((note) => ` The page ${note}.`).join("")}`);
    return "";
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return (
      `${file.name.slice(0, 80)} cannot be opened: ${why}. Wanted a ${SUFFIX} file, such as “Save” here or ` +
      "digitlens train writes."
    );
  }
}
