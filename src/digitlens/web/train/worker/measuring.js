// @ts-check
// What is measured on all images, at the end of an epoch; and the row of a run's history that it makes. No DOM.

import { MEASURED } from "./run.js";
import { tick } from "./tick.js";
import { phrase } from "../../texts/worker.js";

/** @typedef {import("./run.js").Run} Run */
/** @typedef {import("./snapshots.js").Ended} Ended */

const PARTS = /** @type {const} */ (["training", "validation", "test"]);
const AT_ONCE = 2_000; // test images that are read between two looks at the messages

/**
 * Cost and accuracy on all images of each part.
 * @param {Run} run
 * @param {() => boolean} isWanted
 * @returns {Promise<Ended | null>}   null where it is not wanted any longer
 */
export async function measureAll(run, isWanted) {
  const record = /** @type {Ended} */ ({});
  for (const part of PARTS) {
    const all = run.split[part].which.length;
    if (!all) continue;
    let [cost, right] = [0, 0];
    for (let first = 0; first < all; first += MEASURED) {
      const some = run.measure(part, first, Math.min(MEASURED, all - first));
      cost += some.cost;
      right += some.right;
      await tick();
      if (!isWanted()) return null;
    }
    record[part] = { cost: cost / all, accuracy: right / all };
  }
  return record;
}

/**
 * A record as a row of the history, as learning/training.py writes it.
 * @param {Run} run
 * @param {Ended} record
 * @returns {{[column: string]: number}}
 */
export function historyRow(run, record) {
  const row = /** @type {{[column: string]: number}} */ ({ epoch: run.epoch, seconds: rounded(run.seconds, 3) });
  for (const part of PARTS) {
    const measured = record[part];
    if (!measured) continue;
    row[`${part}_cost`] = rounded(measured.cost, 6);
    row[`${part}_accuracy`] = rounded(measured.accuracy, 6);
  }
  return row;
}

/** @param {number} value @param {number} digits */
const rounded = (value, digits) => Number(value.toFixed(digits));

/** Why a run cannot go on, in words; empty where it can. @param {Run} run @param {Ended | null} record */
export function divergence(run, record) {
  const costs = Object.values(record ?? {}).map(({ cost }) => cost);
  if (costs.every(Number.isFinite) && run.sound()) return "";
  const rate = Number(run.recipe.learning_rate.toPrecision(6));
  return phrase("training.worker.measuring.theRunDivergedInEpoch", { epoch: run.epoch + (record ? 0 : 1), rate });
}

/**
 * What each test image is read as.
 * @param {Run} run
 * @param {() => boolean} isWanted
 * @returns {Promise<Uint8Array | null>}
 */
export async function readAll(run, isWanted) {
  const all = run.split.test.which.length;
  const read = new Uint8Array(all);
  for (let first = 0; first < all; first += AT_ONCE) {
    read.set(run.readTest(first, Math.min(AT_ONCE, all - first)), first);
    await tick();
    if (!isWanted()) return null;
  }
  return read;
}
