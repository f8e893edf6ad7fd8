// @ts-check
// Labelled pictures in a ZIP archive: a folder for each class, or two, train and test, with such folders in them. All
// pictures have one size, at most 64×64; ink is light on dark, as MNIST has it. No DOM.

import { LARGEST_SIDE, MOST_CLASSES } from "../../core/shape.js";
import { zipEntries } from "./zip.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../worker/images.js").DataSet} DataSet */
/** @typedef {import("./zip.js").Entry} Entry */
/** @typedef {{rows: number, columns: number, ink: Uint8Array}} Decoded */
/** @typedef {{label: string, part: string, entry: Entry}} Labelled */

const PICTURE = /\.(png|jpe?g)$/i;
const TEST = 6; // of a class, one picture in so many is kept for the test
const PARTS = ["train", "training", "test", "testing"];

/**
 * The data set in an archive. Throws an Error in words for one that holds none.
 * @param {Uint8Array} archive
 * @param {string} name   of the file, for people
 * @param {(bytes: Uint8Array) => Promise<Decoded>} decode   one picture; decoding.js has one for browsers
 * @param {(done: number, total: number) => void} progress   pictures
 * @returns {Promise<DataSet>}
 */
export async function zipSet(archive, name, decode, progress) {
  const pictures = labelled(zipEntries(archive));
  const classes = [...new Set(pictures.map(({ label }) => label))].sort((a, b) =>
    a.localeCompare(b, "en", { numeric: true }),
  );
  if (classes.length < 2 || classes.length > MOST_CLASSES)
    throw new Error(
      phrase("training.data.labelled.holdsPngOrJpegPictures", { name, n: classes.length, most: MOST_CLASSES }),
    );
  const halves = { training: /** @type {Labelled[]} */ ([]), test: /** @type {Labelled[]} */ ([]) };
  for (const label of classes) {
    const own = pictures.filter((one) => one.label === label);
    own.forEach((one, i) => {
      const tested = one.part ? one.part.startsWith("test") : i % TEST === TEST - 1;
      halves[tested ? "test" : "training"].push(one);
    });
  }
  if (!halves.training.length || !halves.test.length)
    throw new Error(phrase("training.data.labelled.holdsTooFewPicturesTo", { name, least: TEST }));
  let shape = /** @type {Decoded | null} */ (null);
  let done = 0;
  const read = async (/** @type {Labelled[]} */ some) => {
    const labels = Uint8Array.from(some, ({ label }) => classes.indexOf(label));
    const images = /** @type {Uint8Array[]} */ ([]);
    for (const { entry } of some) {
      const picture = await decode(await entry.open()).catch((error) => {
        throw new Error(`${entry.name.slice(-60)}: ${error.message}`);
      });
      shape ??= picture;
      if (picture.rows !== shape.rows || picture.columns !== shape.columns)
        throw new Error(
          phrase("training.data.labelled.hasPixelsOthersHaveMake", {
            name: entry.name.slice(-60),
            rows: picture.rows,
            columns: picture.columns,
            rows2: shape.rows,
            columns2: shape.columns,
          }),
        );
      images.push(picture.ink);
      if (++done % 100 === 0) progress(done, pictures.length);
    }
    return { labels, images: joined(images) };
  };
  const [training, test] = [await read(halves.training), await read(halves.test)];
  const { rows, columns } = /** @type {Decoded} */ (/** @type {unknown} */ (shape));
  const source = phrase("training.data.labelled.labelledPicturesInDroppedHere", { n: pictures.length, name });
  return { name: "folder", source, classes, rows, columns, training, test, fingerprint: "" };
}

/** The pictures with the folder that each lies in. @param {Entry[]} entries @returns {Labelled[]} */
function labelled(entries) {
  return entries.flatMap((entry) => {
    const folders = entry.name.split("/").slice(0, -1);
    const hidden = entry.name.split("/").some((part) => part.startsWith(".") || part.startsWith("__"));
    if (hidden || !folders.length || !PICTURE.test(entry.name)) return [];
    const part = folders.length > 1 ? folders[folders.length - 2].toLowerCase() : "";
    return [{ label: folders[folders.length - 1], part: PARTS.includes(part) ? part : "", entry }];
  });
}

/** @param {Uint8Array[]} images */
function joined(images) {
  const size = images[0]?.length ?? 0;
  const all = new Uint8Array(images.length * size);
  images.forEach((image, i) => all.set(image, i * size));
  return all;
}

/** Rows and columns of a PNG or JPEG, from its header; an Error in words where it is too large, or neither.
 * @param {Uint8Array} bytes */
export function pictureSize(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = bytes.length > 24 && view.getUint32(0) === 0x89504e47 ? png(view) : jpeg(bytes, view);
  if (!found) throw new Error(phrase("training.data.labelled.itIsNoPngOr"));
  const { rows, columns } = found;
  if (rows < 1 || columns < 1 || Math.max(rows, columns) > LARGEST_SIDE)
    throw new Error(phrase("training.data.labelled.picturesHave11To", { side: LARGEST_SIDE, rows, columns }));
  return found;
}

/** @param {DataView} view */
const png = (view) => ({ columns: view.getUint32(16), rows: view.getUint32(20) });

/** @param {Uint8Array} bytes @param {DataView} view */
function jpeg(bytes, view) {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return null;
  for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff; at += 2 + view.getUint16(at + 2)) {
    const marker = bytes[at + 1];
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker))
      return { rows: view.getUint16(at + 5), columns: view.getUint16(at + 7) };
  }
  return null;
}
