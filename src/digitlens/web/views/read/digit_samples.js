// @ts-check
// Digits to pick: our own examples, and real test images of MNIST where the server has them.

import { DIGIT_SHAPE, pixelsOf } from "../../core/shape.js";
import { clear, h, setText } from "../shared/dom.js";
import { inkCanvas, paintInk } from "../shared/pictures.js";
import { putPicture } from "./picture_file.js";

/** @typedef {import("../shared/app.js").App} App */

const EXAMPLES = 10; // one of each digit
const PIXELS = pixelsOf(DIGIT_SHAPE); // of an image of MNIST
const TEST = 10_000; // test images of MNIST
const AT_ONCE = 40;

/** @param {App} app @param {(text: string) => void} fail */
export function digitSamples(app, fail) {
  const examples = h("div", { class: "gallery" });
  return {
    element: h("div", {}, h("h3", {}, "Examples"), examples, mnistView(app).element),
    fill: () => fillExamples(app, examples, fail),
  };
}

/** @param {App} app @param {HTMLElement} gallery @param {(text: string) => void} fail */
function fillExamples(app, gallery, fail) {
  if (gallery.childElementCount) return;
  for (let digit = 0; digit < EXAMPLES; digit++) {
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
    max: TEST - 1,
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
      const count = bytes.length / (1 + PIXELS);
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
          tile(app, bytes.subarray(count + PIXELS * i, count + PIXELS * (i + 1)), bytes[i], from + i),
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
  paintInk(canvas, pixels, DIGIT_SHAPE, 255);
  const pick = () =>
    app.set({
      strokes: [],
      base: { kind: "mnist", on: "test", number, digit },
      baseInk: Float64Array.from(pixels, (one) => one / 255),
      baseStages: null,
    });
  return h("button", { type: "button", onclick: pick }, canvas);
}
