// @ts-check
// A photo or scan that shows several digits: the numbers on it, and a box around each digit, which goes onto the pad
// when it is chosen. The host looks for them; where it cannot, or finds one digit alone, nothing is said.

import { copyText } from "../shared/clipboard.js";
import { attributes, clear, h } from "../shared/dom.js";
import { opened } from "./sheets.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../shared/services.js").FoundDigits} Found */

const WIDEST = 1600; // pixels of the picture as it is drawn

const STYLE = "views/read/page.css";

/**
 * Asks whether a picture shows more than one digit, and shows them if it does.
 * @param {App} app
 */
export function severalDigits(app) {
  const place = h("section", { class: "several", "aria-label": app.called(phrase("read.page.thePage")), hidden: true });
  let newest = 0;
  let gone = () => {};
  const close = () => {
    gone();
    attributes(place, { hidden: true });
  };
  /** @param {Blob} file @param {string} name @returns {Promise<boolean>}   it shows several */
  return async (file, name) => {
    const asked = ++newest;
    close();
    const found = await app.services.pageReader?.(file);
    if (asked !== newest || !found || found.boxes.length < 2) return false;
    if (!place.isConnected) {
      app.root.querySelector("#network")?.prepend(place);
      await app.services.styles(app.root, [STYLE]);
    }
    const sheet = await drawn(file);
    if (asked !== newest) return false;
    clear(place, ...content(app, found, sheet, name, close));
    attributes(place, { hidden: false });
    gone = opened(app, () => {
      newest++;
      close();
    });
    if (place.getBoundingClientRect().top > innerHeight / 2) place.scrollIntoView();
    app.say(phrase("read.page.digitsOnThisPicture", { n: found.boxes.length, list: found.text.replace(/\s+/g, ", ") }));
    return true;
  };
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
    "aria-label": phrase("read.page.thePicture"),
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
 * @param {() => void} close
 */
function content(app, { text, boxes, notes, network }, { canvas, width, height }, name, close) {
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
        "aria-label": doubted
          ? phrase("read.page.digitOfPerhapsNoneLook", { said, i: i + 1, n: boxes.length })
          : phrase("read.page.digitOfLookInside", { said, i: i + 1, n: boxes.length }),
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
    phrase("read.page.readByChooseADigit", { network }),
    ...(doubts ? [phrase("read.page.dashedPerhapsNoDigit")] : []),
    ...notes.map((note) => `${note[0].toUpperCase()}${note.slice(1)}.`),
  ];
  return [
    h(
      "div",
      { class: "row" },
      h("h2", {}, phrase("read.page.digitsOnThisPicture2", { n: boxes.length })),
      h(
        "button",
        {
          type: "button",
          class: "quiet",
          onclick: () => copyText(app, text, "numbers.txt", phrase("read.page.theNumbers")),
        },
        phrase("read.page.copyTheNumbers"),
      ),
      h("button", { type: "button", class: "quiet", onclick: close }, phrase("read.page.close")),
    ),
    h("p", { class: "numbers number" }, text),
    h(
      "div",
      { class: "sheet", role: "group", "aria-label": phrase("read.page.theDigitsInReadingOrder") },
      canvas,
      ...buttons,
    ),
    h("p", { class: "dim" }, hints.join(" ")),
  ];
}
