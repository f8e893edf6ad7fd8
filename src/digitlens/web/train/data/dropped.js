// @ts-check
// Files that somebody has dropped, as a data set to train on: MNIST's own .gz files, any pair of IDX files, a ZIP of
// labelled pictures, packed digits. No DOM.

import { DIGIT_SHAPE, sameShape } from "../../core/shape.js";
import { lightPaper } from "../trained_network.js";
import { idxSet } from "./idx.js";
import { zipSet } from "./labelled.js";
import { unpackDigits } from "./packed.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../worker/images.js").DataSet} DataSet */
/** @typedef {import("../tab_services.js").TabSet} TabSet */
/** @typedef {{name: string, size: number, arrayBuffer: () => Promise<ArrayBuffer>}} Dropped   a File is one */

export const wanted = () => phrase("training.data.dropped.mnistsFourFilesAPair");
const NAME = "folder"; // of the set, where a page has one of its own
const FILES = 4; // at once
const MOST = 2 ** 28; // bytes of all files, before they are unpacked

/**
 * The set in these files. Throws an Error in words, which say what is wrong with which file.
 * @param {readonly Dropped[]} files
 * @param {(bytes: Uint8Array) => Promise<import("./labelled.js").Decoded>} decode   one picture of a ZIP
 * @param {(done: number, total: number) => void} progress   pictures of a ZIP
 * @returns {Promise<DataSet>}
 */
export async function droppedSet(files, decode, progress) {
  const names = files.map(({ name }) => name).join(", ");
  if (!files.length || files.length > FILES)
    throw new Error(phrase("training.data.dropped.filesAreHereAndWanted", { n: files.length, wanted: wanted() }));
  const size = files.reduce((sum, file) => sum + file.size, 0);
  if (size > MOST)
    throw new Error(
      phrase("training.data.dropped.mibAndAtMostAre", { names, size: Math.ceil(size / 2 ** 20), most: MOST / 2 ** 20 }),
    );
  const opened = [];
  for (const file of files) opened.push({ name: file.name, bytes: await bytesOf(file) });
  const [{ name, bytes }] = opened;
  const archives = opened.filter((one) => begins(one.bytes, "PK"));
  if (archives.length && opened.length > 1)
    throw new Error(
      phrase("training.data.dropped.isAnArchiveAndMore", { name: archives[0].name, n: opened.length - 1 }),
    );
  if (archives.length) return upright(await named(name, () => zipSet(bytes, name, decode, progress)));
  if (begins(bytes, "digitpak") && opened.length === 1) {
    const set = await named(name, () => unpackDigits(bytes));
    return { ...set, name: NAME, source: phrase("training.data.dropped.packedDigitsInDroppedHere", { name }) };
  }
  if (opened.length === 1 && !/idx|ubyte|\.gz$/i.test(name))
    throw new Error(phrase("training.data.dropped.isOneFileOfAnother", { name, wanted: wanted() }));
  return upright(await idxSet(opened));
}

/** @param {Uint8Array} bytes @param {string} text */
const begins = (bytes, text) => Array.from(text).every((letter, i) => bytes[i] === letter.charCodeAt(0));

/** @param {Dropped} file */
async function bytesOf(file) {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    throw new Error(phrase("training.data.dropped.cannotBeReadItIs", { name: file.name }));
  }
}

/**
 * An error says which file it is about.
 * @template T @param {string} name @param {() => Promise<T>} work @returns {Promise<T>}
 */
async function named(name, work) {
  try {
    return await work();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(why.includes(name) ? why : `${name}: ${why}`);
  }
}

/** Images as large as framed digits show light ink on dark, as those do. @param {DataSet} set @returns {DataSet} */
function upright(set) {
  if (!sameShape(set, DIGIT_SHAPE) || !lightPaper(set)) return set;
  for (const { images } of [set.training, set.test])
    for (let i = 0; i < images.length; i++) images[i] = 255 - images[i];
  return { ...set, source: phrase("training.data.dropped.darkOnLightAndInverted", { source: set.source }) };
}

/**
 * A set that is here, for a trainer to offer. The command line has a folder of the same files.
 * @param {DataSet} set
 * @returns {TabSet}
 */
export function offered(set) {
  const { name, source, rows, columns, classes, training, test } = set;
  const counts = { training: training.labels.length, test: test.labels.length };
  const info = { name, source, rows, columns, ...counts, classes: classes.length, names: classes };
  return { info: { ...info, here: true, how: "", default: false, option: "FOLDER" }, load: async () => set };
}
