// @ts-check
// Training in the tab, from files that lie beside the page: the kernel, what can be chosen, the worker, and digits.

import { pixelsOf, readsDigits, sameShape } from "../core/shape.js";
import { createWorkerTrainer } from "../train/worker_trainer.js";
import { siteFile } from "./files.js";
import { phrase } from "../texts/first.js";

/** @typedef {import("../train/tab_services.js").TabSet} TabSet */

/**
 * @param {string} folder   where kernel.wasm and choices.json lie
 * @param {() => Promise<TabSet[]>} sets   the default first
 * @param {() => Worker} [worker]   runs worker.js
 */
export function tabTrainer(folder, sets, worker = () => new Worker(`${folder}worker.js`)) {
  const trainer = createWorkerTrainer({
    worker: typeof Worker === "undefined" ? null : /** @type {any} */ (worker),
    kernel: async () => (await siteFile(`${folder}kernel.wasm`)).arrayBuffer(),
    choices: async () => {
      const [choices, all] = await Promise.all([siteFile(`${folder}choices.json`), sets()]);
      all.forEach((set) => trainer.offer(set));
      return choices.json();
    },
    sets: [],
    cores: navigator.hardwareConcurrency || 2,
  });
  return trainer;
}

/**
 * Labelled images of the sets that the tab has: MNIST for a network that reads digits, else the first that fits it.
 * @param {TabSet[]} sets
 * @returns {NonNullable<import("../views/shared/services.js").Services["images"]>}
 */
export function tabImages(sets) {
  const loaded = /** @type {Map<TabSet, ReturnType<TabSet["load"]>>} */ (new Map());
  const load = (/** @type {TabSet} */ set) => {
    const coming = loaded.get(set) ?? set.load(() => {});
    loaded.set(set, coming);
    coming.catch(() => loaded.delete(set)); // the next time it is tried again
    return coming;
  };
  return async (network, on, from, count) => {
    const fits = (/** @type {TabSet} */ { info }) =>
      readsDigits(network)
        ? info.name === "mnist"
        : sameShape(info, network.shape) && info.classes <= network.classes.length;
    const set = sets.find(fits);
    if (!set) return readsDigits(network) ? phrase("hosts.tab.itIsNotAmongThe") : phrase("hosts.tab.noImagesHereAreAs");
    const { images, labels } = (await load(set))[on];
    const size = pixelsOf(network.shape);
    const some = Array.from(labels.subarray(from, from + count), (label, i) => ({
      label,
      number: from + i,
      pixels: images.subarray(size * (from + i), size * (from + i + 1)),
    }));
    return some.length
      ? { total: labels.length, images: some }
      : phrase("hosts.tab.thereAreOnly", { n: labels.length });
  };
}
