// @ts-check
// The page in one file, which opens from a disk or a mail: networks and example drawings are parts of the file.

import { readModelFile } from "../model/model_file.js";
import { unpacked } from "./parts.js";
import { hostStyles } from "./styles.js";
import { wholePage } from "./whole_page.js";
import { phrase } from "../texts/later.js";

/** @typedef {import("../views/shared/services.js").Services} Services */

/**
 * @param {ReturnType<typeof import("./parts.js").fileContent>} content
 * @param {Pick<Services, "journeys"> & Partial<Services>} services   what this file is able to
 */
export function oneFile({ offered, parts, language }, services) {
  const network = async (/** @type {string} */ name) => {
    const part = parts[`networks/${name}`];
    if (!part) throw new Error(phrase("hosts.oneFile.thisFileDoesNotHold", { name }));
    return { ...readModelFile(await unpacked(part)), name };
  };
  const all = {
    networks: {
      first: async () => ({ network: await network(offered[0].name), why: "" }),
      offered: async () => offered,
      fetch: network,
    },
    styles: hostStyles(),
    examples: async (/** @type {number} */ digit) =>
      new Blob([/** @type {any} */ (await unpacked(parts[`examples/${digit}`]))], { type: "image/png" }),
    ...services,
  };
  const load = async () => JSON.parse(new TextDecoder().decode(await unpacked(parts.texts)));
  wholePage(all, language && { has: [language], load, begins: language });
}
