// @ts-check
// A model file holds a network, how a picture is prepared for it, and how it came to be.
//
// The document in the header is made of blocks. A block that we do not know is ignored and reported if it is
// optional, and refused if the file says that it is required. Arrays that belong to a block are called `BLOCK.NAME`,
// and are ignored with it; the network's are called `layer1.weights`.
//
// A network sees images of 28×28 unless a block says otherwise:
//
//     image    {"required": true, "rows": 20, "columns": 24, "dark_on_light": false}
//
// The twin of storage/model_file.py.

import { DIGIT_SHAPE, LARGEST_SIDE, MOST_CLASSES, NOT_FRAMED, pixelsOf, sameShape, shapeName } from "../core/shape.js";
import { STEPS } from "../picture/adjusting.js";
import { object, pack, unpack } from "./container.js";
import { FRAMING_VERSION } from "../picture/framing.js";
import { judgingOf, known, toBlocks } from "./judging.js";
import { COSTS, takes } from "../core/costs.js";
import { ACTIVATIONS, unknownActivations } from "../core/network.js";
import { wholeNumbers } from "./checked_json.js";
import { phrase } from "../texts/first.js";

/** @typedef {import("../core/network.js").Network} Network */
/** @typedef {import("../core/network.js").Layer} Layer */
/** @typedef {import("../core/shape.js").Shape} Shape */
/** @typedef {import("./container.js").Tensor} Tensor */
/** @typedef {import("./judging.js").Judging} Judging */
/**
 * @typedef {Object} About             what a model file says beside the network itself
 * @property {string[]} adjusting      steps between framing and the network, see adjusting.js
 * @property {number} framing          the version of framing that the network was trained behind; or NOT_FRAMED
 * @property {boolean} darkOnLight     its images show dark writing on light paper; framed ones never do
 * @property {Object<string, any>} recipe
 * @property {Object<string, any>} provenance
 * @property {Object<string, number>[]} history   one row an epoch
 * @property {string[]} notes          what the file holds that we do not know and ignored
 */
/** @typedef {Network & About & Judging} StoredNetwork   all that a model file holds */

const FORMAT = 1;
const LAST_EPOCH = 1e9; // more than any recipe has
const HISTORY = 200; // rows of the learning curve that are kept, evenly thinned
const KNOWN = ["network", "image", "preparation", "recipe", "provenance", "history"];

/**
 * The network stored in the bytes of a file, weights in float64; checked from the length of the header to the last
 * weight. Throws an Error that says what is wrong.
 * @param {Uint8Array} bytes
 * @returns {StoredNetwork}
 */
export function readModelFile(bytes) {
  const { document, tensors } = unpack(bytes);
  const { format, blocks: given } = document;
  if (format !== FORMAT) {
    throw new Error(
      phrase("model.modelFile.thisModelFileHasFormat", { name: String(format).slice(0, 20), format: FORMAT }),
    );
  }
  const blocks = object(given);
  if (!blocks || !Object.values(blocks).every(object)) throw new Error(phrase("model.modelFile.thisModelFileHasNo"));
  const judging = Object.keys(blocks).filter((name) => known(name, blocks[name]));
  const unknown = Object.keys(blocks).filter((name) => !KNOWN.includes(name) && !judging.includes(name));
  for (const name of unknown) {
    if (blocks[name].required !== false) {
      throw new Error(phrase("model.modelFile.thisModelFileNeedsWhich", { name: name.slice(0, 40) }));
    }
  }
  const of = (/** @type {string[]} */ names, belongs = true) =>
    new Map([...tensors].filter(([name]) => names.includes(name.split(".")[0]) === belongs));
  const notes = unknown.map((name) => phrase("model.modelFile.skippedAnUnknownBlock", { name: name.slice(0, 40) }));
  const judged = judgingOf(Object.fromEntries(judging.map((name) => [name, blocks[name]])), of(judging));
  return { ...networkOf(blocks, of([...unknown, ...judging], false), notes), ...judged };
}

/**
 * @param {Object<string, Object<string, any>>} blocks
 * @param {Map<string, Tensor>} tensors
 * @param {string[]} notes
 * @returns {Network & About}
 */
function networkOf(blocks, tensors, notes) {
  const { network: about, preparation } = blocks;
  if (!about || !preparation) throw contradiction(phrase("model.modelFile.itHasNoNetworkOr"));
  const { sizes, activations, cost, classes, name } = about;
  const { shape, darkOnLight } = imageOf(blocks.image);
  if (!wholeNumbers(sizes) || sizes[0] !== pixelsOf(shape))
    throw new Error(phrase("model.modelFile.thisModelFileIsNot", { size: shapeName(shape) }));
  if (!texts(activations)) throw contradiction(phrase("model.modelFile.itsActivationFunctionsHaveNo"));
  if (typeof cost !== "string") throw contradiction(phrase("model.modelFile.itsCostHasNoName"));
  const [strange] = unknownActivations(activations);
  if (strange !== undefined) throw onlyInPython(phrase("model.modelFile.activationFunction"), strange, ACTIVATIONS);
  if (!Object.hasOwn(COSTS, cost)) throw onlyInPython("cost", cost, COSTS);
  const layers = layersOf(tensors, sizes);
  if (!layers.length || layers.length !== activations.length)
    throw contradiction(
      phrase("model.modelFile.activationFunctionsForLayers", { n: activations.length, n2: layers.length }),
    );
  const last = activations[activations.length - 1];
  const whole = activations.slice(0, -1).find((one) => ACTIVATIONS[one].wholeLayer);
  if (whole) throw contradiction(phrase("model.modelFile.standsBeforeTheLastLayer", { whole }));
  if (!takes(cost, last)) throw contradiction(phrase("model.modelFile.theCostDoesNotGo", { cost, last }));
  const outputs = sizes[sizes.length - 1];
  if (!texts(classes) || classes.length !== outputs || classes.some((one) => [...one].length > 100))
    throw new Error(phrase("model.modelFile.thisModelFileDoesNot", { outputs }));
  if (outputs > MOST_CLASSES)
    throw new Error(phrase("model.modelFile.thisModelFileHasClasses", { outputs, most: MOST_CLASSES }));
  const { adjusting, framing } = preparation;
  const known = framing === NOT_FRAMED || (framing === FRAMING_VERSION && sameShape(shape, DIGIT_SHAPE));
  if (!known || !texts(adjusting) || !adjusting.every((one) => Object.hasOwn(STEPS, one))) {
    throw new Error(phrase("model.modelFile.thisModelFilePreparesPictures"));
  }
  if (typeof name !== "string" || [...name].length > 100)
    throw new Error(phrase("model.modelFile.thisModelFileHasNo2"));
  const history = blocks.history?.rows ?? [];
  if (!Array.isArray(history) || !history.every(isEpoch)) throw new Error(phrase("model.modelFile.thisModelFileHasA"));
  if (!soundAccuracies(blocks.provenance ?? {})) throw new Error(phrase("model.modelFile.thisModelFileHasAn"));
  const [recipe, provenance] = [blocks.recipe, blocks.provenance].map((block) => {
    const { required, ...rest } = block ?? {};
    return rest;
  });
  return {
    layers,
    activations,
    sizes: [...sizes],
    name,
    cost,
    classes,
    shape,
    adjusting,
    framing,
    darkOnLight,
    recipe,
    provenance,
    history,
    notes,
  };
}

/**
 * Rows and columns of the images, and whether they show dark writing on light paper.
 * @param {Object<string, any> | undefined} block
 * @returns {{shape: Shape, darkOnLight: boolean}}
 */
function imageOf(block) {
  if (!block) return { shape: DIGIT_SHAPE, darkOnLight: false };
  const { required, rows, columns, dark_on_light: darkOnLight, ...others } = block;
  if (typeof darkOnLight !== "boolean" || Object.keys(others).length)
    throw new Error(phrase("model.modelFile.thisModelFileDoesNot2"));
  if (![rows, columns].every((side) => Number.isInteger(side) && side >= 1 && side <= LARGEST_SIDE)) {
    const given = [rows, columns].map((side) => String(side).slice(0, 20)).join("×");
    throw new Error(phrase("model.modelFile.thisModelFileIsFor", { given, side: LARGEST_SIDE }));
  }
  return { shape: { rows, columns }, darkOnLight };
}

/** @param {any} list @returns {list is string[]} */
const texts = (list) => Array.isArray(list) && list.every((one) => typeof one === "string");

/** Whether a row of the history is an epoch with its numbers. @param {any} row */
const isEpoch = (row) =>
  object(row) !== null &&
  Object.values(row).every((n) => typeof n === "number") &&
  row.epoch >= 0 &&
  row.epoch <= LAST_EPOCH &&
  soundAccuracies(row);

/** @param {Object<string, any>} values */
const soundAccuracies = (values) =>
  Object.entries(values).every(
    ([name, value]) => !name.endsWith("accuracy") || (typeof value === "number" && value >= 0 && value <= 1),
  );

/**
 * The layers of exactly these arrays, of these shapes, and all of one type.
 * @param {Map<string, Tensor>} tensors
 * @param {number[]} sizes
 * @returns {Layer[]}
 */
function layersOf(tensors, sizes) {
  const layers = /** @type {Layer[]} */ ([]);
  const take = (/** @type {string} */ name, /** @type {number[]} */ shape) => {
    const tensor = tensors.get(name);
    if (!tensor || tensor.shape.join() !== shape.join() || !tensor.values.length) {
      throw new Error(phrase("model.modelFile.thisModelFileDoesNot3", { sizes: sizes.join("-") }));
    }
    return tensor.values;
  };
  for (let l = 1; l < sizes.length && l <= tensors.size; l++) {
    const [before, n] = [sizes[l - 1], sizes[l]];
    layers.push({ weights: take(`layer${l}.weights`, [n, before]), biases: take(`layer${l}.biases`, [n]), n, before });
  }
  if (tensors.size !== 2 * (sizes.length - 1))
    throw new Error(phrase("model.modelFile.thisModelFileDoesNot4", { name: sizes.slice(0, 9).join("-") }));
  const types = new Set([...tensors.values()].map((tensor) => tensor.dtype));
  if (types.size > 1 || types.has("F64")) throw new Error(phrase("model.modelFile.thisModelFilesArraysAre"));
  return layers;
}

/**
 * The bytes of a model file, weights in float32. Throws an Error for what readModelFile() would refuse.
 * @param {StoredNetwork} network
 * @returns {Uint8Array}
 */
export function writeModelFile(network) {
  const { name, sizes, activations, cost, classes, framing, adjusting, recipe, provenance, history } = network;
  const blocks = {
    network: { required: true, name, sizes, activations, cost, classes },
    ...imageBlock(network),
    preparation: { required: true, framing, adjusting },
    recipe: { ...recipe, required: false },
    provenance: { ...provenance, required: false },
    history: { required: false, rows: thinned(history) },
  };
  const tensors = network.layers.flatMap(
    ({ weights, biases, n, before }, l) =>
      /** @type {[string, {shape: number[], values: Float64Array}][]} */ ([
        [`layer${l + 1}.weights`, { shape: [n, before], values: weights }],
        [`layer${l + 1}.biases`, { shape: [n], values: biases }],
      ]),
  );
  const judged = toBlocks(network);
  const bytes = pack({ format: FORMAT, blocks: { ...blocks, ...judged.blocks } }, [...tensors, ...judged.tensors]);
  readModelFile(bytes);
  return bytes;
}

/** Nothing is said of images of 28×28: so an earlier version reads them, too. @param {StoredNetwork} network */
const imageBlock = ({ shape, darkOnLight, framing }) =>
  framing !== NOT_FRAMED ? {} : { image: { required: true, ...shape, dark_on_light: darkOnLight } };

/**
 * About HISTORY rows at most: of a longer run every second, fourth, eighth ... epoch, and the last one.
 * @param {Object<string, number>[]} rows
 * @returns {Object<string, number>[]}
 */
function thinned(rows) {
  let stride = 1;
  while ((rows.at(-1)?.epoch ?? 0) > HISTORY * stride) stride *= 2;
  return rows.filter((row, i) => (row.epoch ?? 0) % stride === 0 || i === rows.length - 1);
}

/**
 * The file may be as it should: Python knows more functions than the page, where somebody added one.
 * @param {string} kind
 * @param {string} name
 * @param {Object<string, any>} known
 */
function onlyInPython(kind, name, known) {
  return new Error(
    phrase("model.modelFile.itsNetworkNeedsTheWhich", {
      kind,
      name: name.slice(0, 40),
      keys: Object.keys(known).join(", "),
    }),
  );
}

/** @param {string} why */
function contradiction(why) {
  return new Error(phrase("model.modelFile.thisModelFileContradictsItself", { why }));
}
