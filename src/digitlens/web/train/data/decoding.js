// @ts-check
// A small picture as ink, by the browser's own means. Some browsers add noise to what is read from a canvas; that is
// noticed, for a network would learn it.

import { pictureSize } from "./labelled.js";

/**
 * PNG or JPEG, at most 64×64; light is ink. Throws an Error in words.
 * @param {Uint8Array} bytes
 * @returns {Promise<import("./labelled.js").Decoded>}
 */
export async function decodePicture(bytes) {
  const { rows, columns } = pictureSize(bytes);
  const bitmap = await createImageBitmap(new Blob([/** @type {any} */ (bytes)])).catch(() => {
    throw new Error("it is damaged: this browser cannot show it");
  });
  const context = canvas(columns, rows);
  if (isNoisy()) throw new Error("this browser adds noise to pictures that a page reads; allow it to read them here");
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data } = context.getImageData(0, 0, columns, rows);
  const ink = new Uint8Array(rows * columns);
  for (let i = 0; i < ink.length; i++)
    ink[i] = Math.round(0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2]);
  return { rows, columns, ink };
}

/** @param {number} columns @param {number} rows */
function canvas(columns, rows) {
  const context = new OffscreenCanvas(columns, rows).getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("this browser has no canvas for pictures");
  context.fillStyle = "black";
  context.fillRect(0, 0, columns, rows);
  return context;
}

let noisy = /** @type {boolean | null} */ (null);

/** Whether what is read from a canvas is another thing than what was drawn; looked at once. @returns {boolean} */
export function isNoisy() {
  if (noisy !== null) return noisy;
  const side = 16;
  const context = canvas(side, side);
  const drawn = context.createImageData(side, side);
  drawn.data.forEach((_, i) => (drawn.data[i] = i % 4 === 3 ? 255 : (i * 37) % 256));
  context.putImageData(drawn, 0, 0);
  const { data } = context.getImageData(0, 0, side, side);
  noisy = data.some((value, i) => value !== drawn.data[i]);
  return noisy;
}
