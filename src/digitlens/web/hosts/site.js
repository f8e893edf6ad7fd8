// @ts-check
// The static site: plain files on any web host, and after the first visit without one. It trains in the tab, on the
// digits that were packed into it.

import { ALL } from "../app/loaders.js";
import { fetched } from "../train/data/fetched.js";
import { packedSet } from "../train/data/packed.js";
import { browserStorage } from "./browser.js";
import { siteExamples, siteFile, siteLaboratory, siteNetworks } from "./files.js";
import { filesBeside } from "./languages.js";
import { hostStyles } from "./styles.js";
import { tabImages, tabTrainer } from "./tab.js";
import { wholePage } from "./whole_page.js";

/** @typedef {import("../train/data/packed.js").Header} Header */

/** What was packed: `digitlens export site` writes it into the page. @type {Header[]} */
const packed = JSON.parse(document.getElementById("digitlens-packed")?.textContent ?? "[]");
const means = { fetch: window.fetch.bind(window), caches: browserStorage().site ? window.caches : undefined };
const sets = packed.map((header, i) => {
  const open = (/** @type {(done: number, total: number | null) => void} */ progress, /** @type {boolean} */ anew) =>
    fetched(`data/${header.name}.digits`, header.packed + 2 ** 17, header.sha256, progress, means, anew);
  return packedSet(header, open, { default: i === 0 });
});

const services = {
  networks: siteNetworks(),
  styles: hostStyles(),
  journeys: ALL,
  examples: siteExamples,
  images: packed.some(({ name }) => !name.startsWith("pen")) ? tabImages(sets) : undefined, // the pen's are no samples
  trainer: sets.length ? tabTrainer("page/", async () => sets) : undefined,
  pictureWorker: () => new Worker("page/pictures.js"),
  laboratory: siteLaboratory(),
  share: () => "",
};
wholePage(services, filesBeside(siteFile));
navigator.serviceWorker?.register("service_worker.js").catch(() => {}); // a browser or a frame that allows none
