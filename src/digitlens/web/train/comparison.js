// @ts-check
// A comparison in the tab: two recipes that differ in some fields, trained with the same seeds, run after run, on as
// many workers as there are cores. The twin of server/training/comparison.py. No DOM.

import { resultOf } from "./compared.js";
import { Refused, numberOf, requestOf } from "./requests.js";
import { describe } from "./schema.js";
import { phrase } from "../texts/first.js";

/** @typedef {import("./frames.js").Frame} Frame */
/** @typedef {import("./requests.js").DataInfo} DataInfo */
/** @typedef {import("./requests.js").RunRequest} RunRequest */
/** @typedef {import("./settings.js").Choices} Choices */
/** @typedef {import("./worker/images.js").DataSet} DataSet */
/** @typedef {import("./worker/service.js").Outcome} Outcome */
/** @typedef {import("./worker_line.js").WorkerLine} WorkerLine */
/**
 * @typedef {Object} Means
 * @property {(name: string) => Promise<DataSet>} images
 * @property {(hear: (message: any) => void, lost: (why: string) => void) => WorkerLine} line   a new worker
 * @property {(frame: Frame) => void} tell
 * @property {number} cores
 */

const EPOCHS = 200; // of each run, at most
const CURVES = ["training_cost", "training_accuracy", "test_cost", "test_accuracy"];
const AGAIN = 2; // workers that may end over one run, before it counts as failed

export class ComparisonTraining {
  /**
   * The comparison of a "compare" message. Throws Refused.
   * @param {any} message
   * @param {Choices} choices
   * @param {readonly DataInfo[]} sets
   * @param {Means} means
   */
  static of(message, choices, sets, means) {
    const { recipes } = message;
    if (!Array.isArray(recipes) || recipes.length !== 2)
      throw new Refused("recipes", phrase("training.comparison.recipesWantsTwoOfThem"));
    const [a, b] = recipes.map((fields) => requestOf(message, choices, sets, fields));
    const seeds = numberOf(message, "seeds", choices.limits.seeds);
    if (!seeds) throw new Refused("seeds", phrase("training.comparison.seedsFrom1To", { seeds: choices.limits.seeds }));
    if (Math.max(a.recipe.epochs, b.recipe.epochs) > EPOCHS)
      throw new Refused("epochs", phrase("training.comparison.epochsAtMostInA", { most: EPOCHS }));
    const fields = choices.fields.filter(
      ({ name }) => JSON.stringify(a.recipe[name]) !== JSON.stringify(b.recipe[name]),
    );
    if (!fields.length) throw new Refused("recipes", phrase("training.comparison.bothSidesAreTheSame"));
    const names = /** @type {[string, string]} */ (
      [a, b].map(({ recipe }) => fields.map((field) => describe(field, recipe[field.name])).join(" and "))
    );
    return new ComparisonTraining([a, b], names, seeds, means);
  }

  /**
   * @param {RunRequest[]} sides
   * @param {[string, string]} names
   * @param {number} seeds
   * @param {Means} means
   */
  constructor(sides, names, seeds, means) {
    this.sides = sides;
    this.names = names;
    this.seeds = seeds;
    this.means = means;
    this.state = "paused";
    this.error = "";
    const runs = Array.from({ length: seeds }, (_, i) => sides.map((side) => seeded(side, i))).flat();
    this.waiting = runs.map((request, index) => ({ request, index, lost: 0 })); // a and b alternately
    this.outcomes = /** @type {Outcome[]} */ ([]);
    this.lines = /** @type {WorkerLine[]} */ ([]);
    this.ended = false;
  }

  get over() {
    return ["finished", "failed"].includes(this.state);
  }

  /** Go on to the end. */
  async go() {
    if (this.over || this.ended || this.state === "running") return;
    this.#become(this.lines.length ? "running" : "waiting");
    for (const line of this.lines) line.send({ type: "hold", held: false });
    if (this.lines.length) return;
    try {
      const set = await this.means.images(this.sides[0].data);
      if (this.ended || this.over || this.lines.length) return;
      const count = Math.max(1, Math.min(this.means.cores || 1, this.waiting.length));
      for (let i = 0; i < count; i++) this.#hire(set);
      if (this.state === "paused") for (const line of this.lines) line.send({ type: "hold", held: true });
      else this.#become("running");
    } catch (error) {
      this.#become("failed", error instanceof Error ? error.message : String(error));
    }
  }

  /** Pause; runs under way go on later. */
  pause() {
    if (this.over || this.ended) return;
    for (const line of this.lines) line.send({ type: "hold", held: true });
    this.#become("paused");
  }

  /** Give it up. */
  stop() {
    this.ended = true;
    for (const line of this.lines) line.end();
    this.lines = [];
  }

  /** A worker, with the first of the runs that wait. @param {DataSet} set */
  #hire(set) {
    let work = this.waiting.shift();
    if (!work) return;
    const line = this.means.line(
      (message) => {
        if (message.type !== "outcome") return;
        this.#add(message.outcome);
        work = this.waiting.shift();
        if (work) line.send({ type: "outcome", index: work.index, request: work.request });
        else {
          line.end();
          this.lines = this.lines.filter((one) => one !== line);
        }
      },
      (why) => {
        this.lines = this.lines.filter((one) => one !== line);
        if (!work || this.ended) return;
        if (work.lost++ < AGAIN) this.waiting.unshift(work);
        else
          this.#add(
            failed(
              work.index,
              work.request,
              phrase("training.comparison.itsWorkerEndedTimes", { lost: work.lost, why }),
            ),
          );
        this.#hire(set);
        if (this.state === "paused") this.lines.at(-1)?.send({ type: "hold", held: true });
      },
    );
    line.give(set);
    line.send({ type: "outcome", index: work.index, request: work.request });
    this.lines.push(line);
  }

  /** @param {Outcome} outcome */
  #add(outcome) {
    this.outcomes.push(outcome);
    this.#become(this.outcomes.length === 2 * this.seeds ? "finished" : this.state);
  }

  /** @param {string} state @param {string} [error] */
  #become(state, error = "") {
    this.state = state;
    this.error = error;
    if (!this.ended) this.means.tell(this.frame());
  }

  /** What a page sees of it. @returns {Frame} */
  frame() {
    const { outcomes } = this;
    const sides = [0, 1].map((side) =>
      outcomes.filter(({ index }) => index % 2 === side).sort((one, other) => one.index - other.index),
    );
    const [a, b] = this.sides;
    const result = this.#result(sides);
    const header = /** @type {Record<string, any>} */ ({
      ...{ type: "comparison", number: a.number, state: this.state, place: 0, error: this.error },
      ...{ recipes: [a.recipe, b.recipe], names: this.names, data: a.data, seeds: this.seeds },
      ...{ rows: a.rows, columns: a.columns, done: outcomes.length, all: 2 * this.seeds },
      seconds: outcomes.reduce((sum, { seconds }) => sum + seconds, 0),
      sentence: result?.sentence ?? "",
      difference: result && { mean: result.mean, low: result.low, high: result.high, pairs: result.pairs },
      runs: sides.map((side) => side.map(told)),
    });
    const frame = /** @type {Frame} */ ({ header, blocks: {}, shapes: {} });
    ["a", "b"].forEach((name, i) => {
      const epochs = Math.max(0, ...sides[i].map(({ history }) => history.length));
      const rows = sides[i].flatMap(({ history }) =>
        Array.from({ length: epochs }, (_, epoch) => history[epoch] ?? {}),
      );
      frame.blocks[`${name}_curves`] = Float32Array.from(rows.flatMap((row) => CURVES.map((one) => row[one] ?? NaN)));
      frame.shapes[`${name}_curves`] = [sides[i].length, epochs, CURVES.length];
      const weights = sides[i].filter((one) => one.weights).at(-1)?.weights;
      if (!weights) return;
      header[`${name}_strongest`] = weights.strongest;
      frame.blocks[`${name}_pictures`] = weights.pictures;
      frame.shapes[`${name}_pictures`] = weights.shape;
    });
    return frame;
  }

  /** What the complete pairs say; null before the first. @param {Outcome[][]} sides */
  #result([a, b]) {
    const pairs = a.flatMap((one) => b.filter(({ index }) => index === one.index + 1).map((other) => [one, other]));
    const runs = [0, 1].map((side) => pairs.map((pair) => told(pair[side])));
    const epochs = this.sides.map(({ recipe }) => recipe.epochs);
    return resultOf(/** @type {any} */ (runs), /** @type {any} */ (epochs), this.names);
  }
}

/** The same run with a later seed. @param {RunRequest} side @param {number} i @returns {RunRequest} */
const seeded = (side, i) => ({ ...side, recipe: { ...side.recipe, seed: side.recipe.seed + i } });

/** @param {number} index @param {RunRequest} request @param {string} error @returns {Outcome} */
const failed = (index, { recipe }, error) => ({
  ...{ index, seed: recipe.seed, seconds: 0, engine: "", history: [], error, weights: null },
});

/** On the test images at the end; not a number where the run ended in an error. @param {Outcome} outcome */
const accuracy = ({ error, history }) => (error ? NaN : (history.at(-1)?.test_accuracy ?? NaN));

/** @param {Outcome} outcome */
function told(outcome) {
  const { seed, engine, error, history } = outcome;
  const read = accuracy(outcome);
  const last = history.at(-1);
  return {
    ...{ seed, engine, error },
    seconds_per_epoch: last ? last.seconds / history.length : null,
    test_accuracy: Number.isNaN(read) ? null : read,
  };
}
