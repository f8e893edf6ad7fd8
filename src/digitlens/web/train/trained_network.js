// @ts-check
// What a tab has learned, as a network with its story, as Python's Run.reader() tells it. No DOM.

import { DIGIT_SHAPE, NOT_FRAMED, readsDigits, sameShape } from "../core/shape.js";
import { BOX, CENTRE, FRAMING_VERSION } from "../picture/framing.js";
import { ENGINE } from "./worker/frames.js";
import { unpack } from "./worker/kernel.js";
import { activationsOf } from "./worker/shape_of.js";

/** @typedef {import("../model/model_file.js").StoredNetwork} StoredNetwork */
/** @typedef {import("./requests.js").RunRequest} RunRequest */
/** @typedef {import("./worker/images.js").DataSet} DataSet */
/**
 * What a worker tells of a record.
 * @typedef {Object} Told
 * @property {Float32Array} lanes
 * @property {number} epoch
 * @property {number} miniBatch
 * @property {boolean} ownWay
 * @property {{[column: string]: number}[]} history   until then
 * @property {number} learnedFrom                     images
 */

/**
 * @param {RunRequest} request
 * @param {Told} told
 * @param {DataSet} data
 * @returns {StoredNetwork}
 */
export function storedNetwork(request, told, data) {
  const { recipe, sizes, classes, rows, columns } = request;
  const { lanes, epoch, miniBatch, ownWay, history, learnedFrom } = told;
  const last = history[history.length - 1];
  const measured = last?.epoch === epoch && !miniBatch ? last : {};
  const shape = { rows, columns };
  return {
    layers: unpack(lanes, sizes).map(({ weights, biases }, l) => ({
      weights: Float64Array.from(weights),
      biases: Float64Array.from(biases),
      n: sizes[l + 1],
      before: sizes[l],
    })),
    activations: activationsOf(recipe),
    sizes,
    name: "trained",
    cost: recipe.cost,
    classes: [...classes],
    shape,
    adjusting: recipe.preparation,
    framing: framingOf(data, classes),
    darkOnLight: hasLightPaper(data),
    recipe,
    provenance: {
      data: recipe.data,
      ...(data.fingerprint && { data_sha256: data.fingerprint }),
      learned_from: learnedFrom,
      epochs: epoch,
      engine: ENGINE,
      ...Object.fromEntries(Object.entries(measured).filter(([name]) => name.endsWith("accuracy"))),
      ...(ownWay && { single_examples: true }),
    },
    history,
    notes: [],
    familiarity: null,
    calibration: null,
  };
}

const PAPER = 1_000; // images that are looked at
const [OFF_CENTRE, OFF_SIZE] = [1.5, 2]; // pixels, as digits/preparation/framing.py has them

/**
 * The framing for a network that learns from these images, as Python's framing_of() has it: digits of 28×28 are framed,
 * and other images of that size where most of them lie as framed ones do.
 * @param {Pick<DataSet, "training" | "rows" | "columns">} data
 * @param {readonly string[]} classes
 * @returns {number}
 */
export function framingOf({ training, rows, columns }, classes) {
  if (!sameShape({ rows, columns }, DIGIT_SHAPE)) return NOT_FRAMED;
  if (readsDigits({ framing: FRAMING_VERSION, classes })) return FRAMING_VERSION;
  const size = rows * columns;
  let [fits, inked] = [0, 0];
  for (let i = 0; i < Math.min(PAPER, training.labels.length); i++) {
    const image = training.images.slice(i * size, (i + 1) * size);
    if (!image.some(Boolean)) continue;
    inked++;
    fits += liesFramed(image) ? 1 : 0;
  }
  return inked === 0 || fits / inked > 0.5 ? FRAMING_VERSION : NOT_FRAMED;
}

/**
 * Whether one image of 28×28, with ink, has a longest side of about 20 and its mass in the middle.
 * @param {Uint8Array} image
 */
function liesFramed(image) {
  const { rows: side } = DIGIT_SHAPE;
  const profiles = [new Float64Array(side), new Float64Array(side)]; // the ink of each row, and of each column
  image.forEach((ink, k) => {
    profiles[0][Math.floor(k / side)] += ink;
    profiles[1][k % side] += ink;
  });
  const middles = profiles.map((ink) => ink.reduce((sum, one, k) => sum + one * k, 0) / ink.reduce((a, b) => a + b, 0));
  const sides = profiles.map((ink) => {
    const there = Array.from(ink.keys()).filter((k) => ink[k] > 0);
    return there[there.length - 1] - there[0] + 1;
  });
  const centred = middles.every((middle) => Math.abs(middle - (CENTRE - 0.5)) <= OFF_CENTRE);
  return centred && Math.abs(Math.max(...sides) - BOX) <= OFF_SIZE;
}

/** Whether a network of such images reads dark ink on light paper; of digits it never does. @param {DataSet} data */
const hasLightPaper = (data) => !sameShape(data, DIGIT_SHAPE) && lightPaper(data);

/**
 * Whether the outermost pixels of the images are rather light than dark: most of them are paper.
 * @param {Pick<DataSet, "training" | "rows" | "columns">} data
 * @returns {boolean}
 */
export function lightPaper({ training, rows, columns }) {
  const count = Math.min(PAPER, training.labels.length);
  if (!count) return false;
  const edges = /** @type {number[]} */ ([]);
  for (let i = 0; i < count; i++) {
    const at = (/** @type {number} */ row, /** @type {number} */ column) =>
      edges.push(training.images[(i * rows + row) * columns + column]);
    for (let column = 0; column < columns; column++) [0, rows - 1].forEach((row) => at(row, column));
    for (let row = 0; row < rows; row++) [0, columns - 1].forEach((column) => at(row, column));
  }
  edges.sort((a, b) => a - b);
  const middle = edges.length / 2; // there is an even number of them
  return (edges[middle - 1] + edges[middle]) / 2 > 127;
}
