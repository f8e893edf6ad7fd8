// @ts-check
// The frames that a page sees of a run, as the server sends them: "run", "mistakes" and "moment"; docs/app.md lists
// what they hold. The twin of server/training/run_status.py. No DOM.

import { pixelsOf } from "../../core/shape.js";
import { imageOf } from "./image_of.js";

/** @typedef {import("../frames.js").Frame} Frame */
/** @typedef {import("../requests.js").RunRequest} RunRequest */
/** @typedef {import("./run.js").Run} Run */
/** @typedef {import("./run.js").Example} Example */
/** @typedef {import("./snapshots.js").Snapshot} Snapshot */
/** @typedef {import("./snapshots.js").Snapshots} Snapshots */
/**
 * @typedef {Object} Status
 * @property {"waiting" | "running" | "paused" | "finished" | "diverged" | "failed" | "interrupted"} state
 * @property {string} error
 * @property {number} batches   mini-batches in an epoch; 0 before the images are there
 * @property {number} example   single examples of the current mini-batch that were learned
 * @property {number} rate
 * @property {boolean} ownWay   single examples were learned
 * @property {number} training  how many images it learns from
 * @property {number} test
 * @property {Example | null} last
 * @property {Uint8Array | null} image   of the last single example
 */

export const ENGINE = "WebAssembly";
const PICTURES = 64; // neurons of the first layer whose weights are shown
const SHOWN = 24; // misread images that are shown
const LANES = 16;

/** @returns {Status} */
export const newStatus = () => ({
  state: "waiting",
  error: "",
  batches: 0,
  example: 0,
  rate: 0,
  ownWay: false,
  training: 0,
  test: 0,
  last: null,
  image: null,
});

/**
 * The weights into the first neurons as bytes to look at: a weight is about byte / 127 · strongest.
 * @param {Float32Array} lanes      a network, as the kernel has it
 * @param {readonly number[]} sizes
 * @param {number} [most]           neurons
 */
export function asPictures(lanes, [pixels, neurons], most = PICTURES) {
  const count = Math.min(most, neurons);
  const weight = (/** @type {number} */ neuron, /** @type {number} */ k) =>
    lanes[Math.floor(neuron / LANES) * (pixels + 1) * LANES + k * LANES + (neuron % LANES)];
  let strongest = 0;
  for (let j = 0; j < count; j++)
    for (let k = 0; k < pixels; k++) strongest = Math.max(strongest, Math.abs(weight(j, k)));
  const pictures = new Int8Array(count * pixels);
  if (!Number.isFinite(strongest) || !strongest) return { pictures, strongest: 0, shape: [count, pixels] };
  for (let j = 0, at = 0; j < count; j++)
    for (let k = 0; k < pixels; k++, at++) pictures[at] = Math.round((weight(j, k) * 127) / strongest);
  return { pictures, strongest, shape: [count, pixels] };
}

/**
 * @param {RunRequest} request
 * @param {Status} status
 * @param {Snapshots | null} snapshots
 * @returns {Frame}
 */
export function runFrame(request, status, snapshots) {
  const { number, recipe, base, data, source, sizes, classes, rows, columns, command } = request;
  const newest = snapshots?.kept.newest();
  const { curves, gradients, shapes } = snapshots?.arrays() ?? {
    curves: new Float32Array(0),
    gradients: new Float32Array(0),
    shapes: { curves: [0, 7], gradients: [0, 0] },
  };
  const header = /** @type {Record<string, any>} */ ({
    ...{ type: "run", number, state: status.state, place: 0, error: status.error, recipe, base, data, source },
    ...{ training: status.training, test: status.test, sizes, classes: [...classes], rows, columns },
    ...{ engine: ENGINE, fallback_reason: "", command, own_way: status.ownWay, kept: false },
    epoch: newest?.epoch ?? 0,
    mini_batch: newest?.miniBatch ?? 0,
    batches: status.batches,
    example: status.example,
    records: newest ? newest.number + 1 : 0,
    seconds: newest?.seconds ?? 0,
    rate: status.rate,
    last_example: status.last && {
      index: status.last.which,
      digit: status.last.digit,
      cost_before: finite(status.last.costBefore),
      cost_after: finite(status.last.costAfter),
    },
  });
  const frame = /** @type {Frame} */ ({ header, blocks: { curves, gradients }, shapes });
  if (newest) {
    const { pictures, strongest, shape } = asPictures(newest.lanes, sizes);
    header.strongest = strongest;
    add(frame, "pictures", pictures, shape);
  }
  if (status.image) add(frame, "example", status.image, [status.image.length]);
  return frame;
}

/**
 * The confusion matrix, and the first misread images.
 * @param {RunRequest} request
 * @param {number} record
 * @param {Run} run
 * @param {Uint8Array} read   what each test image was read as
 * @returns {Frame}
 */
export function mistakesFrame({ number }, record, run, read) {
  const { test, classes, shape } = run.split;
  const pixels = pixelsOf(shape);
  const confusion = new Uint32Array(classes * classes);
  const wrong = /** @type {number[]} */ ([]);
  read.forEach((one, i) => {
    confusion[test.labels[i] * classes + one]++;
    if (one !== test.labels[i]) wrong.push(i);
  });
  const shown = wrong.slice(0, SHOWN);
  const images = new Uint8Array(shown.length * pixels);
  shown.forEach((i, at) => images.set(imageOf(test, i, pixels), at * pixels));
  const header = {
    ...{ type: "mistakes", number, record, count: wrong.length, tested: read.length },
    shown: shown.map((index) => ({ index, digit: test.labels[index], read: read[index] })),
  };
  const shapes = { confusion: [classes, classes], images: [shown.length, pixels] };
  return { header, blocks: { confusion, images }, shapes };
}

/**
 * A snapshot that a page asked for.
 * @param {RunRequest} request
 * @param {number} ask
 * @param {Snapshot} snapshot
 * @returns {Frame}
 */
export function momentFrame({ number, sizes }, ask, snapshot) {
  const { epoch, miniBatch, position, seconds, row } = snapshot;
  const { pictures, strongest, shape } = asPictures(snapshot.lanes, sizes);
  const measured = row && row[0] === position ? row.map(finite) : null; // else measured at an earlier snapshot
  const at = { record: snapshot.number, epoch, mini_batch: miniBatch, position, seconds, strongest, measured };
  return { header: { type: "moment", number, ask, ...at }, blocks: { pictures }, shapes: { pictures: shape } };
}

/** @param {Frame} frame @param {string} name @param {any} numbers @param {number[]} shape */
function add(frame, name, numbers, shape) {
  frame.blocks[name] = numbers;
  frame.shapes[name] = shape;
}

/** @param {number} value */
const finite = (value) => (Number.isFinite(value) ? value : null);
