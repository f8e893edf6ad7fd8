// @ts-check
// Reading: what is on the pad, how it becomes the numbers of an image, and what the network says of them.
// The twin of reading/reader.py, for what the page can draw.

import { forward } from "../core/network.js";
import { NOT_FRAMED, shapeName } from "../core/shape.js";
import { placeOn, resample } from "../picture/framing.js";
import { adjusted, drawnStage, inkedOn, prepareStrokes } from "../picture/preparation.js";
import { phrase } from "../texts/first.js";

/** @typedef {import("./model_file.js").StoredNetwork} Network */
/** @typedef {import("../core/network.js").Trace} Trace */
/** @typedef {import("../picture/preparation.js").Stage} Stage */
/** @typedef {import("../picture/preparation.js").Prepared} Prepared */
/** @typedef {import("../picture/preparation.js").Wanted} Wanted */
/**
 * @typedef {Object} Picture   what is on the pad
 * @property {number[][][]} strokes          in pad units: the longer side of the pad has 28
 * @property {Float64Array | null} baseInk   what lies beneath them, (pixels,), before any adjusting
 * @property {Stage[] | null} baseStages     how that was prepared, if it was
 */
/**
 * @typedef {Object} Reading
 * @property {Stage[]} stages
 * @property {Float64Array} image   (pixels,): what the network sees
 * @property {Trace} trace          what it thought
 * @property {number} digit         the output that is most active, even where there was nothing to read
 * @property {boolean} inkFound
 */

// Half the pen's width, in pad units, which are pixels of the 28×28 image: as wide as MNIST's, whose strokes (ink over
// half the outline, median of 20,000) are 2.60 pixels wide. Our pen model's digits, inked with 1.2, are 2.53 and with
// 1.3 2.70 wide; `video` reads 86.0 % of 5,000 at 1.0, 86.1 at 1.1, 86.1 at 1.2, 86.0 at 1.3, but 85.2 at 0.8 and 82.7
// at 1.8.
export const PEN = 1.2;

/**
 * Read what is on the pad. With a base, the strokes are laid over it where they were drawn; without, they are framed if
 * the network sees framed images.
 * @param {Picture} picture
 * @param {Network} network
 * @param {boolean} prepare   false: what is on the pad goes into the network as it is
 * @param {number} [radius]
 * @returns {Reading}
 */
export function read(picture, network, prepare, radius = PEN) {
  const { stages, image, inkFound } = prepared(picture, network, prepare, prepare ? network.adjusting : [], radius);
  const trace = forward(network, image);
  return { stages, image, trace, digit: mostActive(trace.a[trace.a.length - 1]), inkFound };
}

/**
 * What is on the pad before any adjusting step; for digits, as it is framed.
 * @param {Picture} picture
 * @param {Wanted} wanted
 * @param {boolean} prepare
 * @param {number} [radius]
 * @returns {Float64Array} (pixels,)
 */
export const unadjusted = (picture, wanted, prepare, radius = PEN) =>
  prepared(picture, wanted, prepare, [], radius).image;

/**
 * @param {Picture} picture
 * @param {Wanted} wanted   what the network's images are like
 * @param {boolean} prepare
 * @param {string[]} adjusting
 * @param {number} radius
 * @returns {Prepared}
 */
function prepared({ strokes, baseInk, baseStages }, wanted, prepare, adjusting, radius) {
  const { shape, darkOnLight } = wanted;
  const decoded = baseStages?.find((stage) => stage.name === "decoded");
  if (decoded && !prepare) return unprepared(decoded, strokes, radius, wanted);
  if (baseInk) return overBase(baseInk, baseStages ?? [asGiven(baseInk, wanted)], strokes, adjusting, radius, wanted);
  if (prepare && wanted.framing !== NOT_FRAMED) return prepareStrokes(strokes, radius, adjusting);
  const drawn = drawnStage(strokes, radius, wanted);
  const image = Float64Array.from(drawn.image);
  if (!hasInk(image, darkOnLight)) return { stages: [drawn], image, inkFound: false };
  return adjusted([drawn], image, adjusting, shape);
}

/** @param {Float64Array} image @param {boolean} darkOnLight */
const hasInk = (image, darkOnLight) => image.some((one) => (darkOnLight ? one < 1 : one > 0));

/**
 * The strokes over an image that is prepared already: of both, what has more ink.
 * @param {Float64Array} base
 * @param {Stage[]} stages
 * @param {number[][][]} strokes
 * @param {string[]} adjusting
 * @param {number} radius
 * @param {Wanted} wanted
 * @returns {Prepared}
 */
function overBase(base, stages, strokes, adjusting, radius, { shape, darkOnLight }) {
  let image = base;
  if (strokes.length) {
    const drawn = inkedOn(strokes, radius, shape);
    image = base.map((one, i) => (darkOnLight ? Math.min(one, 1 - drawn[i]) : Math.max(one, drawn[i])));
    const reason = phrase("model.reading.whatWasDrawnIsLaid");
    stages = [...stages, { name: "strokes", ...shape, image, parameters: { radius }, reason }];
  }
  if (!hasInk(image, darkOnLight)) return { stages, image, inkFound: false };
  return adjusted(stages, image, adjusting, shape);
}

/**
 * A picture as it is: shrunk to the network's size, and what is light counts as ink.
 * @param {Stage} decoded
 * @param {number[][][]} strokes
 * @param {number} radius
 * @param {Wanted} wanted
 * @returns {Prepared}
 */
function unprepared(decoded, strokes, radius, wanted) {
  const { rows, columns, image } = decoded;
  const { shape, darkOnLight } = wanted;
  const values = Float64Array.from(image, (grey) => grey / 255);
  const small = resample({ rows, columns, values }, Math.min(shape.rows / rows, shape.columns / columns));
  const [top, left] = [shape.rows - small.rows, shape.columns - small.columns].map((rest) => Math.floor(rest / 2));
  const ink = placeOn(small, [top, left], shape);
  const size = shapeName(shape);
  const reason = darkOnLight
    ? phrase("model.reading.shrunkAsItIs", { size })
    : phrase("model.reading.shrunkLightIsInk", { size });
  const stages = [decoded, { name: "shrunk", ...shape, image: ink, parameters: {}, reason }];
  return overBase(ink, stages, strokes, [], radius, wanted);
}

/** @param {Float64Array} image @param {Wanted} wanted @returns {Stage} */
function asGiven(image, { shape, framing }) {
  const framed = framing !== NOT_FRAMED;
  const reason = framed
    ? phrase("model.reading.alreadyFramed")
    : phrase("model.reading.hasPixelsAlready", { size: shapeName(shape) });
  return { name: framed ? "centred" : "fitted", ...shape, image, parameters: {}, reason };
}

/**
 * The place of the largest; of equal ones the first.
 * @param {Float64Array} activations
 * @returns {number}
 */
export function mostActive(activations) {
  return activations.reduce((best, one, i) => (one > activations[best] ? i : best), 0);
}
