// @ts-check
// Reading: what is on the pad, how it becomes 784 numbers, and what the network says of them.
// The twin of reading/reader.py, for what the page can draw.

import { place, resample, SIDE } from "../picture/framing.js";
import { forward } from "../core/network.js";
import { adjusted, drawnStage, prepareStrokes } from "../picture/preparation.js";
import { inkStrokes } from "../picture/strokes.js";

/** @typedef {import("./model_file.js").StoredNetwork} Network */
/** @typedef {import("../core/network.js").Trace} Trace */
/** @typedef {import("../picture/preparation.js").Stage} Stage */
/** @typedef {import("../picture/preparation.js").Prepared} Prepared */
/**
 * @typedef {Object} Picture   what is on the pad
 * @property {number[][][]} strokes          in pad units: the pad is 28 × 28
 * @property {Float64Array | null} baseInk   what lies beneath them, (784,): framed, not adjusted
 * @property {Stage[] | null} baseStages     how that was prepared, if it was
 */
/**
 * @typedef {Object} Reading
 * @property {Stage[]} stages
 * @property {Float64Array} image   (784,): what the network sees
 * @property {Trace} trace          what it thought
 * @property {number} digit         the output that is most active, even where there was nothing to read
 * @property {boolean} inkFound
 */

// Half the pen's width, in pixels of the 28×28 picture: as wide as MNIST's, whose strokes (ink over half the outline,
// median of 20,000) are 2.60 pixels wide. Our pen model's digits, inked with 1.2, are 2.53 and with 1.3 2.70 wide;
// `video` reads 86.0 % of 5,000 at 1.0, 86.1 at 1.1, 86.1 at 1.2, 86.0 at 1.3, but 85.2 at 0.8 and 82.7 at 1.8.
export const PEN = 1.2;

/**
 * Read what is on the pad. With a base, the strokes are laid over it where they were drawn; without, they are framed.
 * @param {Picture} picture
 * @param {Network} network
 * @param {boolean} prepare   false: what is on the pad goes into the network as it is
 * @param {number} [radius]
 * @returns {Reading}
 */
export function read(picture, network, prepare, radius = PEN) {
  const { stages, image, inkFound } = prepared(picture, prepare, prepare ? network.adjusting : [], radius);
  const trace = forward(network, image);
  return { stages, image, trace, digit: mostActive(trace.a[trace.a.length - 1]), inkFound };
}

/**
 * What is on the pad as it is framed, before any adjusting step.
 * @param {Picture} picture
 * @param {boolean} prepare
 * @param {number} [radius]
 * @returns {Float64Array} (784,)
 */
export const framed = (picture, prepare, radius = PEN) => prepared(picture, prepare, [], radius).image;

/**
 * @param {Picture} picture
 * @param {boolean} prepare
 * @param {string[]} adjusting
 * @param {number} radius
 * @returns {Prepared}
 */
function prepared({ strokes, baseInk, baseStages }, prepare, adjusting, radius) {
  const decoded = baseStages?.find((stage) => stage.name === "decoded");
  if (decoded && !prepare) return unprepared(decoded, strokes, radius);
  if (baseInk) return overBase(baseInk, baseStages ?? [asGiven(baseInk)], strokes, adjusting, radius);
  if (prepare) return prepareStrokes(strokes, radius, adjusting);
  const drawn = drawnStage(strokes, radius);
  const image = Float64Array.from(drawn.image);
  return { stages: [drawn], image, inkFound: image.some((one) => one > 0) };
}

/**
 * The strokes over a picture that is framed already: of both, the darker.
 * @param {Float64Array} base
 * @param {Stage[]} stages
 * @param {number[][][]} strokes
 * @param {string[]} adjusting
 * @param {number} radius
 * @returns {Prepared}
 */
function overBase(base, stages, strokes, adjusting, radius) {
  let image = base;
  if (strokes.length) {
    const drawn = inkStrokes(strokes, SIDE, SIDE, radius);
    image = base.map((one, i) => Math.max(one, drawn[i]));
    const reason = "what was drawn is laid over it, where it was drawn";
    stages = [...stages, { name: "strokes", rows: SIDE, columns: SIDE, image, parameters: { radius }, reason }];
  }
  if (!image.some((one) => one > 0)) return { stages, image, inkFound: false };
  return adjusted(stages, image, adjusting);
}

/**
 * A picture as it is: shrunk to 28×28, and what is light counts as ink.
 * @param {Stage} decoded
 * @param {number[][][]} strokes
 * @param {number} radius
 * @returns {Prepared}
 */
function unprepared(decoded, strokes, radius) {
  const { rows, columns, image } = decoded;
  const values = Float64Array.from(image, (grey) => grey / 255);
  const small = resample({ rows, columns, values }, SIDE / Math.max(rows, columns));
  const ink = place(small, [Math.floor((SIDE - small.rows) / 2), Math.floor((SIDE - small.columns) / 2)]);
  const reason = "shrunk to 28×28 as it is: what is light counts as ink";
  return overBase(
    ink,
    [decoded, { name: "shrunk", rows: SIDE, columns: SIDE, image: ink, parameters: {}, reason }],
    strokes,
    [],
    radius,
  );
}

/** @param {Float64Array} image @returns {Stage} */
function asGiven(image) {
  const reason = "taken as it is: it is framed like MNIST already";
  return { name: "centred", rows: SIDE, columns: SIDE, image, parameters: {}, reason };
}

/**
 * The place of the largest; of equal ones the first.
 * @param {Float64Array} activations
 * @returns {number}
 */
export function mostActive(activations) {
  return activations.reduce((best, one, i) => (one > activations[best] ? i : best), 0);
}
