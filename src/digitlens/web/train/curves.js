// @ts-check
// The numbers of a run: as columns for plots, as rows of a table, and in words. No DOM.

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
  if (last < 0) return "Nothing has been measured yet.";
  const [position, whole, test, training] = /** @type {const} */ ([
    "position",
    "whole",
    "testAccuracy",
    "trainingAccuracy",
  ]).map((name) => cell(run, last, name));
  const percent = (/** @type {number} */ share) => `${(100 * share).toFixed(whole ? 2 : 1)} %`;
  const when = position ? `After ${epochs(position)}` : "Before training";
  const tested = Number.isFinite(test)
    ? `${percent(test)} of ${whole ? "the" : SAMPLED} test images are read correctly`
    : "";
  const learned = Number.isFinite(training)
    ? `${percent(training)} of ${whole ? "those" : `${SAMPLED} of those`} it learns from`
    : "";
  const both = [tested, learned].filter(Boolean).join(", and ") || "nothing has been measured yet";
  return `${when}: ${both}${!tested && learned ? " are read correctly" : ""}.`;
}

/** "3 epochs", "1 epoch", "0.38 epochs". @param {number} position */
export const epochs = (position) =>
  Number.isInteger(position) ? `${many(position)} epoch${position === 1 ? "" : "s"}` : `${position.toFixed(2)} epochs`;

/**
 * What a run is doing, in words.
 * @param {any} header
 * @returns {string}
 */
export function doing(header) {
  const { state, place, epoch, mini_batch: batch, batches, example, recipe, seconds } = header;
  const single = example ? ` and ${example} example${example === 1 ? "" : "s"}` : "";
  const within = batch || example ? `${many(batch)} of ${many(batches)} mini-batches${single}` : "";
  const took = seconds ? `${seconds < 10 ? seconds.toFixed(2) : many(Math.round(seconds))} s of training` : "";
  if (state === "waiting")
    return place > 1
      ? `Waiting: ${place - 1 === 1 ? "one other run is" : `${many(place - 1)} other runs are`} ahead of you.`
      : place
        ? "Waiting: your turn is next."
        : "Loading the images…";
  if (state === "running")
    return (
      `Epoch ${many(Math.min(epoch + 1, recipe.epochs))} of ` +
      `${many(recipe.epochs)}${within && `, ${within}`}${took && `, ${took}`}.`
    );
  if (state === "finished") return `Finished: ${epochs(recipe.epochs)}${took && ` in ${took}`}.`;
  if (state === "interrupted") return header.error ? capital(header.error) : restarted(epoch);
  if (state === "diverged" || state === "failed")
    return `${state === "diverged" ? "Training diverged. " : ""}${capital(header.error)}`;
  if (within) return `Paused in epoch ${many(epoch + 1)} of ${many(recipe.epochs)}, after ${within}.`;
  return epoch ? `Paused after ${epochs(epoch)} of ${many(recipe.epochs)}.` : "Nothing has been learned yet.";
}

/** What became of a run whose server was restarted. @param {number} epoch */
const restarted = (epoch) =>
  "The server was restarted during this run. " +
  (epoch ? `Its first ${epochs(epoch)} ${epoch === 1 ? "is" : "are"} kept.` : "Its beginning is kept.");

/** @param {string} text */
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");

/** "40 seconds", "3 minutes", "2 hours". @param {number} seconds */
export function lasting(seconds) {
  const [unit, name] = seconds < 90 ? [1, "second"] : seconds < 5_400 ? [60, "minute"] : [3_600, "hour"];
  const n = Math.max(1, Math.round(seconds / unit));
  return `${many(n)} ${name}${n === 1 ? "" : "s"}`;
}

/** A whole number with its thousands set apart. @param {number} n */
export const many = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ",");
