// @ts-check
// A drawing or a picture becomes the numbers that a network sees, in stages that can be looked at.
//
// strokes   the drawing, inked where it was drawn; or, for a picture:
// decoded   grey, the right way up, and
// ink       what was written, from 0 (nothing) to 1 (full ink)
// cropped   the box that holds all ink
// scaled    its longest side is 20 pixels
// centred   its centre of mass at pixel index 14 of 28×28
// ...       one stage for each adjusting step
//
// Strokes are framed on their geometry and then inked again, so that the pen keeps its width. Only images of 28×28 are
// framed. For a network that sees another size the pad has that size's proportions, and a drawing is inked where it was
// drawn; a picture has in place of cropped, scaled and centred
//
// fitted    the whole picture laid onto the size that is wanted, see fitting.js
//
// The twin of digits/preparation/prepare.py, and for strokes of frame_strokes() in digits/preparation/strokes.py.

import { DIGIT_SHAPE } from "../core/shape.js";
import { check, REASONS, STEPS } from "./adjusting.js";
import { FRAMING_VERSION, SIDE } from "./framing.js";
import { plain, significant } from "../core/numbers.js";
import { boxStrokes, corners, frameStrokes, inkStrokes } from "./strokes.js";
import { phrase } from "../texts/first.js";

/** @typedef {import("./strokes.js").Strokes} Strokes */
/**
 * @typedef {Object} Stage
 * @property {string} name       "strokes", "decoded", "ink", "cropped", "scaled", "centred", "fitted", or that of an
 *   adjusting step
 * @property {number} rows
 * @property {number} columns
 * @property {Float64Array | Uint8Array} image   (rows · columns); decoded: grey 0..255; all others: ink 0..1
 * @property {Object<string, number>} parameters   plain numbers: a box, a factor, a level
 * @property {string} reason     one sentence for a newcomer
 */
/**
 * @typedef {Object} Prepared
 * @property {Stage[]} stages
 * @property {Float64Array} image   (pixels,), ink 0..1: what the network sees
 * @property {boolean} inkFound     false: nothing was written, or too little to be read; the image is then empty
 */
/** @typedef {import("../core/shape.js").Shape} Shape */
/** @typedef {import("./familiarity.js").Familiarity} Familiarity */
/**
 * @typedef {Object} Wanted   what a network's images are like
 * @property {Shape} shape
 * @property {boolean} darkOnLight
 * @property {number} framing     the version of framing; or NOT_FRAMED
 * @property {Familiarity | null} [familiarity]   what digits look like, where the network's file says so
 */

/** @type {Readonly<Wanted>} */
export const DIGITS = Object.freeze({ shape: DIGIT_SHAPE, darkOnLight: false, framing: FRAMING_VERSION });
export const PAD = 28; // units that the longer side of the pad has

/**
 * A drawing -> the form that MNIST's digits have, pen included.
 * @param {Strokes} strokes     in pad units: the pad is 28 × 28
 * @param {number} radius       half the pen's width, in pixels of the 28×28 picture
 * @param {string[]} adjusting  names of adjusting.STEPS
 * @returns {Prepared}
 */
export function prepareStrokes(strokes, radius, adjusting) {
  check(adjusting);
  const drawn = drawnStage(strokes, radius, DIGITS);
  if (!strokes.length) return { stages: [drawn], image: new Float64Array(SIDE * SIDE), inkFound: false };
  const framed = frameStrokes(strokes, radius);
  const { low } = corners(framed.strokes);
  const centred = {
    name: "centred",
    ...DIGIT_SHAPE,
    image: inkStrokes(framed.strokes, SIDE, SIDE, radius),
    parameters: { top: low[1] - radius, left: low[0] - radius },
    reason: phrase("picture.preparation.theCentreOfMassIs"),
  };
  const stages = [drawn, croppedStage(strokes, radius), scaledStage(strokes, radius), centred];
  return adjusted(stages, centred.image, adjusting, DIGIT_SHAPE);
}

/**
 * How large the pad is for such images, in its own units, and how many of these a pixel of the image takes.
 * @param {Shape} shape
 * @returns {{width: number, height: number, pixel: number}}
 */
export function padOf({ rows, columns }) {
  const pixel = PAD / Math.max(rows, columns);
  return { width: columns * pixel, height: rows * pixel, pixel };
}

/**
 * Strokes inked where they were drawn: (pixels,), 0 to 1.
 * @param {Strokes} strokes   in pad units
 * @param {number} radius     half the pen's width, in pad units
 * @param {Shape} shape
 * @returns {Float64Array}
 */
export function inkedOn(strokes, radius, shape) {
  const { pixel } = padOf(shape);
  const there = pixel === 1 ? strokes : strokes.map((stroke) => stroke.map(([x, y]) => [x / pixel, y / pixel]));
  return inkStrokes(there, shape.rows, shape.columns, radius / pixel);
}

/**
 * The drawing as it is, without any preparation.
 * @param {Strokes} strokes
 * @param {number} radius
 * @param {Wanted} wanted
 * @returns {Stage}
 */
export function drawnStage(strokes, radius, { shape, darkOnLight }) {
  const width = plain((2 * radius) / padOf(shape).pixel, 1);
  const colours = darkOnLight ? phrase("picture.preparation.darkOnLightAsThe") : "";
  const ink = inkedOn(strokes, radius, shape);
  return {
    name: "strokes",
    ...shape,
    image: darkOnLight ? ink.map((one) => 1 - one) : ink,
    parameters: { radius },
    reason: strokes.length
      ? phrase("picture.preparation.inkedWhereItWasDrawn", { width, colours })
      : phrase("picture.preparation.nothingIsDrawnHere"),
  };
}

/**
 * The box that holds all ink; its sides need not be whole pixels.
 * @param {Strokes} strokes
 * @param {number} radius
 * @returns {Stage}
 */
function croppedStage(strokes, radius) {
  const { box, picture } = inTheirBox(strokes, radius);
  const [rows, columns, left, top] = [box.rows, box.columns, box.left, box.top].map((side) => plain(side, 1));
  const reason = phrase("picture.preparation.theInkFillsPixelsFrom", { columns, rows, left, top });
  return { name: "cropped", ...picture, parameters: box, reason };
}

/**
 * The strokes at their final size, the pen as before.
 * @param {Strokes} strokes
 * @param {number} radius
 * @returns {Stage}
 */
function scaledStage(strokes, radius) {
  const { boxed, scale, isDot } = boxStrokes(strokes, radius);
  const { picture } = inTheirBox(boxed, radius);
  const change =
    scale < 1
      ? phrase("picture.preparation.timesSmaller", { scale: significant(1 / scale, 3) })
      : phrase("picture.preparation.timesLarger", { scale: significant(scale, 3) });
  let reason = phrase("picture.preparation.theLongestSideBecomes20", { change });
  if (scale === 1)
    reason = isDot ? phrase("picture.preparation.aDotHasNoSize") : phrase("picture.preparation.itHasTheSizeOf");
  return { name: "scaled", ...picture, parameters: { scale }, reason };
}

/**
 * Strokes inked on a picture that just holds them and the pen's width; also where that box lies.
 * @param {Strokes} strokes
 * @param {number} radius
 */
function inTheirBox(strokes, radius) {
  const { low, high } = corners(strokes);
  const [left, top] = [low[0] - radius, low[1] - radius];
  const [columns, rows] = [high[0] + radius - left, high[1] + radius - top];
  const [wide, tall] = [columns, rows].map((side) => Math.max(1, Math.ceil(side - 1e-9)));
  const [x, y] = [(wide - columns) / 2 - left, (tall - rows) / 2 - top]; // what is left over is shared by both ends
  const moved = strokes.map((stroke) => stroke.map((point) => [point[0] + x, point[1] + y]));
  const picture = { rows: tall, columns: wide, image: inkStrokes(moved, tall, wide, radius) };
  return { box: { top, left, rows, columns }, picture };
}

/**
 * The adjusting steps after framing, a stage for each.
 * @param {Stage[]} stages
 * @param {Float64Array} image   (pixels,)
 * @param {string[]} adjusting
 * @param {Shape} shape
 * @param {(image: Float64Array) => Float64Array} [kept]   in which precision an image is kept
 * @returns {Prepared}
 */
export function adjusted(stages, image, adjusting, shape, kept = (same) => same) {
  const more = check(adjusting).map((name) => {
    image = kept(STEPS[name](image, shape));
    return { name, ...shape, image, parameters: {}, reason: REASONS[name]() };
  });
  return { stages: [...stages, ...more], image, inkFound: true };
}
