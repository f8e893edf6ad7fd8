// @ts-check
// Images of the data set that fits the network: MNIST's for digits, else those of the folder that the server
// was started
// with.

import { pixelsOf, readsDigits, sameShape, shapeName } from "../../core/shape.js";

/** @typedef {import("../../model/model_file.js").StoredNetwork} Network */
/** @typedef {import("../../model/state.js").State} State */
/** @typedef {"mnist" | "folder"} Data */
/** @typedef {"training" | "test"} On */
/** @typedef {{label: number, number: number, pixels: Uint8Array}} LabelledImage   label: the number of its class */
/** @typedef {{total: number, images: LabelledImage[]}} Fetched   total: how many there are in all */

/** @param {Network} network @returns {Data} */
export const dataFor = (network) => (readsDigits(network) ? "mnist" : "folder");

/**
 * Some of the images; or, in words, why there are none. Throws an Error in words where the server does not answer.
 * @param {Network} network
 * @param {On} on
 * @param {number} from
 * @param {number} count
 * @returns {Promise<Fetched | string>}
 */
export async function fetchImages(network, on, from, count) {
  const data = dataFor(network);
  const answer = await fetch(`api/images?data=${data}&on=${on}&from=${from}&count=${count}`).catch(() => {
    throw new Error("the server is gone");
  });
  if (!answer.ok) {
    const why = (await answer.json().catch(() => ({}))).error ?? `the server answers ${answer.status}`;
    if (answer.status === 404) return why;
    if (answer.status === 400 && why.startsWith("data")) return "the server has no folder of images";
    throw new Error(why);
  }
  const header = (/** @type {string} */ name) => Number(answer.headers.get(`X-Digitlens-${name}`));
  const shape = { rows: header("Rows"), columns: header("Columns") };
  if (!sameShape(shape, network.shape)) return `the images of the server’s folder have ${shapeName(shape)} pixels`;
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const size = pixelsOf(shape);
  const n = bytes.length / (1 + size);
  if (!Number.isInteger(n) || !n) throw new Error(`the server sent ${bytes.length} bytes, which are no images`);
  const images = Array.from(bytes.subarray(0, n), (label, i) => ({
    label,
    number: from + i,
    pixels: bytes.subarray(n + size * i, n + size * (i + 1)),
  }));
  if (images.some(({ label }) => label >= network.classes.length))
    return `the server’s folder has more classes than the ${network.classes.length} of this network`;
  return { total: header("Total"), images };
}

/**
 * What puts such an image onto the pad.
 * @param {LabelledImage} image
 * @param {Data} data
 * @param {On} on
 * @returns {Pick<State, "strokes" | "base" | "baseStages"> & {baseInk: Float64Array}}
 */
export function onPad({ label, number, pixels }, data, on) {
  return {
    strokes: [],
    base: { kind: data, on, number, digit: label },
    baseInk: Float64Array.from(pixels, (one) => one / 255),
    baseStages: null,
  };
}
