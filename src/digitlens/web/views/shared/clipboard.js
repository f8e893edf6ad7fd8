// @ts-check
// Numbers and pictures out of the page: to the clipboard, or, where a plain http address has none, into a file.

import { reasonOf, within } from "../../texts/language.js";
import { h } from "./dom.js";
import { phrase } from "../../texts/first.js";

/** @typedef {import("./app.js").App} App */

/**
 * @param {App} app
 * @param {string} text
 * @param {string} file   the name of the file, where there is no clipboard
 * @param {string} what   "The numbers"
 */
export async function copyText(app, text, file, what) {
  try {
    await navigator.clipboard.writeText(text);
    app.say(phrase("shared.clipboard.copied", { what }));
  } catch {
    saveFile(new Blob([text], { type: "text/plain" }), file);
    app.say(phrase("shared.clipboard.thereIsNoClipboardHere", { what: within(what), file }));
  }
}

/**
 * A canvas as a PNG, enlarged without blurring. The picture may still be on its way: a browser wants the clipboard
 * asked for at once, while the button is pressed.
 * @param {App} app
 * @param {HTMLCanvasElement | Promise<HTMLCanvasElement>} canvas
 * @param {string} file
 * @param {string} what
 * @param {number} [times]
 */
export async function copyPicture(app, canvas, file, what, times = 10) {
  const picture = Promise.resolve(canvas).then((drawn) => png(drawn, times));
  try {
    await navigator.clipboard.write([new ClipboardItem({ "image/png": picture })]);
    app.say(phrase("shared.clipboard.copied", { what }));
  } catch {
    try {
      saveFile(await picture, file);
      app.say(phrase("shared.clipboard.thereIsNoClipboardFor", { what: within(what), file }));
    } catch (error) {
      app.say(phrase("shared.clipboard.couldNotBeMade", { what, why: reasonOf(error) }));
    }
  }
}

/** Saves a file as a download. @param {Blob} blob @param {string} name */
export function saveFile(blob, name) {
  const address = URL.createObjectURL(blob);
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** @param {HTMLCanvasElement} canvas @param {number} times @returns {Promise<Blob>} */
function png(canvas, times) {
  const large = h("canvas", { width: canvas.width * times, height: canvas.height * times });
  const context = /** @type {CanvasRenderingContext2D} */ (large.getContext("2d"));
  context.imageSmoothingEnabled = false;
  context.drawImage(canvas, 0, 0, large.width, large.height);
  return new Promise((resolve, reject) => {
    large.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error(phrase("shared.clipboard.thisBrowserMakesNoPng")))),
      "image/png",
    );
  });
}
