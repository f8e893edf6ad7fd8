// @ts-check
// The curves of a run, and snapshots of its network to which a page can go back. The twin of
// server/training/snapshots.py. No DOM.

import { Thinned } from "./thinned.js";

/** @typedef {import("./run.js").Run} Run */
/** @typedef {import("./run.js").Measured} Measured */
/** @typedef {import("./run.js").Stored} Stored */
/** @typedef {Partial<Record<"training" | "validation" | "test", Measured>>} Ended   on all images, at an epoch's end */
/**
 * @typedef {Object} Snapshot   one record of a run, with everything needed to go back to it
 * @property {number} number      of the record; 0 is the network before its first step
 * @property {number} epoch
 * @property {number} miniBatch
 * @property {number} position    epochs from the start
 * @property {number} seconds     of training until then
 * @property {Float32Array} lanes the network, as the kernel has it
 * @property {number[] | null} row   the last row that was measured until then
 * @property {boolean} ownWay     single examples were learned before, so that no recipe makes this network
 */
/** @typedef {{row: number[], norms: number[]}} Row   of the curves, and the norm of dC/dW of each layer */

const ROWS = 512; // of the curves
const SNAPSHOTS = 200;
const ROOM = 12 * 2 ** 20; // bytes for all snapshots
export const [SAMPLE, FEW] = [1_000, 128]; // images measured within an epoch; images for the norms of gradients
const [SHORT, SHARE] = [0.02, 0.25]; // seconds that measuring may always take; of the time, where it takes longer
export const COLUMNS = 7;

export class Snapshots {
  /** @param {number} floats   of a network */
  constructor(floats) {
    this.kept = /** @type {Thinned<Snapshot>} */ (new Thinned(Math.min(SNAPSHOTS, Math.floor(ROOM / (4 * floats)))));
    this.rows = /** @type {Thinned<Row>} */ (new Thinned(ROWS));
    this.row = /** @type {number[] | null} */ (null);
    this.spent = 0; // seconds of measuring, in total
    this.lasted = 0; // and the last time
    this.count = 0; // records so far
  }

  /** The rows of a run that is taken up again. @param {Row[]} rows @param {number} count   records until then */
  restore(rows, count) {
    for (const row of rows) this.rows.add(row);
    this.row = rows[rows.length - 1]?.row ?? null;
    this.count = count;
  }

  /**
   * Measures a row for the newest record, unless there is no time for it.
   * @param {Run} run
   * @param {Ended | null} record   what was measured on all images; null within an epoch
   * @param {Record<"training" | "test" | "few", Stored>} samples
   */
  measure(run, record, samples) {
    if (!record && this.lasted > SHORT && this.spent > SHARE * run.seconds) return;
    const began = performance.now();
    const on = (/** @type {"training" | "test"} */ part) => {
      if (record) return record[part];
      const { count } = samples[part].pictures;
      if (!count) return undefined;
      const { cost, right } = run.measureOn(samples[part], 0, count);
      return { cost: cost / count, accuracy: right / count };
    };
    const numbers = /** @type {const} */ (["training", "test"]).flatMap((part) => {
      const found = on(part);
      return [found?.cost ?? NaN, found?.accuracy ?? NaN];
    });
    this.row = [run.position, ...numbers, record ? 1 : 0, this.count];
    this.rows.add({ row: this.row, norms: run.gradientNorms(samples.few) });
    this.lasted = (performance.now() - began) / 1000;
    this.spent += this.lasted;
  }

  /** The newest record is kept. @param {Run} run @param {boolean} ownWay @returns {Snapshot} */
  add(run, ownWay) {
    const { epoch, miniBatch, position, seconds } = run;
    const snapshot = {
      number: this.count,
      epoch,
      miniBatch,
      position,
      seconds,
      lanes: run.lanes(),
      row: this.row,
      ownWay,
    };
    this.kept.add(snapshot);
    this.count++;
    return snapshot;
  }

  /** The snapshot that is kept nearest to a record. @param {number} number @returns {Snapshot | undefined} */
  nearest(number) {
    const far = (/** @type {Snapshot} */ one) => Math.abs(one.number - number);
    return this.kept.items.reduce(
      (/** @type {Snapshot | undefined} */ best, one) => (best && far(best) <= far(one) ? best : one),
      undefined,
    );
  }

  /** The curves, (rows, 7), and the norms, (rows, layers), as a frame holds them. */
  arrays() {
    const { items } = this.rows;
    const layers = items[0]?.norms.length ?? 0;
    return {
      curves: Float32Array.from(items.flatMap(({ row }) => row)),
      gradients: Float32Array.from(items.flatMap(({ norms }) => norms)),
      shapes: { curves: [items.length, COLUMNS], gradients: [items.length, layers] },
    };
  }
}
