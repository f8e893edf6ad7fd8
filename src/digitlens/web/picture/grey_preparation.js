// @ts-check
// A picture made of pixels -> the form that MNIST's digits have, stage by stage. Loaded when the first one comes: a
// drawing needs none of it.
//
// The twin of digits/preparation/prepare.py, for pictures; preparation.js is for strokes.

import { check } from "./adjusting.js";
import { boxForFraming, cornerFor, cut, place, scaled, SIDE } from "./framing.js";
import { findInk } from "./ink.js";
import { significant } from "../core/numbers.js";
import { adjusted } from "./preparation.js";

/** @typedef {import("./framing.js").Box} Box */
/** @typedef {import("./grey.js").Grey} Grey */
/** @typedef {import("./ink.js").Ink} Ink */
/** @typedef {import("./preparation.js").Prepared} Prepared */
/** @typedef {import("./preparation.js").Stage} Stage */

const LEAST_SIDE = 5; // pixels: ink whose longest side is shorter is a dot

/**
 * A grey picture of any size -> the form that MNIST's digits have. A picture in which nothing can be found is an answer
 * (`inkFound` is false), not an error.
 * @param {Grey} grey
 * @param {string[]} adjusting   names of adjusting.STEPS
 * @returns {Prepared}
 */
export function prepareGrey(grey, adjusting) {
  check(adjusting);
  const decoded = decodedStage(grey);
  const found = findInk(grey);
  const box = found && boxForFraming(found.ink);
  const none = (/** @type {Stage} */ stage) => ({
    stages: [decoded, stage],
    image: new Float64Array(SIDE * SIDE),
    inkFound: false,
  });
  if (!found || !box) {
    const image = new Float64Array(grey.rows * grey.columns);
    return none({
      name: "ink",
      rows: grey.rows,
      columns: grey.columns,
      image,
      parameters: {},
      reason: "nothing is written here: all of it looks like paper",
    });
  }
  const longest = Math.max(box.rows, box.columns) * found.reduction;
  if (longest < LEAST_SIDE)
    return none(
      inkStage(found, `too little ink: ${longest} pixel${longest > 1 ? "s" : ""}, at least ${LEAST_SIDE} are wanted`),
    );
  const light = found.flat ? "" : ", whose uneven light was taken out";
  const inked = inkStage(found, `${found.dark ? "dark ink on light" : "light ink on dark"} paper${light}`);
  const stages = framedStages(grey, found, box);
  return adjusted([decoded, inked, ...stages], Float64Array.from(stages[2].image), adjusting, single);
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
 * Framing, the three stages from the box to 28×28.
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
  const framedAlready =
    small === crop && top === corner[0] && left === corner[1] && grey.rows === SIDE && grey.columns === SIDE;
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
      rows: SIDE,
      columns: SIDE,
      image: single(place(small, corner)),
      parameters: { top: corner[0], left: corner[1] },
      reason: where,
    },
  ];
}
