// @ts-check
// All test images that the host has for a network.

import { phrase } from "../../texts/later.js";

/** @typedef {import("./services.js").Images} Images */
/** @typedef {import("./services.js").LabelledImage} LabelledImage */
/** @typedef {import("../../model/model_file.js").StoredNetwork} Network */

const AT_ONCE = 1000; // images in one answer
const MOST = 20_000; // images

/**
 * @param {Images} images
 * @param {Network} network
 * @param {(text: string) => void} [told]   what is being done
 * @returns {Promise<LabelledImage[]>}   throws an Error in words where there are none
 */
export async function testImages(images, network, told = () => {}) {
  const all = /** @type {LabelledImage[]} */ ([]);
  for (let total = 1; all.length < Math.min(total, MOST); ) {
    told(phrase("neuron.costOfChange.fetchingTheTestImages"));
    const some = await images(network, "test", all.length, AT_ONCE);
    if (typeof some === "string") throw new Error(some);
    total = some.total;
    all.push(...some.images);
  }
  return all;
}
