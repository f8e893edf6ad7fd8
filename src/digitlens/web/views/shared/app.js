// @ts-check
// What every view is given: the state of the page, its network, what that network reads, and the ways to change them.
// Types alone; app/create_app.js makes one.

/** @typedef {import("./lifetime.js").Lifetime} Lifetime */
/** @typedef {import("./services.js").Services} Services */
/** @typedef {import("./services.js").Trainer} Trainer */
/** @typedef {import("./theme.js").Themes} Themes */
/** @typedef {import("../../model/model_file.js").StoredNetwork} Network */
/** @typedef {import("../../model/reading.js").Reading} Reading */
/** @typedef {import("../../model/state.js").State} State */
/** @typedef {import("../../model/state.js").Strokes} Strokes */
/**
 * @typedef {Object} App
 * @property {State} state
 * @property {Network} network     as it is now
 * @property {Network} original    as it was loaded
 * @property {boolean} changed     whether the two differ
 * @property {Reading} reading     what the network now says of what is on the pad
 * @property {Lesson | null} lesson   what Learn shows
 * @property {(lesson: Lesson | null) => void} teach
 * @property {boolean} resting   nothing is on the pad, and nothing but reading is shown: the neurons rest
 * @property {import("../../model/guessing.js").About | null} question   what is to be guessed before it is shown
 * @property {() => void} guessed     it was
 * @property {readonly string[]} hidden   the parts that are not shown: a teacher has hidden them, or they would give an
 *   open question away
 * @property {Strokes | null} demo   an example that is read in place of an empty pad; it is no part of the state
 * @property {(strokes: Strokes | null) => void} demonstrate   shows such an example, until anything is set
 * @property {(patch: Partial<State>, how?: "push" | "replace") => void} set
 * @property {(network: Network, loaded?: boolean) => void} setNetwork   `loaded`: another network, to which a reset
 *   leads back
 * @property {() => void} resetNetwork
 * @property {(text: string) => void} say
 * @property {(state?: State) => string} link
 * @property {boolean} strangeChanges   the link changed neurons of another network
 * @property {() => void} follow     the address follows the state at once
 * @property {Trainer | null} live   who trains; null: nobody
 * @property {Services} services     what the host has
 * @property {readonly State["view"][]} journeys   those that the host has
 * @property {ShadowRoot} root       all elements of the component lie in it
 * @property {Lifetime} life         timers and listeners end with the component
 * @property {Themes} theme
 * @property {(view: () => void) => () => void} onUpdate   called whenever something has changed. Undo by calling what
 *   it gives
 * @property {(listener: () => void) => void} onArrival   somebody has gone back or forth; the state is that one
 * @property {(name: string) => string} called   the name of a landmark, which no other component in the document has
 * @property {() => number} width    of the component, in pixels
 * @property {() => void} showDetail   what was asked for comes into view, where the page is too narrow for it beside
 *   the rest
 * @property {() => void} toTop      its beginning comes into view
 */
/** @typedef {{batch: import("../../core/mini_batch.js").MiniBatch}} Lesson */
/** @typedef {{element: HTMLElement, update: () => void}} View */

export {};
