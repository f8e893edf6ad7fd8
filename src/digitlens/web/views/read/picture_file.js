// @ts-check
// A picture file onto the pad, prepared for the network that is loaded.

import { readsDigits } from "../../core/shape.js";
import { readPixels } from "../../picture/canvas.js";
import { fromRGBA } from "../../picture/grey.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../model/state.js").Base} Base */

const lookers = /** @type {WeakMap<App, (file: Blob, name: string) => Promise<void>>} */ (new WeakMap());
const MOST_BYTES = 32 * 1024 * 1024;
const MOST_PIXELS = 100_000_000; // decoded by the browser
const WORKED_ON = 16_000_000; // pixels that are looked at: a larger picture is reduced

/** The modules that a picture needs and a drawing does not; throws where nobody answers. */
export const pictureParts = () =>
  Promise.all([import("../../picture/grey_preparation.js"), import("./page.js")]).catch(() => {
    throw new Error("nobody answers who could bring what reads pictures; try again.");
  });

/**
 * A picture file onto the pad. Throws an Error with a clear text for what is none.
 * @param {App} app
 * @param {Blob} file
 * @param {string} name
 * @param {Base} [base]
 */
export async function putPicture(app, file, name, base = { kind: "picture", name }) {
  const grey = await greyOf(file);
  const [{ prepareGrey }, { severalDigits }] = await pictureParts();
  const prepared = prepareGrey(grey, [], app.network);
  app.set({ strokes: [], base, baseInk: prepared.image, baseStages: prepared.stages });
  if (base.kind !== "picture" || !readsDigits(app.network) || !app.services.pageReader) return;
  const look = lookers.get(app) ?? severalDigits(app);
  lookers.set(app, look);
  look(file, name);
}

/** @param {Blob} file */
async function greyOf(file) {
  if (file.type === "image/svg+xml")
    throw new Error("SVG is no picture made of pixels; wanted PNG, JPEG, WebP, BMP or GIF.");
  if (file.size > MOST_BYTES)
    throw new Error(
      `it has ${(file.size / 2 ** 20).toFixed(1)} MiB, and at most ${MOST_BYTES / 2 ** 20} are taken; make it smaller.`,
    );
  if (!file.size) throw new Error("it is empty.");
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image", premultiplyAlpha: "none" }).catch(
    () => {
      throw new Error("it is no picture that a browser can decode; wanted PNG, JPEG, WebP, BMP or GIF.");
    },
  );
  const { width, height } = bitmap;
  if (width * height > MOST_PIXELS)
    throw new Error(
      `it has ${width}×${height} pixels, and at most ${MOST_PIXELS / 1e6} million are taken; make it smaller.`,
    );
  let reduction = 1;
  while (width * height > WORKED_ON * reduction ** 2) reduction *= 2;
  const [columns, rows] = [Math.ceil(width / reduction), Math.ceil(height / reduction)];
  return fromRGBA(readPixels(bitmap, columns, rows), rows, columns);
}
