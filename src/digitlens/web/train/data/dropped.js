// @ts-check
// Files that somebody has dropped, as a data set to train on: MNIST's own .gz files, any pair of IDX files, a ZIP of
// labelled pictures, packed digits. No DOM.

import { DIGIT_SHAPE, sameShape } from "../../core/shape.js";
import { lightPaper } from "../trained_network.js";
import { idxSet } from "./idx.js";
import { zipSet } from "./labelled.js";
import { unpackDigits } from "./packed.js";

/** @typedef {import("../worker/images.js").DataSet} DataSet */
/** @typedef {import("../tab_services.js").TabSet} TabSet */
/** @typedef {{name: string, size: number, arrayBuffer: () => Promise<ArrayBuffer>}} Dropped   a File is one */

export const WANTED = "MNIST’s four files, a pair of IDX files, or a ZIP with a folder of pictures for each class";
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
    throw new Error(`${files.length} files are here, and wanted are ${WANTED}; put pictures into one ZIP`);
  const size = files.reduce((sum, file) => sum + file.size, 0);
  if (size > MOST)
    throw new Error(`${names}: ${Math.ceil(size / 2 ** 20)} MiB, and at most ${MOST / 2 ** 20} are read; drop fewer`);
  const opened = [];
  for (const file of files) opened.push({ name: file.name, bytes: await bytesOf(file) });
  const [{ name, bytes }] = opened;
  const archives = opened.filter((one) => begins(one.bytes, "PK"));
  if (archives.length && opened.length > 1)
    throw new Error(`${archives[0].name} is an archive, and ${opened.length - 1} more came with it; drop it alone`);
  if (archives.length) return upright(await named(name, () => zipSet(bytes, name, decode, progress)));
  if (begins(bytes, "digitpak") && opened.length === 1) {
    const set = await named(name, () => unpackDigits(bytes));
    return { ...set, name: NAME, source: `packed digits in ${name}, dropped here` };
  }
  if (opened.length === 1 && !/idx|ubyte|\.gz$/i.test(name))
    throw new Error(`${name} is one file of another kind; wanted are ${WANTED}`);
  return upright(await idxSet(opened));
}

/** @param {Uint8Array} bytes @param {string} text */
const begins = (bytes, text) => Array.from(text).every((letter, i) => bytes[i] === letter.charCodeAt(0));

/** @param {Dropped} file */
async function bytesOf(file) {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    throw new Error(`${file.name} cannot be read: it is a folder, or it is gone; a folder goes as a ZIP`);
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
  return { ...set, source: `${set.source}; dark on light, and inverted` };
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
