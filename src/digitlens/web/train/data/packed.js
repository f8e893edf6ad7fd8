// @ts-check
// Packed digits: a whole data set in one file. The twin of digits/sources/packed.py, which says what lies where.
// No DOM.

import { LARGEST_SIDE, MOST_CLASSES } from "../../core/shape.js";
import { inflate } from "./inflate.js";
import { phrase } from "../../texts/first.js";

/** @typedef {import("../worker/images.js").DataSet} DataSet */
/** @typedef {import("../tab_services.js").TabSet} TabSet */
/**
 * What a packed file says of itself.
 * @typedef {Object} Header
 * @property {string} name
 * @property {string} source
 * @property {string[]} classes
 * @property {number} rows
 * @property {number} columns
 * @property {number} training   how many images there are to learn from
 * @property {number} test
 * @property {number} bytes      of the body, unpacked
 * @property {number} packed     of the body, in the file
 * @property {string} sha256     of the body, unpacked
 * @property {string} fingerprint
 */

const MAGIC = "digitpak";
const VERSION = 1;
const HEADER = 64 * 1024;
const MOST = 2 ** 29;
const again = () => phrase("training.data.packed.loadItAgainOrPack");

/**
 * The data set in a packed file. Throws an Error in words for one that is cut short, changed or of another kind.
 * @param {Uint8Array} file
 * @returns {Promise<DataSet>}
 */
export async function unpackDigits(file) {
  const { header, begin } = opened(file);
  const body = await inflate(file.subarray(begin), "gzip", header.bytes).catch((error) => {
    throw new Error(
      phrase("training.data.packed.thesePackedDigitsAreDamaged", { message: error.message, again: again() }),
    );
  });
  if (body.length !== header.bytes)
    throw new Error(
      phrase("training.data.packed.thesePackedDigitsAreDamaged2", {
        n: body.length,
        bytes: header.bytes,
        again: again(),
      }),
    );
  const sum = await sha256(body);
  if (sum && sum !== header.sha256)
    throw new Error(phrase("training.data.packed.thesePackedDigitsWereChanged", { again: again() }));
  const { name, source, classes, rows, columns, training, test, fingerprint } = header;
  const [count, pixels] = [training + test, rows * columns];
  const labels = body.subarray(0, count);
  if (labels.some((label) => label >= classes.length))
    throw new Error(phrase("training.data.packed.thesePackedDigitsHoldAn", { again: again() }));
  const images = ink(body, count, count * pixels);
  return {
    ...{ name, source, classes, rows, columns, fingerprint },
    training: { labels: labels.slice(0, training), images: images.subarray(0, training * pixels) },
    test: { labels: labels.slice(training), images: images.subarray(training * pixels) },
  };
}

/** The pixels, from their kinds and the greys of those that are grey. @param {Uint8Array} body @param {number} from
 * @param {number} count */
function ink(body, from, count) {
  const found = new Uint8Array(count);
  let grey = from + Math.ceil(count / 4);
  for (let i = 0; i < count; i++) {
    const kind = (body[from + (i >> 2)] >> (2 * (i & 3))) & 3;
    if (kind === 1) found[i] = body[grey++];
    else if (kind) found[i] = 255;
  }
  if (grey !== body.length)
    throw new Error(phrase("training.data.packed.thesePackedDigitsAreDamaged3", { again: again() }));
  return found;
}

/** @param {Uint8Array} file @returns {{header: Header, begin: number}} */
function opened(file) {
  if (new TextDecoder("latin1").decode(file.subarray(0, 8)) !== MAGIC)
    throw new Error(phrase("training.data.packed.theseAreNoPackedDigits"));
  if (file.length < 16) throw new Error(phrase("training.data.packed.thesePackedDigitsAreCut", { again: again() }));
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const [version, length] = [view.getUint32(8, true), view.getUint32(12, true)];
  if (version !== VERSION)
    throw new Error(phrase("training.data.packed.theseArePackedDigitsOf", { version, ours: VERSION, again: again() }));
  if (length > HEADER || 16 + length > file.length)
    throw new Error(phrase("training.data.packed.theHeaderOfThesePacked", { length, again: again() }));
  const header = checkedHeader(new TextDecoder().decode(file.subarray(16, 16 + length)));
  if (file.length - 16 - length !== header.packed)
    throw new Error(
      phrase("training.data.packed.thesePackedDigitsAreCut2", {
        n: file.length - 16 - length,
        packed: header.packed,
        again: again(),
      }),
    );
  return { header, begin: 16 + length };
}

/** @param {string} text @returns {Header} */
function checkedHeader(text) {
  let header = /** @type {any} */ (null);
  try {
    header = JSON.parse(text);
  } catch {
    // said below
  }
  const whole = (/** @type {any} */ n, low = 0, high = MOST) => Number.isInteger(n) && n >= low && n <= high;
  const { classes, rows, columns, training, test, bytes, packed } = header ?? {};
  const sound =
    [header?.name, header?.source, header?.sha256, header?.fingerprint].every((one) => typeof one === "string") &&
    Array.isArray(classes) &&
    classes.length >= 1 &&
    classes.length <= MOST_CLASSES &&
    classes.every((name) => typeof name === "string") &&
    [rows, columns].every((side) => whole(side, 1, LARGEST_SIDE)) &&
    [training, test, bytes, packed].every((n) => whole(n)) &&
    training + test + Math.ceil(((training + test) * rows * columns) / 4) <= bytes &&
    (training + test) * rows * columns <= MOST;
  if (!sound) throw new Error(phrase("training.data.packed.theHeaderOfThesePacked2", { again: again() }));
  return header;
}

/** In hex; "" where this page may not compute it (gzip's own check sum holds then). @param {Uint8Array} data */
async function sha256(data) {
  if (!globalThis.crypto?.subtle) return "";
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", /** @type {any} */ (data)));
  return Array.from(sum, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Packed digits as a set that a tab can train on.
 * @param {Header} header   which lies beside the file, so that nothing of it is loaded before it is wanted
 * @param {(progress: (done: number, total: number | null) => void, anew: boolean) => Promise<Uint8Array>} open   the
 *   file's bytes; anew: those that it gave before were damaged
 * @param {{name?: string, option?: string, default?: boolean}} [about]   its name in the page; what --data names
 * @returns {TabSet}
 */
export function packedSet(header, open, about = {}) {
  const { source, training, test, rows, columns, classes } = header;
  const name = about.name ?? header.name;
  const info = {
    ...{ name, source, training, test, rows, columns, classes: classes.length, names: classes, here: true, how: "" },
    ...{ default: about.default ?? false, option: about.option ?? header.name },
  };
  return {
    info,
    async load(progress) {
      const load = async (/** @type {boolean} */ anew) => unpackDigits(await open(progress, anew));
      return { ...(await load(false).catch(() => load(true))), name };
    },
  };
}
