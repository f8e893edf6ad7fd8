// @ts-check
// One run in a worker: it runs, pauses and takes single steps, and posts what a page sees of it. The twin of
// server/training/run.py and run_cursor.py. No DOM.

import { divergence, historyRow, measureAll, readAll } from "./measuring.js";
import { imageOf } from "./image_of.js";
import { mistakesFrame, momentFrame, newStatus, runFrame } from "./frames.js";
import { pixelsOf } from "../../core/shape.js";
import { Run } from "./run.js";
import { Snapshots } from "./snapshots.js";
import { tick } from "./tick.js";
import { UpdateRate } from "./update_rate.js";

/** @typedef {import("../requests.js").RunRequest} RunRequest */
/** @typedef {import("./run.js").State} State */
/** @typedef {import("./run.js").Stored} Stored */
/** @typedef {import("./sets.js").Sets} Sets */
/** @typedef {import("./snapshots.js").Row} Row */
/** @typedef {"run" | "example" | "mini_batch" | "epoch"} How */
/**
 * All that is needed to take a run up again.
 * @typedef {Object} Checkpoint
 * @property {State} state
 * @property {{[column: string]: number}[]} history
 * @property {Row[]} rows
 * @property {number} records
 * @property {boolean} ownWay
 */

const FRAMES = 33; // ms between two frames, at least
const CHECKPOINTS = 1_000; // ms between two checkpoints, at least
const [PAUSE, LONG] = [500, 10]; // between two updates of the mistakes: so many ms, and so often its duration
const STEPS = 100; // single steps that may wait
const ASLEEP = 5_000; // ms between two slices: the browser or the whole machine has slept meanwhile
const HISTORY = 1_000; // rows; a longer one is thinned

export class Training {
  /**
   * @param {Sets} sets
   * @param {RunRequest} request
   * @param {(message: object) => void} post
   * @param {Checkpoint | null} checkpoint   to take it up again from
   */
  constructor(sets, request, post, checkpoint) {
    this.sets = sets;
    this.request = request;
    this.post = post;
    this.checkpoint = checkpoint;
    this.status = newStatus();
    this.status.state = "paused";
    this.requests = /** @type {{how: How}[]} */ ([]); // each compared by identity
    this.run = /** @type {Run | null} */ (null);
    this.snapshots = /** @type {Snapshots | null} */ (null);
    this.samples = /** @type {Record<"training" | "test" | "few", Stored> | null} */ (null);
    this.history = checkpoint?.history ?? [];
    this.working = false;
    this.givenUp = false;
    this.framed = this.saved = 0; // when, in ms
    this.mistakes = performance.now() + PAUSE; // when they may be looked for again
  }

  get over() {
    return ["finished", "diverged", "failed"].includes(this.status.state);
  }

  /** Go on to the end, or by one step of that kind; "" only prepares. @param {How | ""} how */
  go(how) {
    if (this.over || this.givenUp) return;
    if (how === "run" || this.requests[0]?.how === "run") this.requests.length = 0;
    if (how && this.requests.length < STEPS) this.requests.push({ how });
    if (this.status.state !== "running") Object.assign(this.status, { state: "waiting", error: "" });
    this.#show(true);
    this.#work();
  }

  pause() {
    this.requests.length = 0;
    if (!this.working && !this.over) this.status.state = "paused";
    this.#show(true);
  }

  /** Give the run up. */
  stop() {
    this.givenUp = true;
    this.requests.length = 0;
    if (!this.working) this.#end();
  }

  /** The snapshot nearest to a record. @param {number} at @param {number} ask */
  moment(at, ask) {
    const snapshot = this.snapshots?.nearest(at);
    if (snapshot) this.post({ type: "frame", frame: momentFrame(this.request, ask, snapshot) });
    else this.post({ type: "refused", number: 0, field: "at", error: "at: there is no moment yet to go back to" });
  }

  /**
   * The network of a record, with what its file says of it; null where it is no longer kept.
   * @param {number | "latest"} record
   */
  network(record) {
    const { snapshots, run } = this;
    const snapshot = record === "latest" ? snapshots?.kept.newest() : snapshots?.nearest(record);
    if (!snapshot || !run || (record !== "latest" && snapshot.number !== record)) return null;
    const history = this.history.filter((row) => row.epoch <= snapshot.epoch);
    const { epoch, miniBatch, lanes, ownWay } = snapshot;
    return { lanes, epoch, miniBatch, ownWay, history, learnedFrom: run.split.training.which.length };
  }

  async #work() {
    if (this.working) return;
    this.working = true;
    try {
      await this.#turn();
    } catch (error) {
      this.#fail("failed", error instanceof Error ? error.message : String(error));
      // After a trap the kernel's memory cannot be trusted any longer.
      if (error instanceof WebAssembly.RuntimeError) this.post({ type: "broken", error: error.message });
    }
    this.working = false;
    if (this.givenUp) this.#end();
    else if (this.requests.length && !this.over) this.#work();
  }

  async #turn() {
    const run = this.run ?? (await this.#prepare());
    if (!run) return;
    for (let request = this.requests[0]; request && !run.finished && !this.over; request = this.requests[0]) {
      const wanted = request;
      const isWanted = () => !this.givenUp && this.requests.includes(wanted);
      if (this.status.state !== "running") {
        this.status.state = "running";
        this.#show(true);
      }
      if (request.how === "example") await this.#example(run, isWanted);
      else await this.#batches(run, request, isWanted);
      if (request.how !== "run") this.requests = this.requests.filter((one) => one !== wanted);
    }
    if (this.givenUp || this.over) return;
    if (run.finished) this.requests.length = 0;
    this.status.state = run.finished ? "finished" : "paused";
    this.#show(true);
    this.#save(true);
    await this.#misread(() => !this.givenUp && !this.requests.length);
  }

  /** The first time: the images are made ready, and the network is drawn. */
  async #prepare() {
    const { sets, request, checkpoint } = this;
    const { recipe, data } = request;
    const parts = await sets.split(recipe, data, () => !this.givenUp);
    if (!parts) return null;
    sets.tidy();
    const run = new Run(
      sets.kernel,
      request,
      parts,
      (part) => sets.list(recipe, data, parts, part),
      checkpoint?.state ?? null,
    );
    this.run = run;
    this.samples = sets.samples(recipe, data, parts);
    this.snapshots = new Snapshots(run.floats);
    const { batches, rate } = run;
    const ownWay = checkpoint?.ownWay ?? false;
    const counts = { training: parts.training.which.length, test: parts.test.which.length };
    Object.assign(this.status, { batches, ...counts, rate, ownWay, example: run.taken });
    if (checkpoint) this.snapshots.restore(checkpoint.rows, checkpoint.records - 1);
    else this.snapshots.measure(run, null, this.samples);
    this.snapshots.add(run, ownWay);
    this.#show(true);
    return run;
  }

  /** @param {Run} run @param {() => boolean} isWanted */
  async #example(run, isWanted) {
    const epoch = run.epoch;
    const { which } = (this.status.last = run.example());
    this.status.ownWay = true;
    this.status.image = imageOf(run.split.training, which, pixelsOf(run.split.shape)).slice();
    await this.#record(run, run.epoch > epoch, isWanted);
    await tick();
  }

  /**
   * A mini-batch that single examples have begun is finished by them: no image is lost.
   * @param {Run} run
   * @param {() => boolean} isWanted
   * @returns {Promise<boolean>}   whether the epoch has ended with it
   */
  async #finish(run, isWanted) {
    const { epoch } = run;
    while (run.taken && isWanted()) {
      run.example();
      await tick();
    }
    await this.#record(run, run.epoch > epoch, () => !this.givenUp);
    return run.epoch > epoch;
  }

  /** Mini-batches: one, those to the end of the epoch, or all. @param {Run} run @param {{how: How}} request
   * @param {() => boolean} isWanted */
  async #batches(run, { how }, isWanted) {
    if (run.taken) {
      const ended = await this.#finish(run, isWanted);
      if (this.over || how === "mini_batch" || (how === "epoch" && ended)) return;
    }
    const pace = new UpdateRate(run);
    let awake = Date.now(); // which goes on while a machine sleeps
    while (!run.finished && isWanted()) {
      const epoch = run.epoch;
      const until = Math.min(run.batches, run.miniBatch + (how === "mini_batch" ? 1 : pace.every()));
      while (!run.slice(until)) {
        await tick();
        awake = this.#awake(awake);
        if (!isWanted()) break;
      }
      pace.update();
      await this.#record(run, run.epoch > epoch, () => !this.givenUp);
      await tick();
      awake = this.#awake(awake);
      if (this.over || how === "mini_batch" || (how === "epoch" && run.epoch > epoch)) return;
    }
  }

  /** Tells of it where it has slept. @param {number} last   when it was awake, in ms @returns {number} now */
  #awake(last) {
    const now = Date.now();
    if (now - last > ASLEEP) this.post({ type: "slept", number: this.request.number, seconds: (now - last) / 1000 });
    return now;
  }

  /**
   * A record: it is measured, kept and shown.
   * @param {Run} run
   * @param {boolean} ended
   * @param {() => boolean} isWanted
   */
  async #record(run, ended, isWanted) {
    const { snapshots, samples, status } = this;
    if (!snapshots || !samples || this.givenUp) return;
    const record = ended ? await measureAll(run, isWanted) : null;
    if (ended && !record) return;
    const problem = divergence(run, record);
    if (problem) return this.#fail("diverged", problem);
    if (record) {
      this.history.push(historyRow(run, record));
      if (this.history.length > HISTORY)
        this.history = this.history.filter((_, i, all) => (all.length - 1 - i) % 2 === 0);
    }
    snapshots.measure(run, record, samples);
    snapshots.add(run, status.ownWay);
    Object.assign(status, { rate: run.rate, example: run.taken });
    this.#show();
    this.#save();
    if (record && performance.now() >= this.mistakes) await this.#misread(() => isWanted() && this.requests.length > 0);
  }

  /** Which test images are misread now. @param {() => boolean} isWanted */
  async #misread(isWanted) {
    const { run, snapshots } = this;
    if (!run || !snapshots || !run.split.test.which.length) return;
    const began = performance.now();
    const number = snapshots.count - 1;
    const read = await readAll(run, isWanted);
    if (read) this.post({ type: "frame", frame: mistakesFrame(this.request, number, run, read) });
    const now = performance.now();
    this.mistakes = now + Math.max(PAUSE, LONG * (now - began));
  }

  /** @param {boolean} [atOnce] */
  #show(atOnce = false) {
    const now = performance.now();
    if (this.givenUp || (!atOnce && now - this.framed < FRAMES)) return;
    this.framed = now;
    this.post({ type: "frame", frame: runFrame(this.request, this.status, this.snapshots) });
  }

  /** @param {boolean} [atOnce] */
  #save(atOnce = false) {
    const { run, snapshots } = this;
    const now = performance.now();
    if (!run || !snapshots || this.givenUp || (!atOnce && now - this.saved < CHECKPOINTS)) return;
    this.saved = now;
    const { history, status } = this;
    const rows = snapshots.rows.items;
    const checkpoint = { state: run.state(), history, rows, records: snapshots.count, ownWay: status.ownWay };
    this.post({ type: "checkpoint", number: this.request.number, checkpoint });
  }

  /** @param {"diverged" | "failed"} state @param {string} error */
  #fail(state, error) {
    this.requests.length = 0;
    Object.assign(this.status, { state, error });
    this.#show(true);
  }

  #end() {
    const { run, samples, sets } = this;
    for (const { labels } of Object.values(samples ?? {})) sets.kernel.release(labels);
    run?.end();
    [this.run, this.samples] = [null, null];
  }
}
