// @ts-check
// What the numbers of a comparison support: pairs of runs with the same seed, tested by all ways to change the signs of
// their differences. The twin of learning/compared.py, which says more, for as many pairs as a page has. No DOM.

import { phrase } from "../texts/first.js";

/**
 * @typedef {Object} Comparison   how far b is better than a, as shares from -1 to 1
 * @property {number} pairs
 * @property {number} mean
 * @property {number | null} low    the ends of the 95 % interval; null with too few pairs
 * @property {number | null} high
 * @property {number} p
 * @property {string} sentence
 */

const LEVEL = 0.05;
const FEWEST = Math.ceil(Math.log2(2 / LEVEL)); // pairs with which the test can say anything

/**
 * Accuracies of runs of both kinds, paired by seed; what is not finite is left out with its pair.
 * @param {number[]} a
 * @param {number[]} b
 * @param {[string, string]} names
 * @param {string} where   under which conditions, such as "after 10 epochs"
 * @returns {Comparison}
 */
export function compare(a, b, names, where) {
  const differences = a.map((one, i) => b[i] - one).filter(Number.isFinite);
  const pairs = differences.length;
  if (!pairs)
    return { pairs, mean: 0, low: null, high: null, p: 1, sentence: phrase("training.compared.thereIsNoPairOf") };
  const mean = differences.reduce((sum, one) => sum + one, 0) / pairs;
  const [low, high] = pairs >= FEWEST ? [end(differences, -1), end(differences, 1)] : [null, null];
  const p = chance(differences, 0);
  const said = sentenceOf(pairs, mean, low, high, p, names, differences);
  if (!where) return { pairs, mean, low, high, p, sentence: said };
  const begins = names.some((name) => said.startsWith(name));
  const rest = begins ? said : said[0].toLowerCase() + said.slice(1);
  const sentence = `${where[0].toUpperCase()}${where.slice(1)}${begins ? "," : ":"} ${rest}`;
  return { pairs, mean, low, high, p, sentence };
}

/** @typedef {{error: string, test_accuracy: number | null}} Ran   a run of a comparison, seed by seed */

/**
 * What the complete pairs say; null before the first.
 * @param {[Ran[], Ran[]]} runs         of both sides
 * @param {[number, number]} epochs     of both sides
 * @param {[string, string]} names
 * @returns {Comparison | null}
 */
export function resultOf([a, b], epochs, names) {
  const n = Math.min(a.length, b.length);
  if (!n) return null;
  const sides = [a.slice(0, n), b.slice(0, n)];
  const where = epochs[0] === epochs[1] ? phrase("training.comparison.after", { n: epochs[0] }) : "";
  const [x, y] = sides.map((side) => side.map(({ test_accuracy: read }) => read ?? NaN));
  const result = compare(x, y, names, where);
  const broken = sides.flatMap((side, i) => {
    const errors = side.filter(({ error }) => error).length;
    return errors ? [phrase("training.comparison.ofRunsWithEndedIn", { errors, n, name: names[i] })] : [];
  });
  return { ...result, sentence: [...broken, result.sentence].join(" ") };
}

/**
 * @param {number} n
 * @param {number} mean
 * @param {number | null} low
 * @param {number | null} high
 * @param {number} p
 * @param {[string, string]} names
 * @param {number[]} differences
 */
function sentenceOf(n, mean, low, high, p, names, differences) {
  const [worse, better] = mean >= 0 ? names : [names[1], names[0]];
  const points = phrase("training.compared.points", { points: (100 * Math.abs(mean)).toFixed(2) });
  const runs = phrase("training.compared.runs", { n });
  if (differences.every((one) => one === 0))
    return phrase("training.compared.andReadExactlyAsMany", { name: names[0], name2: names[1], runs });
  if (low === null || high === null)
    return phrase("training.compared.readMoreOfTheTest", { better, points, worse, runs, least: FEWEST });
  const ends = (mean >= 0 ? [low, high] : [-high, -low]).map((one) => 100 * one).sort((x, y) => x - y);
  const [from, to] = ends.map((one) => one.toFixed(2).replace("-", "−"));
  const interval = phrase("training.compared.95IntervalToP", { from, to, runs, p: p.toFixed(3) });
  if (p <= LEVEL) return phrase("training.compared.readsMoreOfTheTest", { better, points, worse, interval });
  return phrase("training.compared.noClearDifferenceReadMore", { better, points, worse, interval });
}

/**
 * How many of all signs give a mean at least as far from 0, if `shift` were the true difference.
 * @param {number[]} differences
 * @param {number} shift
 */
function chance(differences, shift) {
  const moved = differences.map((one) => one - shift);
  const limit = Math.abs(moved.reduce((sum, one) => sum + one, 0)) * (1 - 1e-9);
  const ways = 2 ** moved.length;
  let far = 0;
  for (let way = 0; way < ways; way++) {
    const sum = moved.reduce((total, one, i) => total + ((way >> i) & 1 ? -one : one), 0);
    if (Math.abs(sum) >= limit) far++;
  }
  return far / ways;
}

/** The lower (-1) or upper (+1) end of the interval: the shift up to which the test does not say no.
 * @param {number[]} differences @param {-1 | 1} side */
function end(differences, side) {
  let inside = differences.reduce((sum, one) => sum + one, 0) / differences.length;
  let outside = side > 0 ? Math.max(...differences) : Math.min(...differences);
  outside += side * (Math.abs(outside - inside) + 1e-12);
  for (let i = 0; i < 60; i++) {
    const middle = (inside + outside) / 2;
    if (chance(differences, middle) >= LEVEL) inside = middle;
    else outside = middle;
  }
  return inside;
}
