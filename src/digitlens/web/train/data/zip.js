// @ts-check
// What lies in a ZIP archive, read from its directory at the end; nothing is unpacked before it is wanted, nor beyond
// what the directory promises. No DOM.

import { inflate } from "./inflate.js";
import { phrase } from "../../texts/later.js";

/** @typedef {{name: string, size: number, open: () => Promise<Uint8Array>}} Entry   size: unpacked, in bytes */

const [DIRECTORY_END, DIRECTORY, LOCAL] = [0x06054b50, 0x02014b50, 0x04034b50];
const [STORED, DEFLATED] = [0, 8];
const COMMENT = 65_535; // bytes behind the directory, at most
const WIDE = 0xffffffff; // stands where a number needs 64 bits
const ENTRIES = 200_000;
const ONE = 5 * 2 ** 20; // bytes of one file, unpacked
const ALL = 2 ** 29; // and of all of them
const RATIO = 1_100; // times as large as it was packed, at most: deflate reaches 1,032

/**
 * The files of an archive, folders left out. Throws an Error in words for what is no archive that we read, and for one
 * that would unpack to more than anybody has images for.
 * @param {Uint8Array} bytes
 * @returns {Entry[]}
 */
export function zipEntries(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = directoryEnd(view);
  const [count, from] = [view.getUint16(end + 10, true), view.getUint32(end + 16, true)];
  if (count === 65_535 || from === WIDE) throw new Error(phrase("training.data.zip.archivesOfMoreThan65"));
  if (count > ENTRIES) throw new Error(phrase("training.data.zip.itHoldsFilesAtMost", { count, most: ENTRIES }));
  const found = /** @type {Entry[]} */ ([]);
  let [at, all] = [from, 0];
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || view.getUint32(at, true) !== DIRECTORY)
      throw new Error(phrase("training.data.zip.itsDirectoryIsDamaged"));
    const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
    const [packed, size] = [view.getUint32(at + 20, true), view.getUint32(at + 24, true)];
    const [named, extra, comment] = [28, 30, 32].map((place) => view.getUint16(at + place, true));
    const local = view.getUint32(at + 42, true);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + named));
    at += 46 + named + extra + comment;
    if (name.endsWith("/")) continue;
    const who = name.slice(-60);
    if (flags & 1) throw new Error(phrase("training.data.zip.isLockedWithAPassword", { who }));
    if (method !== STORED && method !== DEFLATED) throw new Error(phrase("training.data.zip.isPackedInAWay", { who }));
    if (size > ONE || size > RATIO * packed + RATIO)
      throw new Error(phrase("training.data.zip.wouldUnpackToBytesWhich", { who, size }));
    all += size;
    if (all > ALL) throw new Error(phrase("training.data.zip.itsFilesWouldUnpackTo", { most: ALL / 2 ** 20 }));
    found.push({ name, size, open: () => opened(bytes, view, { who, local, packed, size, method }) });
  }
  return found;
}

/** Where the record at the end of the directory begins. @param {DataView} view */
function directoryEnd(view) {
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - 22 - COMMENT); at--)
    if (view.getUint32(at, true) === DIRECTORY_END) return at;
  throw new Error(phrase("training.data.zip.itIsNoZipArchive"));
}

/**
 * @param {Uint8Array} bytes
 * @param {DataView} view
 * @param {{who: string, local: number, packed: number, size: number, method: number}} entry
 */
async function opened(bytes, view, { who, local, packed, size, method }) {
  if (local + 30 > bytes.length || view.getUint32(local, true) !== LOCAL)
    throw new Error(phrase("training.data.zip.isNotWhereItShould", { who }));
  const begin = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  if (begin + packed > bytes.length) throw new Error(phrase("training.data.zip.isCutShort", { who }));
  const data = bytes.subarray(begin, begin + packed);
  const content = method === STORED ? data : await inflate(data, "deflate-raw", size);
  if (content.length !== size)
    throw new Error(phrase("training.data.zip.unpacksToBytesAndShould", { who, n: content.length, size }));
  return content;
}
