// @ts-check
// The numbers of a run: as columns for plots, as rows of a table, and in words. No DOM.

import { phrase } from "../texts/later.js";

/** @typedef {{header: any, blocks: Record<string, any>, shapes: Record<string, number[]>}} Frame */

export const COLUMNS = {
  position: 0,
  trainingCost: 1,
  trainingAccuracy: 2,
  testCost: 3,
  testAccuracy: 4,
  whole: 5,
  record: 6,
};
const WIDTH = 7;
export const SAMPLED = "1,000"; // images of each kind, measured within an epoch: SAMPLE of server/training/snapshots.py
const [ROWS, FEW] = [20, 5]; // rows of the table; ends of epochs beside which samples are drawn

/** @param {Frame} run @param {number} row @param {keyof typeof COLUMNS} name @returns {number} */
const cell = ({ blocks }, row, name) => blocks.curves[row * WIDTH + COLUMNS[name]];

/**
 * The rows that a curve goes through. Once ends of epochs are there, where all images were measured, the samples that
 * were measured on the way would only make it jagged; after the last end they are wanted as long as there are few.
 * @param {Frame} run
 * @returns {number[]}
 */
export function drawn(run) {
  const rows = Array.from({ length: run.shapes.curves[0] }, (_, i) => i);
  const ends = rows.filter((i) => cell(run, i, "whole"));
  return ends.length
    ? rows.filter((i) => i <= ends[0] || cell(run, i, "whole") || (ends.length < FEW && i > ends[ends.length - 1]))
    : rows;
}

/**
 * One column of the curves, of all rows or of these; what was not measured is null.
 * @param {Frame} run
 * @param {keyof typeof COLUMNS} name
 * @param {number[]} [rows]
 * @returns {(number | null)[]}
 */
export function column(run, name, rows = Array.from({ length: run.shapes.curves[0] }, (_, i) => i)) {
  return rows.map((row) => finite(cell(run, row, name)));
}

/**
 * The sizes of the gradients of one layer; 0 is nothing to be drawn on a scale of powers.
 * @param {Frame} run
 * @param {number} layer   0 is the first that learns
 * @returns {(number | null)[]}
 */
export function gradient({ blocks, shapes }, layer) {
  const [rows, layers] = shapes.gradients;
  return Array.from({ length: rows }, (_, i) => finite(blocks.gradients[i * layers + layer]) || null);
}

/** @param {number} value */
const finite = (value) => (Number.isFinite(value) ? value : null);

/**
 * The ends of epochs as rows of text, a few that lie evenly, the newest last.
 * @param {Frame} run
 * @returns {string[][]}   epoch, cost on training and test images, the shares of both that are read correctly
 */
export function table(run) {
  const rows = drawn(run).filter((row) => cell(run, row, "whole") || !cell(run, row, "position"));
  const step = Math.max(1, (rows.length - 1) / (ROWS - 1));
  const some = Array.from({ length: Math.min(ROWS, rows.length) }, (_, i) => rows[Math.round(i * step)]);
  return some.map((row) => {
    const shown = (/** @type {keyof typeof COLUMNS} */ name, /** @type {(value: number) => string} */ how) =>
      finite(cell(run, row, name)) === null ? "–" : how(cell(run, row, name));
    const costs = /** @type {const} */ (["trainingCost", "testCost"]).map((name) =>
      shown(name, (value) => value.toFixed(4)),
    );
    const shares = /** @type {const} */ (["trainingAccuracy", "testAccuracy"]).map((name) =>
      shown(name, (value) => `${(100 * value).toFixed(2)} %`),
    );
    return [String(cell(run, row, "position")), ...costs, ...shares];
  });
}

/** The newest place that was measured, in epochs. @param {Frame} run @returns {number} */
export function reached(run) {
  const rows = run.shapes.curves[0];
  return rows ? cell(run, rows - 1, "position") : 0;
}

/** The record that was measured nearest to a place. @param {Frame} run @param {number} position @returns {number} */
export function recordAt(run, position) {
  const rows = Array.from({ length: run.shapes.curves[0] }, (_, i) => i);
  const far = (/** @type {number} */ row) => Math.abs(cell(run, row, "position") - position);
  const nearest = rows.reduce((best, row) => (far(row) < far(best) ? row : best), 0);
  return rows.length ? cell(run, nearest, "record") : 0;
}

/**
 * The newest row in words: "After 3 epochs: 92.60 % of the test images are read correctly, and 92.90 % of those it
 *   learns
 *   from."
 * @param {Frame} run
 * @returns {string}
 */
export function summary(run) {
  const last = run.shapes.curves[0] - 1;
  if (last < 0) return phrase("training.curves.nothingHasBeenMeasuredYet");
  const [position, whole, test, training] = /** @type {const} */ ([
    "position",
    "whole",
    "testAccuracy",
    "trainingAccuracy",
  ]).map((name) => cell(run, last, name));
  const percent = (/** @type {number} */ share) => `${(100 * share).toFixed(whole ? 2 : 1)} %`;
  const values = {
    when: position ? phrase("training.curves.after", { epochs: epochs(position) }) : phrase("training.curves.before"),
    tested: percent(test),
    learned: percent(training),
    sampled: SAMPLED,
  };
  const [tested, learned] = [Number.isFinite(test), Number.isFinite(training)];
  if (tested && learned)
    return whole ? phrase("training.curves.bothWhole", values) : phrase("training.curves.bothSampled", values);
  if (tested)
    return whole ? phrase("training.curves.testWhole", values) : phrase("training.curves.testSampled", values);
  if (learned)
    return whole ? phrase("training.curves.learnedWhole", values) : phrase("training.curves.learnedSampled", values);
  return phrase("training.curves.neither", values);
}

/** "3 epochs", "1 epoch", "0.38 epochs". @param {number} position */
export const epochs = (position) =>
  phrase("training.curves.epochs", {
    n: position,
    count: Number.isInteger(position) ? many(position) : position.toFixed(2),
  });

/**
 * What a run is doing, in words.
 * @param {any} header
 * @returns {string}
 */
export function doing(header) {
  const { state, place, epoch, mini_batch: batch, batches, example, recipe, seconds } = header;
  const single = example ? phrase("training.curves.examples", { n: example }) : "";
  const within =
    batch || example
      ? phrase("training.curves.ofMiniBatches", { batch: many(batch), batches: many(batches), single })
      : "";
  const long = seconds && (seconds < 10 ? seconds.toFixed(2) : many(Math.round(seconds)));
  const took = long ? phrase("training.curves.sOfTraining", { long }) : "";
  if (state === "waiting")
    return place > 1
      ? phrase("training.curves.waiting", { n: place - 1, count: many(place - 1) })
      : place
        ? phrase("training.curves.waitingYourTurnIsNext")
        : phrase("training.curves.loadingTheImages");
  if (state === "running")
    return phrase("training.curves.running", {
      now: [
        phrase("training.curves.epochOf", {
          epoch: many(Math.min(epoch + 1, recipe.epochs)),
          epochs: many(recipe.epochs),
        }),
        within,
        took,
      ]
        .filter(Boolean)
        .join(phrase("training.curves.comma")),
    });
  if (state === "finished")
    return took
      ? phrase("training.curves.finishedIn", { epochs: epochs(recipe.epochs), took })
      : phrase("training.curves.finished", { epochs: epochs(recipe.epochs) });
  if (state === "interrupted") return header.error ? capital(header.error) : restarted(epoch);
  if (state === "diverged" || state === "failed")
    return (state === "diverged" ? phrase("training.curves.trainingDiverged") : "") + capital(header.error);
  if (within)
    return phrase("training.curves.pausedInEpochOfAfter", {
      epoch: many(epoch + 1),
      epochs: many(recipe.epochs),
      what: within,
    });
  return epoch
    ? phrase("training.curves.pausedAfterOf", { epochs: epochs(epoch), epochs2: many(recipe.epochs) })
    : phrase("training.curves.nothingHasBeenLearnedYet");
}

/** What became of a run whose server was restarted. @param {number} epoch */
const restarted = (epoch) =>
  epoch
    ? phrase("training.curves.restarted", { n: epoch, epochs: epochs(epoch) })
    : phrase("training.curves.theServerWasRestartedDuring");

/** @param {string} text */
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");

/** "40 seconds", "3 minutes", "2 hours". @param {number} seconds */
export function lasting(seconds) {
  const of = (/** @type {number} */ unit) => Math.max(1, Math.round(seconds / unit));
  if (seconds < 90) return phrase("training.curves.seconds", { n: of(1) });
  return seconds < 5_400
    ? phrase("training.curves.minutes", { n: of(60) })
    : phrase("training.curves.hours", { n: of(3_600), count: many(of(3_600)) });
}

/** A whole number with its thousands set apart. @param {number} n */
export const many = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ",");
