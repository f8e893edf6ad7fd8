// @ts-check
// Images of the data set that fits the network: MNIST's for digits, else those of the folder that the host was given.

import { readsDigits } from "../../core/shape.js";

/** @typedef {import("./services.js").LabelledImage} LabelledImage */
/** @typedef {import("../../model/model_file.js").StoredNetwork} Network */
/** @typedef {import("../../model/state.js").State} State */
/** @typedef {"mnist" | "folder"} Data */
/** @typedef {"training" | "test"} On */

/** @param {Network} network @returns {Data} */
export const dataFor = (network) => (readsDigits(network) ? "mnist" : "folder");

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
