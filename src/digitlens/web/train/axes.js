// @ts-check
// How far the axes of a plot go. No DOM.

/** @typedef {ArrayLike<number | null>} Column */

const [LONG, SETTLED] = [1, 0.25]; // epochs from which on the first quarter of an epoch may run off the plot
const SHARES = [0.98, 0.95, 0.9, 0.8, 0.5, 0]; // where an axis of percents may begin
const FEW = 10; // epochs that an axis shows from the start, however few of them are done

/**
 * The values that an axis should show: all, but for the very first steps of a longer run, beside which nothing else
 *   would
 * be seen.
 * @param {Column[]} columns   x first
 * @returns {number[]}
 */
export function settled([x, ...lines]) {
  let from = 0;
  if (Number(x[x.length - 1]) >= LONG) while (from < x.length - 1 && !(Number(x[from]) >= SETTLED)) from++;
  return lines
    .flatMap((line) => Array.from(line).slice(from))
    .filter((value) => value !== null && Number.isFinite(value))
    .map(Number);
}

/** As near as the values lie. @param {Column[]} columns @param {boolean} percent @returns {[number, number]} */
export function near(columns, percent) {
  const values = settled(columns);
  if (!values.length) return [0, 1];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = Math.max((high - low) * 0.06, 1e-4);
  return [Math.max(0, low - room), percent ? Math.min(1, high + room) : high + room];
}

/**
 * In whole steps, so that it seldom moves while a run goes on.
 * @param {Column[]} columns
 * @param {boolean} percent
 * @returns {[number, number]}
 */
export function steady(columns, percent) {
  const values = settled(columns);
  if (percent) return [values.length ? (SHARES.find((share) => share <= Math.min(...values)) ?? 0) : 0, 1];
  return [0, values.length ? roundedUp(Math.max(...values), [1, 1.5, 2, 3, 5, 7, 10]) : 1];
}

/** Whole powers of ten. @param {Column[]} columns @returns {[number, number]} */
export function powers([, ...lines]) {
  const values = lines
    .flatMap((line) => Array.from(line))
    .filter((value) => value !== null && value > 0 && Number.isFinite(value))
    .map(Number);
  if (!values.length) return [1e-3, 10];
  const low = Math.max(1e-12, 10 ** Math.floor(Math.log10(Math.min(...values))));
  return [low, Math.max(10 * low, 10 ** Math.ceil(Math.log10(Math.max(...values))))];
}

/**
 * Where the axis of epochs ends: with the run, or, far from that, at the next round number.
 * @param {number} position
 * @param {number} epochs
 * @returns {number}
 */
export function lastEpoch(position, epochs) {
  return Math.min(epochs, Math.max(FEW, roundedUp(position)));
}

/**
 * The next of 1, 2, 5, 10, 20, 50 ...
 * @param {number} value
 * @param {number[]} [steps]   others, from 1 to 10
 * @returns {number}
 */
function roundedUp(value, steps = [1, 2, 5, 10]) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return steps.map((step) => Number((step * power).toPrecision(2))).find((step) => step >= value) ?? value;
}
