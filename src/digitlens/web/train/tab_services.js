// @ts-check
// What a host brings so that a tab can train. Types alone.

/** @typedef {import("./requests.js").DataInfo} DataInfo */
/** @typedef {import("./worker/images.js").DataSet} DataSet */
/** @typedef {import("./worker_line.js").WorkerLike} WorkerLike */
/** @typedef {(done: number, total: number | null) => void} Progress   bytes */
/**
 * A data set that can be trained on: what it says of itself, and how it is loaded. Images are loaded once.
 * @typedef {{info: DataInfo, load: (progress: Progress) => Promise<DataSet>}} TabSet
 */
/**
 * What a host brings.
 * @typedef {Object} TabServices
 * @property {(() => WorkerLike) | null} worker   makes a worker that runs worker.js; null: there can be none
 * @property {() => Promise<BufferSource>} kernel  the bytes of kernel.wasm
 * @property {() => Promise<any>} choices          what there is to choose from, as learning/choices.py says it
 * @property {TabSet[]} sets                       the default first
 * @property {number} cores
 * @property {number} [ask]                        ms between two questions whether a worker still answers
 */

export {};
