// @ts-check
// The page in one file, which opens from a disk or a mail: the network and the example drawings lie in the file, as
// JSON in the element #digitlens-file. Read, Neuron and Learn need nothing else.

import { LOOKING } from "../app/looking.js";
import { readModelFile } from "../model/model_file.js";
import { hostStyles } from "./styles.js";
import { wholePage } from "./whole_page.js";

/** @typedef {import("../views/shared/services.js").Offered} Offered */

/** @type {{offered: Offered[], networks: string[], examples: string[]}} */
const { offered, networks, examples } = JSON.parse(document.getElementById("digitlens-file")?.textContent ?? "{}");
const bytes = (/** @type {string} */ base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
const network = async (/** @type {string} */ name) => {
  const at = offered.findIndex((one) => one.name === name);
  if (at < 0) throw new Error(`this file does not hold ${name}`);
  return { ...readModelFile(bytes(networks[at])), name };
};

wholePage({
  networks: {
    first: async () => ({ network: await network(offered[0].name), why: "" }),
    offered: async () => offered,
    fetch: network,
  },
  styles: hostStyles(),
  journeys: LOOKING,
  examples: async (digit) => new Blob([bytes(examples[digit])], { type: "image/png" }),
});
