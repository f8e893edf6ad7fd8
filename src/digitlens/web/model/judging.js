// @ts-check
// The optional blocks of a model file that say what its reader can judge: familiarity and calibration.
// Each carries the version of the model behind it; another version is a block that we do not know: it is ignored.
// The twin of storage/optional_blocks.py.

import { COLDEST, HOTTEST } from "./calibration.js";
import { QUANTILES, SHAPES } from "../picture/familiarity.js";
import { phrase } from "../texts/first.js";

/** @typedef {import("./container.js").Tensor} Tensor */
/** @typedef {import("../picture/familiarity.js").Familiarity} Familiarity */
/** @typedef {import("./calibration.js").Calibration} Calibration */
/** @typedef {{familiarity: Familiarity | null, calibration: Calibration | null}} Judging */
/** @typedef {[string, {shape: number[], values: Float64Array}][]} Arrays */

export const JUDGING = ["familiarity", "calibration"];
const VERSION = 1; // of both
const SCORES = "familiarity.scores";

/** Whether it is one of the blocks below, in a version that we read. @param {string} name @param {any} block */
export const known = (name, block) => JUDGING.includes(name) && block.version === VERSION;

/**
 * What the known blocks say, and exactly their arrays. Throws an Error that says what is wrong.
 * @param {Object<string, any>} blocks       those that are known
 * @param {Map<string, Tensor>} tensors      those that belong to them
 * @returns {Judging}
 */
export function judgingOf(blocks, tensors) {
  const { familiarity, calibration } = blocks;
  if (calibration) only(calibration, "calibration", "temperature", COLDEST, HOTTEST);
  if (!familiarity && tensors.size) throw new Error(phrase("model.judging.thisModelFileHoldsArrays"));
  return {
    familiarity: familiarity ? familiarityOf(familiarity, tensors) : null,
    calibration: calibration ? { temperature: calibration.temperature } : null,
  };
}

/**
 * @param {any} block
 * @param {Map<string, Tensor>} tensors
 * @returns {Familiarity}
 */
function familiarityOf(block, tensors) {
  only(block, "familiarity", "threshold", 0, 1);
  const take = (/** @type {string} */ name, /** @type {number[]} */ shape) => {
    const tensor = tensors.get(name);
    if (!tensor || tensor.shape.join() !== shape.join()) throw new Error(phrase("model.judging.thisModelFileDoesNot"));
    return tensor.values;
  };
  const layers = SHAPES.map(([n, before], l) => {
    const name = `familiarity.layer${l + 1}`;
    return { weights: take(`${name}.weights`, [n, before]), biases: take(`${name}.biases`, [n]), n, before };
  });
  const scores = take(SCORES, [QUANTILES]);
  if (tensors.size !== 2 * SHAPES.length + 1) throw new Error(phrase("model.judging.thisModelFileDoesNot2"));
  const types = new Set([...tensors].filter(([name]) => name !== SCORES).map(([, tensor]) => tensor.dtype));
  if (types.size > 1 || types.has("F64")) throw new Error(phrase("model.judging.thisModelFilesFamiliarityIs"));
  if (tensors.get(SCORES)?.dtype !== "F32") throw new Error(phrase("model.judging.thisModelFilesFamiliarityHas"));
  if (scores.some((one, i) => i > 0 && one < scores[i - 1]))
    throw new Error(phrase("model.judging.thisModelFilesFamiliarityHas2"));
  return { layers, scores, threshold: block.threshold };
}

/**
 * @param {any} block
 * @param {string} name
 * @param {string} number   the one that it holds beside its version
 * @param {number} least
 * @param {number} most
 */
function only(block, name, number, least, most) {
  const fields = Object.keys(block)
    .filter((key) => key !== "required")
    .sort()
    .join();
  const value = block[number];
  if (fields !== `${number},version` || typeof value !== "number" || !(value >= least && value <= most)) {
    throw new Error(phrase("model.judging.thisModelFilesIsNot", { name, number, least, most }));
  }
}

/**
 * The blocks of what a network's file lets one judge, and their arrays.
 * @param {Judging} network
 * @returns {{blocks: Object<string, any>, tensors: Arrays}}
 */
export function toBlocks({ familiarity, calibration }) {
  const blocks = /** @type {Object<string, any>} */ ({});
  const tensors = /** @type {Arrays} */ ([]);
  if (familiarity) {
    blocks.familiarity = { required: false, version: VERSION, threshold: familiarity.threshold };
    for (const [l, { weights, biases, n, before }] of familiarity.layers.entries()) {
      tensors.push(
        [`familiarity.layer${l + 1}.weights`, { shape: [n, before], values: weights }],
        [`familiarity.layer${l + 1}.biases`, { shape: [n], values: biases }],
      );
    }
    tensors.push([SCORES, { shape: [QUANTILES], values: familiarity.scores }]);
  }
  if (calibration) blocks.calibration = { required: false, version: VERSION, ...calibration };
  return { blocks, tensors };
}
