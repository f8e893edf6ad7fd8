// @ts-check
// What a step of the story is made of. Types alone.

/** @typedef {import("../model/state.js").State} State */
/** @typedef {import("../model/model_file.js").StoredNetwork} Network */
/** @typedef {import("./facts.js").Facts} Facts */
/**
 * @typedef {Object} Try
 * @property {() => string} label
 * @property {Partial<State>} [state]                           what the button sets
 * @property {(network: Network, state: State) => Network} [change]  what it makes of the network
 * @property {boolean} [restore]                                it gives the network of before the step back
 * @property {() => string} [says]                                    what has happened, where one cannot see it at once
 */
/**
 * @typedef {Object} Step
 * @property {() => string} title
 * @property {string} part           the part of the page it speaks of, as a selector: it comes into view, and is marked
 * @property {{label: () => string, view: State["view"]}[]} [after]   what to do when the story is over
 * @property {(facts: Facts) => string[]} says           paragraphs
 * @property {(facts: Facts) => string[]} [reckoning]    lines of numbers beneath them
 * @property {(facts: Facts) => string} [live]           a line that follows what is on the pad
 * @property {import("../model/state.js").Shown} shows
 * @property {Partial<State>} state
 * @property {"pixels" | "weights"} [beside]             what the card shows of its own
 * @property {() => string} hint                               what else to try, with one's own hands
 * @property {Try[]} tries
 */

export {};
