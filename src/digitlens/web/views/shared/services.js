// @ts-check
// What a host gives a component: where its address is, what is remembered, where networks and pictures come from, who
// trains. The component knows no server, no file and no notebook. Types alone; hosts/ has the hosts.
//
// What a service would bring and a host has not, the views leave out, or say what is needed for it.

/** @typedef {import("../../model/model_file.js").StoredNetwork} Network */
/** @typedef {import("../../model/state.js").View} Journey */
/** @typedef {import("./app.js").App} App */
/** @typedef {import("./app.js").View} View */
/** @typedef {import("../../train/trainer.js").Trainer} Trainer */
/**
 * @typedef {Object} Address
 * @property {() => string} fragment   of the state, as it stands in the address; "" at the start
 * @property {(fragment: string, how: "push" | "replace") => void} show
 * @property {(arrived: () => void, signal: AbortSignal) => void} watch   somebody has gone back or forth
 * @property {(fragment: string) => string} link   the whole address, which opens in that state
 */
/**
 * @typedef {Object} Offered
 * @property {string} name
 * @property {number[]} sizes
 * @property {number} parameters
 * @property {number | null} accuracy
 * @property {Object<string, any>} provenance
 */
/**
 * @typedef {Object} Networks
 * @property {() => Promise<{network: Network, why: string}>} first   to begin with; why: in place of which other
 * @property {() => Promise<Offered[]>} offered
 * @property {(name: string) => Promise<Network>} fetch   throws an Error in words
 */
/** @typedef {{label: number, number: number, pixels: Uint8Array}} LabelledImage   label: the number of its class */
/** @typedef {{total: number, images: LabelledImage[]}} Fetched   total: how many there are in all */
/**
 * Labelled images of a data set, as many as there are from number `from` on; in words, why there are none. Throws an
 * Error in words where it cannot be known.
 * @callback Images
 * @param {Network} network
 * @param {"training" | "test"} on
 * @param {number} from
 * @param {number} count
 * @returns {Promise<Fetched | string>}
 */
/**
 * @typedef {Object} Box   of a digit on a picture of many
 * @property {number} left
 * @property {number} top
 * @property {number} width
 * @property {number} height
 * @property {number} digit
 * @property {string} [label]
 * @property {number} number      which number of the page it belongs to
 * @property {boolean} [is_digit]
 * @property {string} ink         784 bytes, base64
 */
/** @typedef {{text: string, boxes: Box[], notes: string[], network: string}} FoundDigits */
/**
 * What a hidden neuron looks for.
 * @typedef {Object} LookedFor
 * @property {string} on
 * @property {{ink: string, label: string, number: number, activation: number}[]} strongest
 * @property {{ink: string, activation: number}} exciting
 * @property {{kind: string, explained: number, expected: number, p: number, weights: string} | null} part
 */
/** @typedef {(app: App) => View} MakeView */
/**
 * @typedef {Object} Services
 * @property {Address} address
 * @property {Networks} networks
 * @property {(root: ShadowRoot, sheets: readonly string[]) => Promise<void>} styles   puts style sheets, named by
 *   their paths in web/, into the component
 * @property {Partial<Record<Journey, () => Promise<MakeView>>>} journeys   each loaded when it is wanted; read: what
 *   stands beneath the network there
 * @property {{tab: Storage | null, site: Storage | null}} [storage]   what lasts as long as the tab, and longer
 * @property {(digit: number) => Promise<Blob>} [examples]   a drawing of each digit
 * @property {Images} [images]
 * @property {Trainer} [trainer]
 * @property {boolean} [serverIsHere]   the server that trains is on this computer
 * @property {(picture: Blob) => Promise<FoundDigits | null>} [pageReader]   null: it cannot be read
 * @property {(network: Network, layer: number, neuron: number) => Promise<LookedFor | string>} [looksFor]   in words
 *   where nothing is known
 * @property {() => string} [share]   what whoever shares a link must know of it; without it nothing is shared
 * @property {string} [label]   of this component, where there are several: "A"
 * @property {readonly string[] | null} [only]   the parts that are shown; null or missing: all
 * @property {boolean} [bare]   without header and footer
 * @property {(theme: "dark" | "light") => void} [themed]   for what lies around the component
 */

export {};
