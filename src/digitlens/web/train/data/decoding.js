// @ts-check
// A small picture as ink, by the browser's own means.

import { readPixels } from "../../picture/canvas.js";
import { pictureSize } from "./labelled.js";
import { phrase } from "../../texts/later.js";

/**
 * PNG or JPEG, at most 64×64; light is ink. Throws an Error in words.
 * @param {Uint8Array} bytes
 * @returns {Promise<import("./labelled.js").Decoded>}
 */
export async function decodePicture(bytes) {
  const { rows, columns } = pictureSize(bytes);
  const bitmap = await createImageBitmap(new Blob([/** @type {any} */ (bytes)])).catch(() => {
    throw new Error(phrase("training.data.decoding.itIsDamagedThisBrowser"));
  });
  const data = readPixels(bitmap, columns, rows, "black");
  const ink = new Uint8Array(rows * columns);
  for (let i = 0; i < ink.length; i++)
    ink[i] = Math.round(0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2]);
  return { rows, columns, ink };
}
