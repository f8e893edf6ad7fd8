// @ts-check
// Pictures for the pad: our own examples, real ones from MNIST, a file, what is pasted or dropped.

import { fromRGBA } from "../../picture/grey.js";
import { attributes, clear, h, setText } from "../shared/dom.js";
import { inkCanvas, paintInk } from "../shared/pictures.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../model/state.js").Base} Base */

const MOST_BYTES = 5 * 1024 * 1024;
const MOST_PIXELS = 16_000_000;
const AT_ONCE = 40;

/** @param {App} app */
export function pickerView(app) {
  const trouble = h("p", { class: "trouble", role: "alert", hidden: true });
  const fail = (/** @type {string} */ text) => {
    setText(trouble, text);
    attributes(trouble, { hidden: !text });
  };
  const open = async (/** @type {File | undefined} */ file) => {
    if (!file) return;
    fail("");
    try {
      await putPicture(app, file, file.name || "pasted");
    } catch (error) {
      fail(`${file.name || "What was pasted"} cannot be read: ${error instanceof Error ? error.message : error}`);
    }
  };
  const input = h("input", {
    type: "file",
    accept: "image/png,image/jpeg,image/webp,image/bmp,image/gif",
    class: "unseen",
    tabindex: -1,
    "aria-label": "A picture of a digit",
    onchange: () => {
      open(input.files?.[0]);
      input.value = "";
    },
  });
  const examples = h("div", { class: "gallery" });
  const mnist = mnistView(app);
  const details = h(
    "details",
    { class: "picker", ontoggle: () => details.open && fillExamples(app, examples, fail) },
    h("summary", {}, "Or pick a picture"),
    h("h3", {}, "Examples"),
    examples,
    mnist.element,
    h("h3", {}, "Your own"),
    h(
      "p",
      { class: "row" },
      h("button", { type: "button", onclick: () => input.click() }, "Open a picture…"),
      h("span", { class: "dim" }, "or paste or drop one anywhere"),
    ),
    input,
  );

  document.addEventListener("paste", (event) => {
    const file = Array.from(event.clipboardData?.files ?? []).find((one) => one.type.startsWith("image/"));
    if (!file) return;
    event.preventDefault();
    open(file);
  });
  dropZone((files) => {
    if (files.length > 1) fail(`One picture at a time, got ${files.length}; drop the one that is to be read.`);
    else open(files[0]);
  });
  return h("div", {}, trouble, details);
}

/**
 * A picture file onto the pad. Throws an Error with a clear text for what is none.
 * @param {App} app
 * @param {Blob} file
 * @param {string} name
 * @param {Base} [base]
 */
async function putPicture(app, file, name, base = { kind: "picture", name }) {
  const grey = await greyOf(file);
  const { prepareGrey } = await import("../../picture/grey_preparation.js");
  const prepared = prepareGrey(grey, []);
  app.set({ strokes: [], base, baseInk: prepared.image, baseStages: prepared.stages });
  if (base.kind === "picture") (await import("./page.js")).lookForMore(app, file, name);
}

/** @param {Blob} file */
async function greyOf(file) {
  if (file.type === "image/svg+xml")
    throw new Error("SVG is no picture made of pixels; wanted PNG, JPEG, WebP, BMP or GIF.");
  if (file.size > MOST_BYTES)
    throw new Error(`it has ${(file.size / 2 ** 20).toFixed(1)} MiB, and at most 5 are taken; make it smaller.`);
  if (!file.size) throw new Error("it is empty.");
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image", premultiplyAlpha: "none" }).catch(
    () => {
      throw new Error("it is no picture that a browser can decode; wanted PNG, JPEG, WebP, BMP or GIF.");
    },
  );
  const { width, height } = bitmap;
  if (width * height > MOST_PIXELS)
    throw new Error(`it has ${width}×${height} pixels, and at most 16 million are taken; make it smaller.`);
  const canvas = new OffscreenCanvas(width, height);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (
    canvas.getContext("2d", { willReadFrequently: true })
  );
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return fromRGBA(context.getImageData(0, 0, width, height).data, height, width);
}

/** @param {App} app @param {HTMLElement} gallery @param {(text: string) => void} fail */
function fillExamples(app, gallery, fail) {
  if (gallery.childElementCount) return;
  for (let digit = 0; digit < 10; digit++) {
    const image = h("img", { src: `examples/${digit}.png`, alt: "", width: 44, height: 44 });
    const pick = async () => {
      fail("");
      try {
        const answer = await fetch(`examples/${digit}.png`);
        if (!answer.ok) throw new Error(`the server answers ${answer.status}`);
        await putPicture(app, await answer.blob(), `${digit}.png`, { kind: "example", digit });
      } catch (error) {
        fail(
          `The example cannot be fetched: ${error instanceof Error ? error.message : error}. Is the server ` +
            "still there?",
        );
      }
    };
    gallery.append(h("button", { type: "button", "aria-label": `Example of a ${digit}`, onclick: pick }, image));
  }
}

/** Real test images of MNIST, a few at a time. @param {App} app */
function mnistView(app) {
  const gallery = h("div", { class: "gallery" });
  const said = h("p", { class: "dim", role: "status" });
  const number = h("input", {
    type: "number",
    min: 0,
    max: 9999,
    step: 1,
    value: 0,
    "aria-label": "From picture number",
  });
  const show = async (/** @type {number} */ from) => {
    try {
      const answer = await fetch(`api/images?on=test&from=${from}&count=${AT_ONCE}`);
      if (!answer.ok)
        throw new Error((await answer.json().catch(() => ({}))).error ?? `the server answers ${answer.status}`);
      const bytes = new Uint8Array(await answer.arrayBuffer());
      const count = bytes.length / 785;
      const total = Number(answer.headers.get("X-Digitlens-Total"));
      number.max = String(total - 1);
      setText(
        said,
        `Test images ${from.toLocaleString("en")} to ${(from + count - 1).toLocaleString("en")} of ` +
          `${total.toLocaleString("en")}, none of which the network has learned from.`,
      );
      clear(
        gallery,
        ...Array.from({ length: count }, (_, i) =>
          tile(app, bytes.subarray(count + 784 * i, count + 784 * (i + 1)), bytes[i], from + i),
        ),
      );
      number.value = String(from + count < total ? from + count : 0);
      setText(more, "Show others");
    } catch (error) {
      const why =
        error instanceof TypeError ? "the server is gone" : error instanceof Error ? error.message : String(error);
      setText(said, `No MNIST images: ${why}.`);
    }
  };
  const more = h(
    "button",
    {
      type: "button",
      onclick: () => show(Math.max(0, Math.min(Number(number.max), Math.floor(Number(number.value)) || 0))),
    },
    "Show some",
  );
  return {
    element: h(
      "div",
      {},
      h("h3", {}, "Real MNIST images"),
      h("p", { class: "row" }, more, h("label", { class: "row dim" }, "from number", number)),
      said,
      gallery,
    ),
  };
}

/** @param {App} app @param {Uint8Array} pixels @param {number} digit @param {number} number */
function tile(app, pixels, digit, number) {
  const canvas = inkCanvas(`A ${digit} of MNIST, number ${number}`);
  paintInk(canvas, pixels, 28, 28, 255);
  const pick = () =>
    app.set({
      strokes: [],
      base: { kind: "mnist", on: "test", number, digit },
      baseInk: Float64Array.from(pixels, (one) => one / 255),
      baseStages: null,
    });
  return h("button", { type: "button", onclick: pick }, canvas);
}

/** The whole page takes what is dropped, and shows that it does. @param {(files: File[]) => void} take */
function dropZone(take) {
  const target = h("div", { class: "drop-target", hidden: true }, "Drop the picture to read it");
  document.body.append(target);
  const hasFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files") ?? false;
  document.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    attributes(target, { hidden: false });
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) attributes(target, { hidden: true });
  });
  document.addEventListener("drop", (event) => {
    attributes(target, { hidden: true });
    if (!hasFiles(event)) return;
    event.preventDefault();
    take(Array.from(event.dataTransfer?.files ?? []));
  });
}
