// @ts-check
// Which of the dark things on the paper are the writing: not the grain, not the lines of a form along the border.
//
// The picture is laid out in at most 80×80 cells; cells with ink that touch (corners count) are one thing.
// The twin of digits/preparation/specks.py.

/** @typedef {import("./framing.js").Image} Image */

const CELLS = 80; // cells along the longest side
const RIM = 0.2; // this much of each side is where the lines of a form lie
const CRUMB = 0.03; // a thing with less than this share of all ink is a crumb

/**
 * The same ink without crumbs and without lines along the border, as long as something is left.
 * @param {Image} ink
 * @returns {Image}
 */
export function mainInk(ink) {
  const size = Math.ceil(Math.max(ink.rows, ink.columns) / CELLS);
  const mass = cells(ink, size);
  const { labels, n } = things(
    mass.values.map((one) => (one > 0.05 ? 1 : 0)),
    mass.rows,
    mass.columns,
  );
  const share = new Float64Array(n + 1);
  const inner = new Float64Array(n + 1); // what lies along the border, and only there, is the line of a form ...
  const [down, right] = [Math.ceil(mass.rows * RIM), Math.ceil(mass.columns * RIM)];
  for (let i = 0; i < labels.length; i++) {
    const [row, column] = [Math.floor(i / mass.columns), i % mass.columns];
    share[labels[i]] += mass.values[i];
    if (row >= down && row < mass.rows - down && column >= right && column < mass.columns - right)
      inner[labels[i]] += mass.values[i];
  }
  share[0] = 0; // what has no label
  const sum = (/** @type {(k: number) => boolean} */ which) =>
    share.reduce((all, one, k) => (which(k) ? all + one : all), 0);
  let keep = Array.from(share, (one) => one > 0);
  const lines = keep.map((kept, k) => kept && inner[k] < 0.1 * share[k]);
  // ... if there is something else
  if (sum((k) => keep[k] && !lines[k]) >= 0.1 * sum(() => true)) keep = keep.map((kept, k) => kept && !lines[k]);
  const least = CRUMB * sum((k) => keep[k]);
  keep = keep.map((kept, k) => kept && share[k] >= least);
  const values = ink.values.map((one, i) => {
    const [row, column] = [Math.floor(i / ink.columns), i % ink.columns];
    return keep[labels[Math.floor(row / size) * mass.columns + Math.floor(column / size)]] ? one : 0;
  });
  return { rows: ink.rows, columns: ink.columns, values };
}

/**
 * The mean ink of each cell of `size` by `size` pixels.
 * @param {Image} ink
 * @param {number} size
 * @returns {Image}
 */
export function cells(ink, size) {
  const [rows, columns] = [Math.ceil(ink.rows / size), Math.ceil(ink.columns / size)];
  const values = new Float64Array(rows * columns);
  for (let row = 0, at = 0; row < ink.rows; row++) {
    const first = Math.floor(row / size) * columns;
    for (let column = 0; column < ink.columns; column++, at++)
      values[first + Math.floor(column / size)] += ink.values[at];
  }
  return { rows, columns, values: values.map((one) => one / size ** 2) };
}

/**
 * Number the things that hang together: 0 for empty, then 1, 2, ...; and how many.
 * @param {ArrayLike<number>} filled   (rows · columns), 0 or 1
 * @param {number} rows
 * @param {number} columns
 * @returns {{labels: Int32Array, n: number}}
 */
export function things(filled, rows, columns) {
  const labels = new Int32Array(rows * columns);
  let n = 0;
  for (let start = 0; start < labels.length; start++) {
    if (!filled[start] || labels[start]) continue;
    n += 1;
    labels[start] = n;
    const stack = [start];
    for (let cell = stack.pop(); cell !== undefined; cell = stack.pop()) {
      const [row, column] = [Math.floor(cell / columns), cell % columns];
      for (let y = Math.max(row - 1, 0); y <= Math.min(row + 1, rows - 1); y++) {
        for (let x = Math.max(column - 1, 0); x <= Math.min(column + 1, columns - 1); x++) {
          const next = y * columns + x;
          if (!filled[next] || labels[next]) continue;
          labels[next] = n;
          stack.push(next);
        }
      }
    }
  }
  return { labels, n };
}
