// @ts-check
// A photo or scan that shows several digits: the numbers on it, and a box around each digit, which goes onto the pad
// when it is chosen. The server looks for them; where it is gone, or finds one digit alone, nothing is said.

import { copyText } from "../shared/clipboard.js";
import { attributes, clear, h } from "../shared/dom.js";

/** @typedef {import("../shared/app.js").App} App */
/**
 * @typedef {Object} Box
 * @property {number} left
 * @property {number} top
 * @property {number} width
 * @property {number} height
 * @property {number} digit
 * @property {string} [label]
 * @property {number} number      which number of the page it belongs to
 * @property {boolean} [is_digit]
 * @property {string} ink         784 bytes, base64
 */
/** @typedef {{text: string, boxes: Box[], notes: string[], network: string}} Found */

const WIDEST = 1600; // pixels of the picture as it is drawn

const place = h("section", { class: "several", "aria-label": "The page", hidden: true });
let newest = 0;

/**
 * Ask the server whether a picture shows more than one digit, and show them if it does.
 * @param {App} app
 * @param {Blob} file
 * @param {string} name
 */
export async function lookForMore(app, file, name) {
  const asked = ++newest;
  attributes(place, { hidden: true });
  const found = await pageOf(file);
  if (asked !== newest || !found || found.boxes.length < 2) return;
  await prepared();
  const sheet = await drawn(file);
  if (asked !== newest) return;
  clear(place, ...content(app, found, sheet, name));
  attributes(place, { hidden: false });
  if (place.getBoundingClientRect().top > innerHeight / 2) place.scrollIntoView();
  app.say(`${found.boxes.length} digits on this picture: ${found.text.replace(/\s+/g, ", ")}`);
}

/** @param {Blob} file @returns {Promise<Found | null>} */
async function pageOf(file) {
  try {
    const answer = await fetch("api/read?page=1", { method: "POST", body: file });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null; // the server is gone
  }
}

/** Its place on the page, and its style, are there. @returns {Promise<void>} */
function prepared() {
  if (place.isConnected) return Promise.resolve();
  document.getElementById("network")?.prepend(place);
  return new Promise((done) => {
    document.head.append(
      h("link", { rel: "stylesheet", href: "views/read/page.css", onload: () => done(), onerror: () => done() }),
    );
  });
}

/** The picture, the right way up. @param {Blob} file */
async function drawn(file) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const { width, height } = bitmap;
  const scale = Math.min(1, WIDEST / Math.max(width, height));
  const canvas = h("canvas", {
    width: Math.ceil(width * scale),
    height: Math.ceil(height * scale),
    role: "img",
    "aria-label": "The picture",
  });
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return { canvas, width, height };
}

/**
 * @param {App} app
 * @param {Found} found
 * @param {{canvas: HTMLCanvasElement, width: number, height: number}} sheet
 * @param {string} name
 */
function content(app, { text, boxes, notes, network }, { canvas, width, height }, name) {
  const buttons = boxes.map((box, i) => {
    const doubted = box.is_digit === false;
    const said = box.label ?? String(box.digit);
    const choose = () => {
      for (const [k, other] of buttons.entries()) attributes(other, { "aria-current": k === i && "true" });
      const ink = Float64Array.from(atob(box.ink), (byte) => byte.charCodeAt(0) / 255);
      app.set({
        strokes: [],
        base: { kind: "picture", name: `${name}, digit ${i + 1}` },
        baseInk: ink,
        baseStages: null,
      });
    };
    const button = h(
      "button",
      {
        type: "button",
        class: "found",
        "data-number": box.number % 2,
        "data-doubted": doubted && "true",
        onclick: choose,
        "aria-label": `${said}, digit ${i + 1} of ${boxes.length}${doubted ? ", perhaps none" : ""}: look inside`,
      },
      h("span", {}, doubted ? `${said}?` : said),
    );
    Object.assign(button.style, {
      left: `${(100 * box.left) / width}%`,
      top: `${(100 * box.top) / height}%`,
      width: `${(100 * box.width) / width}%`,
      height: `${(100 * box.height) / height}%`,
    });
    return button;
  });
  const doubts = boxes.filter((box) => box.is_digit === false).length;
  const hints = [
    `Read by ${network}. Choose a digit to see why it is read so.`,
    ...(doubts ? ["Dashed: perhaps no digit."] : []),
    ...notes.map((note) => `${note[0].toUpperCase()}${note.slice(1)}.`),
  ];
  return [
    h(
      "div",
      { class: "row" },
      h("h2", {}, `${boxes.length} digits on this picture`),
      h(
        "button",
        { type: "button", class: "quiet", onclick: () => copyText(app, text, "numbers.txt", "The numbers") },
        "Copy the numbers",
      ),
      h("button", { type: "button", class: "quiet", onclick: () => attributes(place, { hidden: true }) }, "Close"),
    ),
    h("p", { class: "numbers number" }, text),
    h("div", { class: "sheet", role: "group", "aria-label": "The digits, in reading order" }, canvas, ...buttons),
    h("p", { class: "dim" }, hints.join(" ")),
  ];
}
