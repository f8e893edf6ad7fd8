// @ts-check
// A picture made of pixels -> what a network sees, stage by stage: the form that MNIST's digits have, or another size.
// Loaded when the first one comes: a drawing needs none of it.
//
// The twin of digits/preparation/prepare.py, for pictures; preparation.js is for strokes.

import { check } from "./adjusting.js";
import { fit } from "./fitting.js";
import { boxForFraming, boxOf, cornerFor, cut, place, scaled } from "./framing.js";
import { familiarityOf } from "./familiarity.js";
import { findInk, PLAIN } from "./ink.js";
import { significant } from "../core/numbers.js";
import { DIGIT_SHAPE, pixelsOf, sameShape, shapeName } from "../core/shape.js";
import { adjusted, DIGITS } from "./preparation.js";

/** @typedef {import("./framing.js").Box} Box */
/** @typedef {import("./framing.js").Image} Image */
/** @typedef {import("./grey.js").Grey} Grey */
/** @typedef {import("./ink.js").Ink} Ink */
/** @typedef {import("./ink.js").Look} Look */
/** @typedef {import("./preparation.js").Prepared} Prepared */
/** @typedef {import("./preparation.js").Stage} Stage */
/** @typedef {import("./preparation.js").Wanted} Wanted */

const LEAST_SIDE = 5; // pixels: ink whose longest side is shorter is a dot

/**
 * A grey picture of any size -> the form that MNIST's digits have, or another size. A picture in which nothing can be
 * found is an answer (`inkFound` is false), not an error. Where a picture can be looked at in more than one way, a
 * network that knows what is familiar has the most familiar result kept; for others it is the likeliest.
 * @param {Grey} grey
 * @param {string[]} adjusting   names of adjusting.STEPS
 * @param {Wanted} [wanted]      what the network's images are like
 * @returns {Prepared}
 */
export function prepareGrey(grey, adjusting, wanted = DIGITS) {
  check(adjusting);
  const decoded = decodedStage(grey);
  const stages = sameShape(wanted.shape, DIGIT_SHAPE) ? framed(grey, wanted) : fitted(grey, wanted);
  const last = stages[stages.length - 1];
  if (last.name === "ink")
    return { stages: [decoded, last], image: new Float64Array(pixelsOf(wanted.shape)), inkFound: false };
  return adjusted([decoded, ...stages], Float64Array.from(last.image), adjusting, wanted.shape, single);
}

/**
 * The ink, and the box that counts as its own; or else the stage that says why there is too little.
 * @param {Grey} grey
 * @param {(ink: Image) => Box | null} boxFor
 * @param {Look} [look]
 * @returns {{found: Ink, box: Box} | Stage}
 */
function inkOf(grey, boxFor, look = PLAIN) {
  const found = findInk(grey, look);
  const box = found && boxFor(found.ink);
  if (!found || !box) {
    const reason = "nothing is written here: all of it looks like paper";
    const { rows, columns } = grey;
    return { name: "ink", rows, columns, image: new Float64Array(rows * columns), parameters: {}, reason };
  }
  const longest = Math.max(box.rows, box.columns) * found.reduction;
  if (longest >= LEAST_SIDE) return { found, box };
  return inkStage(
    found,
    `too little ink: ${longest} pixel${longest > 1 ? "s" : ""}, at least ${LEAST_SIDE} are wanted`,
  );
}

/** Which paper the ink was found on. @param {Ink} found */
function paperOf({ dark, flat, look }) {
  const light = flat ? "" : ", whose uneven light was taken out";
  const smoothed = look.blur ? ", and whose texture was smoothed" : "";
  const sure = look.reversed ? "; the reverse looks less like a digit" : "";
  return `${dark ? "dark ink on light" : "light ink on dark"} paper${light}${smoothed}${sure}`;
}

/**
 * Ink, cropped, scaled and centred; only the ink (none of it) where there is too little.
 * @param {Grey} grey
 * @param {Wanted} wanted
 * @returns {Stage[]}
 */
function framed(grey, { familiarity }) {
  const ink = inkOf(grey, boxForFraming);
  if ("name" in ink) return [ink];
  let best = framedStages(grey, ink.found, ink.box);
  if (!familiarity) return best;
  const { others } = ink.found;
  const familiar = (/** @type {Stage[]} */ stages) =>
    familiarityOf(familiarity, Float64Array.from(stages[stages.length - 1].image));
  let most = others.length ? familiar(best) : 0;
  for (const look of others) {
    const other = inkOf(grey, boxForFraming, look);
    if ("name" in other) continue;
    const stages = framedStages(grey, other.found, other.box);
    const share = familiar(stages);
    if (share > most) [best, most] = [stages, share];
  }
  return best;
}

/**
 * The whole picture on another size; one that has this size already is taken as it is, without looking for ink.
 * @param {Grey} grey
 * @param {Wanted} wanted
 * @returns {Stage[]}
 */
function fitted(grey, { shape, darkOnLight }) {
  const size = shapeName(shape);
  if (sameShape(grey, shape) && grey.grey.some((one) => one > 0)) {
    const image = single(Float64Array.from(grey.grey, (one) => one / 255));
    return [
      { name: "fitted", ...shape, image, parameters: {}, reason: `taken as it is: it has ${size} pixels already` },
    ];
  }
  const ink = inkOf(grey, boxOf);
  if ("name" in ink) return [ink];
  const laid = single(fit(ink.found, grey, shape));
  const image = darkOnLight ? laid.map((one) => Math.fround(1 - one)) : laid;
  const reason =
    `the whole picture is laid onto ${size} pixels, each the mean of what it covers` +
    (darkOnLight ? "; dark on light, as the network has learned it" : "");
  return [
    inkStage(ink.found, paperOf(ink.found)),
    { name: "fitted", ...shape, image, parameters: { rows: shape.rows, columns: shape.columns }, reason },
  ];
}

/** Rounded to float32, as Python keeps pictures that are framed. @param {Float64Array} image */
const single = (image) => image.map(Math.fround);

/** @param {Grey} grey @returns {Stage} */
function decodedStage({ rows, columns, grey, backdrop = -1 }) {
  const behind = backdrop < 0 ? "" : `, transparent, so put on ${backdrop ? "white" : "black"}`;
  const parameters = { rows, columns, ...(backdrop < 0 ? {} : { backdrop }) };
  return {
    name: "decoded",
    rows,
    columns,
    image: grey,
    parameters,
    reason: `a picture of ${columns}×${rows} pixels${behind}`,
  };
}

/** @param {Ink} found @param {string} reason @returns {Stage} */
function inkStage({ ink, region, reduction, paper, contrast, grain }, reason) {
  const { rows, columns, values } = ink;
  return {
    name: "ink",
    rows,
    columns,
    image: values,
    parameters: { ...region, reduction, paper, contrast, grain },
    reason,
  };
}

/**
 * The ink, and framing: the three stages from its box to 28×28.
 * @param {Grey} grey
 * @param {Ink} found
 * @param {Box} box   of the ink, in its pixels
 * @returns {Stage[]}
 */
function framedStages(grey, found, box) {
  const step = found.reduction;
  const crop = cut(found.ink, box);
  const [top, left] = [found.region.top + box.top * step, found.region.left + box.left * step];
  const [rows, columns] = [box.rows * step, box.columns * step];
  const { ink: small, scale, gain, drawn, pen } = scaled(crop);
  const corner = cornerFor(small);
  const framedAlready = small === crop && top === corner[0] && left === corner[1] && sameShape(grey, DIGIT_SHAPE);
  const reduction = scale / step;
  const change =
    reduction < 1 ? `${significant(1 / reduction, 3)} times smaller` : `${significant(reduction, 3)} times larger`;
  const strengthened = gain > 1 ? ", and thin strokes are strengthened" : "";
  const other = pen === drawn ? "" : `, and the pen is made ${pen > drawn ? "wider" : "narrower"}`;
  const size =
    (reduction === 1
      ? "it has the size of MNIST's digits already"
      : `the longest side becomes 20 pixels, as in MNIST: ${change}`) +
    strengthened +
    other;
  const where = framedAlready ? "already framed like MNIST" : "the centre of mass is moved to the middle, as in MNIST";
  const reason = `the ink fills ${columns}×${rows} pixels, ${left} from the left and ${top} from the top`;
  return [
    inkStage(found, paperOf(found)),
    {
      name: "cropped",
      rows: crop.rows,
      columns: crop.columns,
      image: crop.values,
      parameters: { top, left, rows, columns },
      reason,
    },
    {
      name: "scaled",
      rows: small.rows,
      columns: small.columns,
      image: small.values,
      parameters: { scale: reduction, gain, drawn, pen },
      reason: size,
    },
    {
      name: "centred",
      ...DIGIT_SHAPE,
      image: single(place(small, corner)),
      parameters: { top: corner[0], left: corner[1] },
      reason: where,
    },
  ];
}
