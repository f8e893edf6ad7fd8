// @ts-check
// Pen strokes become ink, at any size: a pixel is inked when the pen passed close by its centre.
//
//     ink of a pixel = clamp(radius + ½ − distance from the pixel's centre to the nearest point of any stroke, 0, 1)
//
// A stroke: points [x, y], y pointing down; a stroke of one point is a dot. A drawing: strokes.
// Coordinates are pixels: the pixel in row r and column c covers [c, c+1] × [r, r+1].
// Ink: (rows · columns), 0 to 1. Framing is done on the geometry, before inking: the pen stays as wide as was meant.
// The twin of digits/preparation/strokes.py.

import { BOX, CENTRE, SIDE } from "./framing.js";

/** @typedef {number[][][]} Strokes */
/** @typedef {{strokes: Strokes, scale: number, shift: [number, number], radius: number}} FramedStrokes
 *    strokes in the place and size that MNIST's digits have: framed = stroke × scale + shift */

const MIDDLE = CENTRE + 0.5; // where its centre of mass goes: the centre of that pixel
const MOST_POINTS = 100_000; // of one drawing
const MOST_SIDE = 4096; // rows or columns of a picture
const FARTHEST = 1e9; // the largest coordinate: beyond it, float64 no longer tells pixels apart reliably

/**
 * Ink strokes: the formula above, one straight piece after the other. No strokes leave no ink.
 * @param {Strokes} strokes   in pixels
 * @param {number} rows
 * @param {number} columns
 * @param {number} radius     half the pen's width in pixels
 * @returns {Float64Array} (rows · columns), 0 to 1
 */
export function inkStrokes(strokes, rows, columns, radius) {
  check(strokes, radius, FARTHEST, "inkStrokes()");
  if (!(Math.min(rows, columns) >= 1 && Math.max(rows, columns) <= MOST_SIDE)) {
    throw new Error(`inkStrokes() wants a picture with sides from 1 to ${MOST_SIDE}, got ${rows}×${columns}`);
  }
  const reach = radius + 0.5;
  const squared = new Float64Array(rows * columns).fill(Infinity); // distance² to the nearest point so far
  for (const stroke of strokes) {
    for (let i = 0; i < Math.max(stroke.length - 1, 1); i++) {
      drawPiece(squared, rows, columns, stroke[i], stroke[Math.min(i + 1, stroke.length - 1)], reach);
    }
  }
  return squared.map((one) => Math.min(Math.max(reach - Math.sqrt(one), 0), 1));
}

/**
 * Lowers distances² to those from one more straight piece, where its ink can be.
 * @param {Float64Array} squared   (rows · columns)
 * @param {number} rows
 * @param {number} columns
 * @param {number[]} start
 * @param {number[]} end
 * @param {number} reach
 */
function drawPiece(squared, rows, columns, start, end, reach) {
  const [x, y] = start;
  const [alongX, alongY] = [end[0] - x, end[1] - y];
  const length2 = alongX * alongX + alongY * alongY;
  const left = Math.max(Math.ceil(Math.min(x, end[0]) - reach - 0.5), 0);
  const right = Math.min(Math.floor(Math.max(x, end[0]) + reach - 0.5) + 1, columns);
  const top = Math.max(Math.ceil(Math.min(y, end[1]) - reach - 0.5), 0);
  const bottom = Math.min(Math.floor(Math.max(y, end[1]) + reach - 0.5) + 1, rows);
  for (let row = top; row < bottom; row++) {
    const fromY = row + 0.5 - y;
    for (let column = left; column < right; column++) {
      const fromX = column + 0.5 - x;
      // how far along the nearest point is
      const share = length2 > 0 ? Math.min(Math.max((fromX * alongX + fromY * alongY) / length2, 0), 1) : 0;
      const awayX = fromX - share * alongX;
      const awayY = fromY - share * alongY;
      const away2 = awayX * awayX + awayY * awayY;
      const at = row * columns + column;
      if (away2 < squared[at]) squared[at] = away2;
    }
  }
}

/**
 * Bring strokes to where MNIST's digits are (LeCun et al. 1998, section III.A), without touching the pen.
 *
 * The longest side of the *ink* (the strokes' box plus the pen's width) becomes 20 pixels; then the ink's centre of
 * mass is moved to the centre of pixel 14. The mass is measured with the box in the middle of the picture, so that
 * framing twice is framing once. A dot, which has no size, keeps its scale.
 * @param {Strokes} strokes   in any unit
 * @param {number} radius     in pixels of the framed picture, below 10
 * @returns {FramedStrokes}
 */
export function frameStrokes(strokes, radius) {
  const { boxed, scale, middle } = boxStrokes(strokes, radius);
  if (!strokes.length) return { strokes: [], scale: 1, shift: [0, 0], radius };
  const [x, y] = centreOfMass(inkStrokes(boxed, SIDE, SIDE, radius), SIDE, SIDE);
  const [moveX, moveY] = [MIDDLE - x, MIDDLE - y];
  return {
    strokes: boxed.map((stroke) => stroke.map((point) => [point[0] + moveX, point[1] + moveY])),
    scale,
    shift: [SIDE / 2 - middle[0] * scale + moveX, SIDE / 2 - middle[1] * scale + moveY],
    radius,
  };
}

/**
 * The first half of framing: the strokes at their final size, their box in the middle of the picture.
 * @param {Strokes} strokes
 * @param {number} radius
 * @returns {{boxed: Strokes, scale: number, middle: [number, number], isDot: boolean}} `middle` of the box as it was
 *   drawn
 */
export function boxStrokes(strokes, radius) {
  check(strokes, radius, BOX / 2, "frameStrokes()");
  const { low, high } = corners(strokes);
  const side = Math.max(high[0] - low[0], high[1] - low[1]);
  const isDot = side <= 1e-12 * Math.max(...[...low, ...high].map(Math.abs)); // its size is nothing but rounding
  const scale = isDot ? 1 : (BOX - 2 * radius) / side; // brings the box to 20 pixels, pen included
  const [x, y] = [(low[0] + high[0]) / 2, (low[1] + high[1]) / 2];
  const boxed = strokes.map((stroke) =>
    stroke.map((point) => [(point[0] - x) * scale + SIDE / 2, (point[1] - y) * scale + SIDE / 2]),
  );
  return { boxed, scale, middle: [x, y], isDot };
}

/**
 * The corners of the box around all points, without the pen's width; of no strokes, 0.
 * @param {Strokes} strokes
 * @returns {{low: [number, number], high: [number, number]}}
 */
export function corners(strokes) {
  if (!strokes.length) return { low: [0, 0], high: [0, 0] };
  const low = /** @type {[number, number]} */ ([Infinity, Infinity]);
  const high = /** @type {[number, number]} */ ([-Infinity, -Infinity]);
  for (const stroke of strokes) {
    for (const [x, y] of stroke) {
      low[0] = Math.min(low[0], x);
      low[1] = Math.min(low[1], y);
      high[0] = Math.max(high[0], x);
      high[1] = Math.max(high[1], y);
    }
  }
  return { low, high };
}

/**
 * Where the ink would balance, [x, y] in pixels; without any ink, the middle of a framed picture.
 * @param {Float64Array} ink   (rows · columns)
 * @param {number} rows
 * @param {number} columns
 * @returns {[number, number]}
 */
export function centreOfMass(ink, rows, columns) {
  let [mass, x, y] = [0, 0, 0];
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) {
      mass += ink[at];
      x += ink[at] * (column + 0.5);
      y += ink[at] * (row + 0.5);
    }
  }
  return mass > 0 ? [x / mass, y / mass] : [MIDDLE, MIDDLE];
}

/**
 * @param {Strokes} strokes
 * @param {number} radius
 * @param {number} below
 * @param {string} who
 */
function check(strokes, radius, below, who) {
  if (!(radius >= 0 && radius < below))
    throw new Error(`${who} wants a pen radius from 0 to below ${below} pixels, got ${radius}`);
  let points = 0;
  for (const [number, stroke] of strokes.entries()) {
    if (!stroke.length)
      throw new Error(`${who} wants each stroke to have points, stroke ${number} has none; leave it out`);
    for (const [x, y] of stroke) {
      if (!(Math.abs(x) <= FARTHEST && Math.abs(y) <= FARTHEST)) {
        throw new Error(`${who} wants finite coordinates within ±${FARTHEST}, stroke ${number} has others`);
      }
    }
    points += stroke.length;
  }
  if (points > MOST_POINTS) throw new Error(`${who} takes at most ${MOST_POINTS} points in a drawing, got ${points}`);
}
