// @ts-check
// Numbers and pictures out of the page: to the clipboard, or, where a plain http address has none, into a file.

import { h } from "./dom.js";

/** @typedef {import("../main.js").App} App */

/** @param {App} app @param {string} text @param {string} file   the name of the file, where there is no clipboard @param {string} what */
export async function copyText(app, text, file, what) {
  try {
    await navigator.clipboard.writeText(text);
    app.say(`${what} copied.`);
  } catch {
    save(new Blob([text], { type: "text/tab-separated-values" }), file);
    app.say(`There is no clipboard here: ${what.toLowerCase()} saved as ${file}.`);
  }
}

/**
 * A canvas as a PNG, enlarged without blurring.
 * @param {App} app
 * @param {HTMLCanvasElement} canvas
 * @param {string} file
 * @param {string} what
 */
export async function copyPicture(app, canvas, file, what) {
  const picture = png(canvas, 10);
  try {
    await navigator.clipboard.write([new ClipboardItem({ "image/png": picture })]);
    app.say(`${what} copied.`);
  } catch {
    save(await picture, file);
    app.say(`There is no clipboard for pictures here: ${what.toLowerCase()} saved as ${file}.`);
  }
}

/** @param {HTMLCanvasElement} canvas @param {number} times @returns {Promise<Blob>} */
function png(canvas, times) {
  const large = h("canvas", { width: canvas.width * times, height: canvas.height * times });
  const context = /** @type {CanvasRenderingContext2D} */ (large.getContext("2d"));
  context.imageSmoothingEnabled = false;
  context.drawImage(canvas, 0, 0, large.width, large.height);
  return new Promise((resolve, reject) => {
    large.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("this browser makes no PNG of a canvas"))), "image/png");
  });
}

/** @param {Blob} blob @param {string} name */
function save(blob, name) {
  const address = URL.createObjectURL(blob);
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
