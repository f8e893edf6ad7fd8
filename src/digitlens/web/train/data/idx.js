// @ts-check
// IDX, MNIST's own format, as files that somebody drops: images and labels find each other by what they hold. The twin
// of digits/sources/idx.py for the page. No DOM.

import { LARGEST_SIDE } from "../../core/shape.js";
import { Generator } from "../random/generator.js";
import { inflate } from "./inflate.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../worker/images.js").DataSet} DataSet */
/** @typedef {{name: string, shape: number[], numbers: Uint8Array}} Idx */
/** @typedef {{name: string, bytes: Uint8Array}} File */

const UNSIGNED_BYTE = 8;
const MOST = 2 ** 28; // bytes of numbers
const TEST = 6; // where only one pair is given, one image of so many is kept for the test
const DIGITS = Array.from("0123456789");

/**
 * The array that an IDX file holds. Throws an Error in words unless its header promises exactly the bytes that follow.
 * @param {Uint8Array} bytes
 * @returns {{shape: number[], numbers: Uint8Array}}
 */
export function parseIdx(bytes) {
  if (bytes.length < 4 || bytes[0] || bytes[1]) throw new Error(phrase("training.data.idx.itIsNoIdxFile"));
  if (bytes[2] !== UNSIGNED_BYTE)
    throw new Error(phrase("training.data.idx.imagesAndLabelsAreUnsigned", { byte: bytes[2] }));
  const dimensions = bytes[3];
  if (dimensions < 1 || dimensions > 4) throw new Error(phrase("training.data.idx.anIdxFileHas1", { dimensions }));
  const begin = 4 + 4 * dimensions;
  if (bytes.length < begin) throw new Error(phrase("training.data.idx.itsHeaderIsCutShort"));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  const size = shape.reduce((product, n) => product * n, 1);
  const here = bytes.length - begin;
  if (!size || size !== here)
    throw new Error(phrase("training.data.idx.itsHeaderPromisesNumbersAnd", { shape: shape.join(" × "), here }));
  return { shape, numbers: bytes.subarray(begin) };
}

/** A file that may be compressed with gzip. @param {File} file @returns {Promise<Idx>} */
async function opened({ name, bytes }) {
  try {
    const gzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return { name, ...parseIdx(gzip ? await inflate(bytes, "gzip", MOST + 20) : bytes) };
  } catch (error) {
    throw new Error(`${name}: ${error instanceof Error ? error.message : error}`);
  }
}

/**
 * The data set in one pair of IDX files, images and labels, or in two: MNIST's four. Throws an Error in words.
 * @param {File[]} files
 * @returns {Promise<DataSet>}
 */
export async function idxSet(files) {
  if (files.length !== 2 && files.length !== 4)
    throw new Error(phrase("training.data.idx.idxFilesComeInPairs", { n: files.length }));
  const all = await Promise.all(files.map(opened));
  const images = all.filter(({ shape }) => shape.length === 3);
  const labels = all.filter(({ shape }) => shape.length === 1);
  if (images.length !== labels.length || images.length + labels.length < all.length)
    throw new Error(
      phrase("training.data.idx.ofAPairOneFile", {
        list: all.map(({ name, shape }) => `${shape.length} (${name})`).join(", "),
      }),
    );
  const pairs = images.map((one) => pairOf(one, labels));
  const [first] = pairs;
  const [, rows, columns] = first.images.shape;
  for (const { images: one } of pairs) {
    if (one.shape[1] !== rows || one.shape[2] !== columns)
      throw new Error(phrase("training.data.idx.allImagesHaveAsMany"));
  }
  if (Math.max(rows, columns) > LARGEST_SIDE)
    throw new Error(phrase("training.data.idx.imagesHaveAtMostPixels", { side: LARGEST_SIDE, rows, columns }));
  const count = pairs.reduce((most, { labels: one }) => one.numbers.reduce((a, b) => Math.max(a, b), most), 0) + 1;
  const classes = count <= 10 ? DIGITS : Array.from({ length: count }, (_, i) => String(i));
  const [training, test] = pairs.length === 2 ? inOrder(pairs) : parted(first, rows * columns);
  const names = files.map(({ name }) => name).join(", ");
  return {
    name: "folder",
    source: phrase("training.data.idx.droppedHere", { names }),
    classes,
    rows,
    columns,
    training,
    test,
    fingerprint: "",
  };
}

/** @typedef {{images: Idx, labels: Idx}} Pair */

/**
 * The labels that go with images: as many, and with a name that begins alike.
 * @param {Idx} images
 * @param {Idx[]} labels
 */
function pairOf(images, labels) {
  const start = (/** @type {Idx} */ { name }) => name.slice(0, 4).toLowerCase();
  const named = labels.length === 1 ? labels : labels.filter((one) => start(one) === start(images));
  const fitting = (named.length ? named : labels).filter(({ shape }) => shape[0] === images.shape[0]);
  if (!fitting.length) {
    const counts = labels
      .map(({ name, shape }) => phrase("training.data.idx.in", { shape: shape[0], name }))
      .join(", ");
    throw new Error(
      phrase("training.data.idx.holdsImagesAndTheLabels", { name: images.name, shape: images.shape[0], counts }),
    );
  }
  return { images, labels: fitting[0] };
}

/** To learn from and to be tested on: as their names say, else the larger one first. @param {Pair[]} pairs */
function inOrder(pairs) {
  const tests = pairs.filter(({ images: { name } }) => /^t10k|test/i.test(name));
  const sorted = [...pairs].sort((a, b) => b.images.shape[0] - a.images.shape[0]);
  const order = tests.length === 1 ? [...pairs.filter((one) => one !== tests[0]), tests[0]] : sorted;
  return order.map(({ images, labels }) => ({ images: images.numbers, labels: labels.numbers }));
}

/**
 * One pair, in two: some images, always the same ones, are kept for the test.
 * @param {Pair} pair
 * @param {number} pixels
 */
function parted({ images, labels }, pixels) {
  const count = labels.numbers.length;
  if (count < TEST) throw new Error(phrase("training.data.idx.thereAreOnlyImagesAt", { count, least: TEST }));
  const order = new Generator(0).permutation(count);
  const some = (/** @type {Uint32Array} */ which) => {
    const part = { images: new Uint8Array(which.length * pixels), labels: new Uint8Array(which.length) };
    which.sort().forEach((image, i) => {
      part.labels[i] = labels.numbers[image];
      part.images.set(images.numbers.subarray(image * pixels, (image + 1) * pixels), i * pixels);
    });
    return part;
  };
  const tested = Math.floor(count / TEST);
  return [some(order.slice(tested)), some(order.slice(0, tested))];
}
