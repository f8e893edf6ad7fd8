// @ts-check
// A picture made of pixels -> what a network sees, stage by stage: the form that MNIST's digits have, or another size.
// Loaded when the first one comes: a drawing needs none of it.
//
// The twin of digits/preparation/prepare.py, for pictures; preparation.js is for strokes.

import { check } from "./adjusting.js";
import { withoutCircles } from "./circles.js";
import { fit } from "./fitting.js";
import { boxForFraming, boxOf, cornerFor, cut, narrower, place, scaled } from "./framing.js";
import { familiarityOf } from "./familiarity.js";
import { findInk, PLAIN } from "./ink.js";
import { significant } from "../core/numbers.js";
import { DIGIT_SHAPE, NOT_FRAMED, pixelsOf, sameShape, shapeName } from "../core/shape.js";
import { adjusted, DIGITS } from "./preparation.js";
import { sheetOfDigit } from "./sheet.js";
import { phrase } from "../texts/later.js";

/** @typedef {import("./framing.js").Box} Box */
/** @typedef {import("./framing.js").Image} Image */
/** @typedef {import("./grey.js").Grey} Grey */
/** @typedef {import("./ink.js").Ink} Ink */
/** @typedef {import("./ink.js").Look} Look */
/** @typedef {import("./preparation.js").Prepared} Prepared */
/** @typedef {import("./preparation.js").Stage} Stage */
/** @typedef {import("./preparation.js").Wanted} Wanted */

const LEAST_SIDE = 5; // pixels: ink whose longest side is shorter is a dot
const MOST_INK = 0.25; // of a sheet: more is not the writing of one digit

// Shares of real digits that look less like one, as familiarityOf() gives them:
const TEXTURE = 0.005; // what hardly stands out from textured paper, and is less familiar, is the texture
const UNFAMILIAR = 0.0125; // a digit that fills its frame, and is less familiar, may have been stretched to fill it ...
const STRETCHED = 0.03; // ... and was, if it is at least so familiar once it is narrowed
const FILLED = 0.9; // of a picture's rows and columns: ink that reaches over so many fills it
const SQUARE = [0.7, 1.4]; // columns to rows of a picture that a digit may have been stretched to fill
const NARROWED = 0.4; // how wide it is then made: a 1 is so much narrower than a square

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
  const stages = wanted.framing !== NOT_FRAMED ? framed(grey, wanted) : fitted(grey, wanted);
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
 * @param {boolean} [faint]   what hardly stands out from textured paper counts, too
 * @returns {{found: Ink, box: Box} | Stage}
 */
function inkOf(grey, boxFor, look = PLAIN, faint = false) {
  const found = findInk(grey, look, faint);
  const box = found && boxFor(found.ink);
  if (!found || !box) {
    const reason = phrase("picture.greyPreparation.nothingIsWrittenHereAll");
    const { rows, columns } = grey;
    return { name: "ink", rows, columns, image: new Float64Array(rows * columns), parameters: {}, reason };
  }
  const longest = Math.max(box.rows, box.columns) * found.reduction;
  if (longest >= LEAST_SIDE) return { found, box };
  return inkStage(found, phrase("picture.greyPreparation.tooLittleInkPixelAt", { n: longest, least: LEAST_SIDE }));
}

/** Which paper the ink was found on. @param {Ink} found */
function paperOf({ dark, flat, look }) {
  const light = flat ? "" : phrase("picture.greyPreparation.whoseUnevenLightWasTaken");
  const smoothed = look.blur ? phrase("picture.greyPreparation.andWhoseTextureWasSmoothed") : "";
  const sure = look.reversed ? phrase("picture.greyPreparation.theReverseLooksLessLike") : "";
  return (
    (dark ? phrase("picture.greyPreparation.darkInk") : phrase("picture.greyPreparation.lightInk")) +
    light +
    smoothed +
    sure
  );
}

/**
 * Ink, cropped, scaled and centred; only the ink (none of it) where there is too little.
 * @param {Grey} grey
 * @param {Wanted} wanted
 * @returns {Stage[]}
 */
function framed(grey, { familiarity }) {
  const ways = onSheet(grey);
  if (!familiarity && ways.length) return ways[0];
  const plain = inkOf(grey, boxForFraming);
  const faint = "name" in plain && !ways.length && !!familiarity;
  const ink = faint ? inkOf(grey, boxForFraming, PLAIN, true) : plain;
  if ("name" in ink) return ways.length ? ways[0] : [/** @type {Stage} */ (plain)];
  ways.push(...withAndWithoutCircle(grey, ink.found, ink.box));
  if (!familiarity) return ways[0];
  for (const look of ink.found.others) {
    const other = inkOf(grey, boxForFraming, look, faint);
    if (!("name" in other)) ways.push(...withAndWithoutCircle(grey, other.found, other.box));
  }
  if (ways.length === 1 && !faint && !fills(grey, ways[0])) return ways[0];
  const familiar = (/** @type {Stage[]} */ stages) =>
    familiarityOf(familiarity, Float64Array.from(stages[stages.length - 1].image));
  const shares = ways.map(familiar);
  const most = Math.max(...shares);
  const best = ways[shares.indexOf(most)];
  if (faint && most < TEXTURE) return [/** @type {Stage} */ (plain)];
  if (most < UNFAMILIAR && fills(grey, best)) {
    const narrowed = [best[0], best[1], ...sized(grey, best[1], best[0].parameters.reduction, NARROWED)];
    if (familiar(narrowed) >= STRETCHED) return narrowed;
  }
  return best;
}

/**
 * Whether the ink fills a picture that is about as wide as high, so that a digit may have been stretched to it.
 * @param {Grey} grey
 * @param {Stage[]} stages
 * @returns {boolean}
 */
function fills({ rows, columns }, [, cropped]) {
  const { parameters } = cropped;
  const filled = parameters.rows >= FILLED * rows && parameters.columns >= FILLED * columns;
  return filled && columns / rows >= SQUARE[0] && columns / rows <= SQUARE[1];
}

/**
 * Ways to look at the sheet alone, where the picture shows one on something else; the likeliest first.
 * @param {Grey} grey
 * @returns {Stage[][]}
 */
function onSheet(grey) {
  const sheet = sheetOfDigit(grey);
  const first = sheet && findInk(sheet.grey);
  if (!sheet || !first) return [];
  const { place } = sheet;
  const without = phrase("picture.greyPreparation.aroundTheSheetLeftOut");
  return [first, ...first.others.map((look) => findInk(sheet.grey, look))].flatMap((found) => {
    const box = found && boxForFraming(found.ink);
    if (!found || !box || !isOn(place, found, box)) return [];
    const region = { ...found.region, top: found.region.top + place.top, left: found.region.left + place.left };
    return withAndWithoutCircle(grey, { ...found, region }, box, without);
  });
}

/**
 * Whether ink is writing on a sheet, and not the paper within a thick 0 that was taken for one.
 * @param {Box} sheet
 * @param {Ink} found
 * @param {Box} box
 * @returns {boolean}
 */
function isOn(sheet, { ink, reduction }, box) {
  const [rows, columns] = [box.rows * reduction, box.columns * reduction];
  const mass = ink.values.reduce((a, b) => a + b, 0) * reduction ** 2;
  if (mass > MOST_INK * sheet.rows * sheet.columns) return false;
  return LEAST_SIDE <= Math.max(rows, columns) && rows < sheet.rows && columns < sheet.columns;
}

/**
 * How the picture looks without a circle around its digit, where there is one, and as it is.
 * @param {Grey} grey
 * @param {Ink} found
 * @param {Box} box
 * @param {string} [without]   what was left out already
 * @returns {Stage[][]}
 */
function withAndWithoutCircle(grey, found, box, without = "") {
  const asItIs = framedStages(grey, found, box, without);
  const ink = withoutCircles(found.ink);
  const inner = ink === found.ink ? null : boxForFraming(ink);
  if (!inner) return [asItIs];
  const circle = phrase("picture.greyPreparation.circleLeftOut");
  return [framedStages(grey, { ...found, ink }, inner, without + circle), asItIs];
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
      {
        name: "fitted",
        ...shape,
        image,
        parameters: {},
        reason: phrase("picture.greyPreparation.takenAsItIsIt", { size }),
      },
    ];
  }
  const ink = inkOf(grey, boxOf);
  if ("name" in ink) return [ink];
  const laid = single(fit(ink.found, grey, shape));
  const image = darkOnLight ? laid.map((one) => Math.fround(1 - one)) : laid;
  const reason =
    phrase("picture.greyPreparation.wholePicture", { size }) +
    (darkOnLight ? phrase("picture.greyPreparation.darkOnLightAsThe") : "");
  return [
    inkStage(ink.found, paperOf(ink.found)),
    { name: "fitted", ...shape, image, parameters: { rows: shape.rows, columns: shape.columns }, reason },
  ];
}

/** Rounded to float32, as Python keeps pictures that are framed. @param {Float64Array} image */
const single = (image) => image.map(Math.fround);

/** @param {Grey} grey @returns {Stage} */
function decodedStage({ rows, columns, grey, backdrop = -1 }) {
  const behind =
    backdrop < 0
      ? ""
      : backdrop
        ? phrase("picture.greyPreparation.putOnWhite")
        : phrase("picture.greyPreparation.putOnBlack");
  const parameters = { rows, columns, ...(backdrop < 0 ? {} : { backdrop }) };
  return {
    name: "decoded",
    rows,
    columns,
    image: grey,
    parameters,
    reason: phrase("picture.greyPreparation.aPictureOfPixels", { columns, rows, behind }),
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
 * @param {string} without   what was left out
 * @returns {Stage[]}
 */
function framedStages(grey, found, box, without) {
  const step = found.reduction;
  const { rows, columns, values } = cut(found.ink, box);
  const [top, left] = [found.region.top + box.top * step, found.region.left + box.left * step];
  const [tall, wide] = [box.rows * step, box.columns * step];
  const reason = phrase("picture.greyPreparation.theInkFillsPixelsFrom", { columns: wide, rows: tall, left, top });
  const parameters = { top, left, rows: tall, columns: wide };
  /** @type {Stage} */
  const cropped = { name: "cropped", rows, columns, image: values, parameters, reason };
  return [inkStage(found, paperOf(found) + without), cropped, ...sized(grey, cropped, step)];
}

/**
 * The stages from cropped ink to 28×28.
 * @param {Grey} grey
 * @param {Stage} cropped
 * @param {number} step   how many pixels of the picture one of the ink is wide and high
 * @param {number} [narrowed]   how much narrower the ink is made first; 1 leaves it as it is
 * @returns {Stage[]}
 */
function sized(grey, cropped, step, narrowed = 1) {
  const crop = { rows: cropped.rows, columns: cropped.columns, values: Float64Array.from(cropped.image) };
  const ink = narrowed === 1 ? crop : narrower(crop, narrowed);
  const { ink: small, scale, gain, drawn, pen } = scaled(ink);
  const corner = cornerFor(small);
  const { top, left } = cropped.parameters;
  const framedAlready = small === crop && top === corner[0] && left === corner[1] && sameShape(grey, DIGIT_SHAPE);
  const reduction = scale / step;
  const change =
    reduction < 1
      ? phrase("picture.greyPreparation.timesSmaller", { reduction: significant(1 / reduction, 3) })
      : phrase("picture.greyPreparation.timesLarger", { reduction: significant(reduction, 3) });
  const strengthened = gain > 1 ? phrase("picture.greyPreparation.andThinStrokesAreStrengthened") : "";
  const other =
    pen === drawn
      ? ""
      : pen > drawn
        ? phrase("picture.greyPreparation.penWider")
        : phrase("picture.greyPreparation.penNarrower");
  const size =
    (reduction === 1
      ? phrase("picture.greyPreparation.itHasTheSizeOf")
      : phrase("picture.greyPreparation.theLongestSideBecomes20", { change })) +
    strengthened +
    other +
    (narrowed === 1 ? "" : phrase("picture.greyPreparation.narrowedFirst"));
  const where = framedAlready
    ? phrase("picture.greyPreparation.alreadyFramedLikeMnist")
    : phrase("picture.greyPreparation.theCentreOfMassIs");
  return [
    {
      name: "scaled",
      rows: small.rows,
      columns: small.columns,
      image: small.values,
      parameters: { scale: reduction, gain, drawn, pen, narrowed },
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
