// @ts-check
// Plain files beside the page as services, for a site without a server of ours: networks and example drawings.

import { readModelFile } from "../model/model_file.js";
import { phrase } from "../texts/first.js";

/** @typedef {import("../views/shared/services.js").Networks} Networks */
/** @typedef {import("../views/shared/services.js").Services} Services */
/** @typedef {import("../model/model_file.js").StoredNetwork} Network */

/** A file of the site; throws an Error in words. @param {string} path @returns {Promise<Response>} */
export async function siteFile(path) {
  const answer = await fetch(path).catch(() => {
    throw new Error(phrase("hosts.files.thereIsNoConnectionAnd"));
  });
  if (!answer.ok) throw new Error(phrase("hosts.files.theSiteHasNo", { path, status: answer.status }));
  return answer;
}

/** The networks that networks/index.json lists, the first one to begin with. @returns {Networks} */
export function siteNetworks() {
  const offered = async () => (await siteFile("networks/index.json")).json();
  const network = async (/** @type {string} */ name) => {
    const answer = await siteFile(`networks/${encodeURIComponent(name)}.digitlens`);
    return { ...readModelFile(new Uint8Array(await answer.arrayBuffer())), name };
  };
  return {
    offered: () => offered().catch(() => []),
    fetch: network,
    first: async () => ({ network: await network((await offered())[0].name), why: "" }),
  };
}

/** @type {NonNullable<Services["examples"]>} */
export const siteExamples = async (digit) => (await siteFile(`examples/${digit}.png`)).blob();

/**
 * What the laboratory has measured, in the files that laboratory/index.json lists by the fingerprints of networks.
 * @returns {NonNullable<Services["laboratory"]>}
 */
export function siteLaboratory() {
  const listed = async () => (await siteFile("laboratory/index.json")).json();
  return {
    study: async () => (await siteFile("laboratory/study.json")).json(),
    async findings(fingerprint) {
      const name = (await listed())[fingerprint];
      if (!name) return null;
      const found = await (await siteFile(`laboratory/${encodeURIComponent(name)}`)).json();
      return found.fingerprint === fingerprint ? found : null;
    },
  };
}
