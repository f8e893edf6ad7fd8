// @ts-check
// Opens pictures: in the host's worker, where it has one and the worker answers, or else here.

import { spoken } from "../../texts/language.js";
import { phrase } from "../../texts/first.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../picture/open.js").Opened} Opened */
/** @typedef {(what: "decoding" | "reducing" | "preparing") => void} Doing */
/** @typedef {{resolve: (opened: Opened) => void, reject: (why: unknown) => void, doing: Doing}} Waiting */

const MOST_BYTES = 256 * 1024 * 1024;
const SMALL_BYTES = 512 * 1024; // of a picture that is opened in a moment

const lines = /** @type {WeakMap<App, ReturnType<typeof workerLine> | null>} */ (new WeakMap());

/**
 * Throws an Error with a clear text for what is no picture.
 * @param {App} app
 * @param {Blob} file
 * @param {Doing} doing
 * @returns {Promise<Opened>}
 */
export async function openedPicture(app, file, doing = () => {}) {
  check(file);
  const { shape, darkOnLight, familiarity, framing } = app.network;
  const wanted = { shape, darkOnLight, familiarity, framing };
  const large = file.size > SMALL_BYTES;
  if (large && !lines.has(app)) lines.set(app, workerLine(app));
  const line = large && lines.get(app);
  if (line) {
    try {
      return await line.open(file, wanted, doing);
    } catch (error) {
      if (error instanceof Error) throw error;
      lines.set(app, null); // the worker is gone, or never came
    }
  }
  const { openPicture } = await import("../../picture/open.js").catch(() => {
    throw new Error(phrase("read.pictureOpener.nobodyAnswersWhoCouldBring"));
  });
  return openPicture(file, wanted, doing);
}

/** @param {Blob} file */
function check({ type, size }) {
  if (type === "image/svg+xml") throw new Error(phrase("read.pictureOpener.svgIsNoPictureMade"));
  if (size > MOST_BYTES)
    throw new Error(
      phrase("read.pictureOpener.itHasMibAndAt", { size: (size / 2 ** 20).toFixed(1), most: MOST_BYTES / 2 ** 20 }),
    );
  if (!size) throw new Error(phrase("read.pictureOpener.itIsEmpty"));
}

/** @param {App} app */
function workerLine({ services, life }) {
  if (!services.pictureWorker || typeof Worker === "undefined") return null;
  const waiting = /** @type {Map<number, Waiting>} */ (new Map());
  let worker = /** @type {Worker} */ (/** @type {unknown} */ (null));
  try {
    worker = services.pictureWorker();
  } catch {
    return null;
  }
  let last = 0;
  worker.onmessage = ({ data: { number, doing, opened, error } }) => {
    const one = waiting.get(number);
    if (doing) return one?.doing(doing);
    waiting.delete(number);
    if (error === undefined) one?.resolve(opened);
    else one?.reject(new Error(error));
  };
  worker.onerror = (event) => {
    event.preventDefault();
    for (const { reject } of waiting.values()) reject(null);
    waiting.clear();
  };
  life.signal.addEventListener("abort", () => worker.terminate(), { once: true });
  return {
    /** @param {Blob} file @param {import("../../picture/preparation.js").Wanted} wanted @param {Doing} doing */
    open: (file, wanted, doing) =>
      new Promise((/** @type {(opened: Opened) => void} */ resolve, reject) => {
        const number = ++last;
        waiting.set(number, { resolve, reject, doing });
        worker.postMessage({ number, file, wanted, speaks: spoken("first", "later") });
      }),
  };
}
