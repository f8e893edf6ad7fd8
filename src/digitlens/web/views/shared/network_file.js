// @ts-check
// A network of the server's, by name.

import { readModelFile } from "../../model/model_file.js";

/** @typedef {import("../../model/model_file.js").StoredNetwork} StoredNetwork */

/**
 * The network, under the name that it was asked for by. Throws an Error in words: it is not there, or the server is
 *   gone.
 * @param {string} name
 * @returns {Promise<StoredNetwork>}
 */
export async function fetchNetwork(name) {
  const answer = await fetch(`networks/${encodeURIComponent(name)}.digitlens`).catch(() => {
    throw new Error("the server is gone");
  });
  if (!answer.ok) throw new Error(`the server answers ${answer.status}`);
  return { ...readModelFile(new Uint8Array(await answer.arrayBuffer())), name };
}
