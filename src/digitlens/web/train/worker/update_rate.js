// @ts-check
// How often a run yields a record: at least four times an epoch, or about 25 times a second. The twin of
// server/training/update_rate.py. No DOM.

/** @typedef {import("./run.js").Run} Run */

const RECORDS = 4; // in an epoch, at least
const LONGEST = 0.04; // seconds between two records
const EACH = 1.2e-10; // seconds for each example and weight, as a first guess

export class UpdateRate {
  /** @param {Run} run */
  constructor(run) {
    this.run = run;
    const images = Math.min(run.recipe.mini_batch, run.split.training.which.length);
    this.took = images * run.floats * EACH; // seconds for a mini-batch
    this.last = this.#done();
  }

  #done() {
    const { epoch, batches, miniBatch, seconds } = this.run;
    return { batches: epoch * batches + miniBatch, seconds };
  }

  /** Mini-batches until the next record. @returns {number} */
  every() {
    const { batches } = this.run;
    return Math.max(1, Math.min(Math.ceil(batches / RECORDS), Math.floor(LONGEST / Math.max(this.took, 1e-9))));
  }

  /** Takes the time since the last record into account. */
  update() {
    const now = this.#done();
    if (now.batches > this.last.batches)
      this.took = (now.seconds - this.last.seconds) / (now.batches - this.last.batches);
    this.last = now;
  }
}
