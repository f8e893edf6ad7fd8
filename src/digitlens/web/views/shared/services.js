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
 * @property {string} fingerprint
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
 * @typedef {Object} PackedPart
 * @property {string} kind         "edge" or "bar"
 * @property {number} explained    the share of the weights' variance that it explains
 * @property {number | null} expected   of a picture as smooth; null: not measured
 * @property {number | null} p
 * @property {boolean} [found]     more than chance, corrected for all neurons
 * @property {string} weights      base64
 */
/** @typedef {{part: string, area: number, p: number, found: boolean}} Tells   which part a neuron tells best */
/**
 * What a hidden neuron looks for, as it is kept and sent: pictures in base64.
 * @typedef {Object} PackedLookedFor
 * @property {string} on
 * @property {number} [images]
 * @property {{ink: string, label: string, number: number, activation: number}[]} strongest
 * @property {{ink: string, activation: number}} exciting
 * @property {PackedPart | null} [part]
 * @property {Tells | null} [tells]
 */
/**
 * What a hidden neuron looks for.
 * @typedef {Object} LookedFor
 * @property {boolean} here        computed in this page
 * @property {string} why          there are no images
 * @property {string} on
 * @property {number | null} images   how many were looked at; null: all
 * @property {{ink: ArrayLike<number>, label: string, number: number, activation: number}[]} strongest
 * @property {{ink: ArrayLike<number>, activation: number} | null} exciting
 * @property {(Omit<PackedPart, "weights"> & {weights: ArrayLike<number>}) | null} part
 * @property {Tells | null} [tells]
 */
/**
 * @typedef {{found: number, neurons: number, explained: number, expected: number, surrogates: number}} FirstMeasured
 */
/**
 * What the laboratory found in one network: `digitlens lab features --network` writes it.
 * @typedef {Object} Findings
 * @property {string} network
 * @property {string} fingerprint
 * @property {number[]} sizes
 * @property {string} on
 * @property {number} images
 * @property {FirstMeasured & {control: {name: string} & FirstMeasured, level: number}} first
 * @property {{found: number, neurons: number, clear: number, clearest: number, over_all_digits: number} | null} second
 * @property {Omit<PackedLookedFor, "on" | "images">[][]} neurons   layer by layer
 */
/** @typedef {[number, number | null, number | null]} Difference   and the ends of its interval */
/**
 * The laboratory's answer, from many networks: `digitlens lab features` writes it.
 * @typedef {Object} Study
 * @property {number[]} sizes
 * @property {number} networks
 * @property {number} accuracy
 * @property {string} data
 * @property {{answer: string, neurons: number, found: Record<string, number[]>, explained: number, expected: number,
 *   difference: Difference}} first
 * @property {{answer: string, neurons: number, found: number[], clear: number, clearest: number, before: number,
 *   over_all_digits: number, other_answer: Record<string, number>} | null} second
 * @property {{answer: string, kinds: {name: string, area: number, control: number, before: number,
 *   first_layer: number, pixels: number, difference: Difference}[]} | null} whole
 * @property {{name: string, networks: number, accuracy: number, found: number, explained: number}[]} helped
 */
/**
 * @typedef {Object} Laboratory   what it has measured
 * @property {() => Promise<Study>} study   throws an Error in words
 * @property {(fingerprint: string) => Promise<Findings | null>} findings   on the network of that fingerprint; null:
 *   it was not examined
 */
/**
 * @typedef {Object} Languages
 * @property {readonly import("../../texts/language.js").Language[]} has
 * @property {(language: import("../../texts/language.js").Language) => void} choose   the page is loaded again
 * @property {(link: string) => string} fix   the same link, in the language that is spoken, whoever opens it
 */
/** @typedef {(app: App) => View} MakeView */
/**
 * @typedef {Object} Matrix   a confusion matrix
 * @property {string} name        of the network
 * @property {string[]} classes
 * @property {ArrayLike<number>} counts   (classes · classes), row by row: the true class, column: what it is read as
 */
/** @typedef {(app: App, matrix?: Matrix | null) => void} OpenWorksheet   matrix: the one that is on the page */
/**
 * @typedef {Object} Services
 * @property {Address} address
 * @property {Networks} networks
 * @property {(root: ShadowRoot, sheets: readonly string[]) => Promise<void>} styles   puts style sheets, named by
 *   their paths in web/, into the component
 * @property {Partial<Record<Journey | "guess", () => Promise<MakeView>>> & {worksheet?: () => Promise<OpenWorksheet>}
 *   } journeys   each loaded when it is wanted; read: what stands beneath the network there; guess: what asks before
 *   something is shown; worksheet: the exercise to print
 * @property {{tab: Storage | null, site: Storage | null}} [storage]   what lasts as long as the tab, and longer
 * @property {(digit: number) => Promise<Blob>} [examples]   a drawing of each digit
 * @property {Images} [images]
 * @property {Trainer} [trainer]
 * @property {() => Worker} [pictureWorker]   runs picture/worker.js
 * @property {boolean} [serverIsHere]   the server that trains is on this computer
 * @property {(picture: Blob) => Promise<FoundDigits | null>} [pageReader]   null: it cannot be read
 * @property {(fingerprint: string, layer: number, neuron: number) => Promise<LookedFor | string | null>} [looksFor]
 *   on the network of that fingerprint; null where it is not there; in words where it cannot be had now
 * @property {Laboratory} [laboratory]
 * @property {Languages} [languages]   those that can be chosen, where there are several
 * @property {() => string} [share]   what whoever shares a link must know of it; without it nothing is shared
 * @property {string} [label]   of this component, where there are several: "A"
 * @property {readonly string[] | null} [only]   the parts that are shown; null or missing: all
 * @property {boolean} [bare]   without header and footer
 * @property {(theme: "dark" | "light") => void} [themed]   for what lies around the component
 */

export {};
