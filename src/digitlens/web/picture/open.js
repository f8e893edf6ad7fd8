// @ts-check
// A picture file: decoded, made smaller where it is large, and prepared for a network. It runs in a worker where the
// host has one, so that a large photo does not hold up the page.

import { readPixels } from "./canvas.js";
import { fromRGBA } from "./grey.js";
import { prepareGrey } from "./grey_preparation.js";
import { phrase } from "../texts/later.js";

/** @typedef {import("./preparation.js").Prepared} Prepared */
/** @typedef {import("./preparation.js").Wanted} Wanted */
/**
 * @typedef {Object} Opened
 * @property {Prepared} prepared
 * @property {Blob | null} smaller   the picture made smaller, where it was large; null: it is as it was
 */

const MOST_PIXELS = 16_000_000; // that are looked at: a larger picture is reduced
const SENT_BYTES = 12 * 1024 * 1024; // of a picture that goes on to a server
const QUALITY = 0.92; // of the smaller one, as JPEG

/**
 * Throws an Error with a clear text for what is no picture.
 * @param {Blob} file
 * @param {Wanted} wanted   what the network's images are like
 * @param {(what: "decoding" | "reducing" | "preparing") => void} doing
 * @returns {Promise<Opened>}
 */
export async function openPicture(file, wanted, doing) {
  doing("decoding");
  let bitmap = await createImageBitmap(file, { imageOrientation: "from-image", premultiplyAlpha: "none" }).catch(() => {
    throw new Error(phrase("picture.open.itIsNoPictureThat"));
  });
  const { width, height } = bitmap;
  let reduction = 1;
  while (width * height > MOST_PIXELS * reduction ** 2) reduction *= 2;
  const [columns, rows] = [Math.ceil(width / reduction), Math.ceil(height / reduction)];
  if (reduction > 1) {
    doing("reducing");
    const large = bitmap;
    bitmap = await createImageBitmap(large, { resizeWidth: columns, resizeHeight: rows, resizeQuality: "medium" });
    large.close();
  }
  const smaller = reduction > 1 || file.size > SENT_BYTES ? await asJpeg(bitmap) : null;
  doing("preparing");
  const grey = fromRGBA(readPixels(bitmap, columns, rows), rows, columns);
  return { prepared: prepareGrey(grey, [], wanted), smaller };
}

/** @param {ImageBitmap} bitmap @returns {Promise<Blob>} */
function asJpeg(bitmap) {
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.fillStyle = "#fff"; // behind what is transparent
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0);
  return canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
}
