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

/**
 * What puts a picture that a neuron responds to onto the pad: with its number where the data set has numbers.
 * @param {{network: Network}} app
 * @param {string} on                       the data set
 * @param {{ink: ArrayLike<number>, label: string, number: number}} picture   ink: 0 to 255, as the network sees it
 * @returns {Pick<State, "strokes" | "base" | "baseStages"> & {baseInk: Float64Array}}
 */
export function pictureOnPad({ network }, on, { ink, label, number }) {
  const digit = network.classes.indexOf(label);
  const known = (on === "mnist" || on === "folder") && digit >= 0;
  return {
    strokes: [],
    base: known ? { kind: on, on: "test", number, digit } : { kind: "picture", name: `pen digit ${number}` },
    baseInk: Float64Array.from(ink, (one) => one / 255),
    baseStages: null,
  };
}
