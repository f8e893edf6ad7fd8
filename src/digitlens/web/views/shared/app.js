// @ts-check
// What every view is given: the state of the page, its network, what that network reads, and the ways to change them.
// Types alone; app/main.js makes the one there is.

/** @typedef {import("../../model/model_file.js").StoredNetwork} Network */
/** @typedef {import("../../model/reading.js").Reading} Reading */
/** @typedef {import("../../model/state.js").State} State */
/** @typedef {import("../../train/live.js").Live} Live */
/**
 * @typedef {Object} App
 * @property {State} state
 * @property {Network} network     as it is now
 * @property {Network} original    as it was loaded
 * @property {boolean} changed     whether the two differ
 * @property {Reading} reading     what the network now says of what is on the pad
 * @property {(patch: Partial<State>, how?: "push" | "replace") => void} set
 * @property {(network: Network, loaded?: boolean) => void} setNetwork   `loaded`: another network, to which a reset
 *   leads back
 * @property {() => void} resetNetwork
 * @property {(text: string) => void} say
 * @property {(state?: State) => string} link
 * @property {Live} live
 */
/** @typedef {{element: HTMLElement, update: () => void}} View */

export {};
