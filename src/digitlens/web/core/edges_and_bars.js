// @ts-check
// Which edge or bar explains a neuron's weights best? Compared are Gabor functions (Daugman 1985) of every
// orientation, place and size. The twin of laboratory/dictionary.py, for images of 28×28.

import { DIGIT_SHAPE } from "./shape.js";

/**
 * @typedef {Object} Part
 * @property {"bar" | "edge"} kind
 * @property {number} explained      the share of the weights' variance that it explains, 0 to 1
 * @property {Float64Array} picture  (784,), with the sign that it has in the weights
 */

/** @typedef {{fit: number, kind: "bar" | "edge", at: Float64Array, row: number, column: number}} Best */

const KINDS = /** @type {const} */ (["bar", "edge"]);
const WAVES = [5, 8, 12]; // pixels from one crest to the next
const LENGTHS = [0.5, 1]; // waves: the standard deviation along
const ACROSS = 0.4; // waves: the standard deviation across
const ANGLES = 12;
const LEAST = 0.5; // share of a part's power that must lie on examined pixels
const INKED = 0.01; // a pixel is examined if at least this share of the images has ink there
const { rows: SIDE } = DIGIT_SHAPE;
const PLACES = Array.from({ length: 12 }, (_, i) => 3 + 2 * i); // rows and columns of the middle
const WIDE = 2 * SIDE; // a part around its middle, as far as any place needs

/**
 * The pixels on which enough images have ink.
 * @param {ArrayLike<ArrayLike<number>>} images   (n, 784)
 * @returns {number[]}   their numbers
 */
export function inkedPixels(images) {
  const count = new Uint32Array(SIDE * SIDE);
  for (let i = 0; i < images.length; i++) for (let k = 0; k < count.length; k++) if (images[i][k] > 0) count[k]++;
  return [...count.keys()].filter((k) => count[k] >= INKED * images.length);
}

/**
 * For each neuron of a first layer the part that explains its weights best; null where no part lies on the pixels. It
 * yields, between two pieces of work, the share that is done.
 * @param {Pick<import("./network.js").Layer, "weights" | "n" | "before">} layer
 * @param {number[]} pixels   those that are examined
 * @returns {Generator<number, (Part | null)[], void>}
 */
export function* bestParts({ weights, n, before }, pixels) {
  const rows = Array.from({ length: n }, (_, j) => centred(pixels.map((k) => weights[j * before + k])));
  const best = rows.map(
    () => /** @type {Best} */ ({ fit: 0, kind: KINDS[0], at: new Float64Array(0), row: 0, column: 0 }),
  );
  const part = new Float64Array(pixels.length);
  let done = 0;
  for (const kind of KINDS)
    for (const wave of WAVES)
      for (const length of LENGTHS) {
        for (let turn = 0; turn < ANGLES; turn++) {
          const around = gabor(kind, wave, length * wave, (turn * Math.PI) / ANGLES);
          for (const row of PLACES)
            for (const column of PLACES) {
              const shift = (SIDE - row) * WIDE + SIDE - column;
              let [sum, square, whole] = [0, 0, 0];
              for (let i = 0; i < pixels.length; i++) {
                const k = pixels[i];
                const value = around[shift + Math.floor(k / SIDE) * WIDE + (k % SIDE)];
                part[i] = value;
                sum += value;
                square += value * value;
              }
              for (let y = 0; y < SIDE; y++) for (let x = 0; x < SIDE; x++) whole += around[shift + y * WIDE + x] ** 2;
              if (square < LEAST * whole) continue;
              const size = Math.sqrt(square - (sum * sum) / pixels.length);
              for (let j = 0; j < n; j++) {
                const own = rows[j];
                let fit = 0;
                for (let i = 0; i < part.length; i++) fit += own[i] * part[i];
                fit /= size;
                if (Math.abs(fit) > Math.abs(best[j].fit)) best[j] = { fit, kind, at: around, row, column };
              }
            }
          yield ++done / (KINDS.length * WAVES.length * LENGTHS.length * ANGLES);
        }
      }
  return best.map(({ fit, kind, at, row, column }) => {
    if (!fit) return null;
    const picture = Float64Array.from({ length: SIDE * SIDE }, (_, k) => {
      const value = at[(SIDE - row + Math.floor(k / SIDE)) * WIDE + SIDE - column + (k % SIDE)];
      return fit < 0 ? -value : value;
    });
    return { kind, explained: fit * fit, picture };
  });
}

/**
 * A part around its middle, (2·28, 2·28).
 * @param {"bar" | "edge"} kind @param {number} wave @param {number} length @param {number} turn   radians
 */
function gabor(kind, wave, length, turn) {
  const found = new Float64Array(WIDE * WIDE);
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  for (let y = 0; y < WIDE; y++)
    for (let x = 0; x < WIDE; x++) {
      const [row, column] = [y - SIDE, x - SIDE];
      const across = column * cos + row * sin;
      const along = row * cos - column * sin;
      const fading = Math.exp(-0.5 * ((along / length) ** 2 + (across / (ACROSS * wave)) ** 2));
      const phase = (2 * Math.PI * across) / wave;
      found[y * WIDE + x] = fading * (kind === "bar" ? Math.cos(phase) : Math.sin(phase));
    }
  return found;
}

/** With mean 0 and length 1; zeros where nothing varies. @param {number[]} values */
function centred(values) {
  const mean = values.reduce((sum, one) => sum + one, 0) / values.length;
  const off = Float64Array.from(values, (one) => one - mean);
  const size = Math.sqrt(off.reduce((sum, one) => sum + one * one, 0));
  return size ? off.map((one) => one / size) : off;
}
