// @ts-check
// Images to pick: our own examples of digits, and test images of the data set that fits the network.

import { readsDigits, shapeName } from "../../core/shape.js";
import { dataFor, onPad } from "../shared/data_images.js";
import { attributes, clear, h, setText } from "../shared/dom.js";
import { inkCanvas, paintInk } from "../shared/pictures.js";
import { putPicture } from "./picture_file.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../shared/services.js").Images} Images */
/** @typedef {import("../shared/services.js").LabelledImage} LabelledImage */

const EXAMPLES = 10; // one of each digit
const AT_ONCE = 40;
const TEST = 10_000; // test images of MNIST; of other data the server says how many there are

/** @param {App} app @param {(text: string) => void} fail */
export function samplesView(app, fail) {
  const gallery = h("div", { class: "gallery" });
  const examples = h("div", {}, h("h3", {}, "Examples"), gallery);
  const { services } = app;
  const images = services.images && testImagesView(app, services.images);
  return {
    element: h("div", {}, examples, images?.element),
    fill: () => fillExamples(app, gallery, fail),
    update() {
      attributes(examples, { hidden: !services.examples || !readsDigits(app.network) });
      images?.update();
    },
  };
}

/** @param {App} app @param {HTMLElement} gallery @param {(text: string) => void} fail */
function fillExamples(app, gallery, fail) {
  const { examples } = app.services;
  if (gallery.childElementCount || !examples) return;
  for (let digit = 0; digit < EXAMPLES; digit++) {
    const image = h("img", { alt: "", width: 44, height: 44 });
    examples(digit).then(
      (picture) => showIn(image, picture),
      () => {}, // pressed, the button says why there is none
    );
    const pick = async () => {
      fail("");
      try {
        await putPicture(app, await examples(digit), `${digit}.png`, { kind: "example", digit });
      } catch (error) {
        fail(`The example cannot be fetched: ${error instanceof Error ? error.message : error}.`);
      }
    };
    gallery.append(h("button", { type: "button", "aria-label": `Example of a ${digit}`, onclick: pick }, image));
  }
}

/** @param {HTMLImageElement} image @param {Blob} picture */
function showIn(image, picture) {
  const address = URL.createObjectURL(picture);
  image.onload = image.onerror = () => URL.revokeObjectURL(address);
  image.src = address;
}

/** Test images, a few at a time. @param {App} app @param {Images} fetchImages */
function testImagesView(app, fetchImages) {
  const title = h("h3");
  const gallery = h("div", { class: "gallery" });
  const said = h("p", { class: "dim", role: "status" });
  const number = h("input", { type: "number", min: 0, step: 1, value: 0, "aria-label": "From picture number" });
  const from = () => Math.max(0, Math.min(Number(number.max) || 0, Math.floor(Number(number.value)) || 0));
  const more = h("button", { type: "button", onclick: () => show(from()) }, "Show some");
  let network = ""; // whose images are shown

  const show = async (/** @type {number} */ first) => {
    const data = dataFor(app.network);
    const name = data === "mnist" ? "MNIST images" : "images";
    try {
      const fetched = await fetchImages(app.network, "test", first, AT_ONCE);
      if (typeof fetched === "string") return setText(said, `No ${name}: ${fetched}.`);
      const { total, images } = fetched;
      const last = first + images.length;
      number.max = String(total - 1);
      const unseen = data === "mnist" ? ", none of which the network has learned from" : "";
      setText(said, `Test images ${english(first)} to ${english(last - 1)} of ${english(total)}${unseen}.`);
      clear(gallery, ...images.map((image) => tile(app, image)));
      number.value = String(last < total ? last : 0);
      setText(more, "Show others");
    } catch (error) {
      setText(said, `No ${name}: ${error instanceof Error ? error.message : error}.`);
    }
  };
  return {
    element: h(
      "div",
      {},
      title,
      h("p", { class: "row" }, more, h("label", { class: "row dim" }, "from number", number)),
      said,
      gallery,
    ),
    update() {
      const { shape, classes } = app.network;
      const now = `${shapeName(shape)} ${classes.join("\n")}`;
      if (network === now) return;
      network = now;
      setText(title, readsDigits(app.network) ? "Real MNIST images" : "Images of the server’s folder");
      attributes(number, { max: TEST - 1 });
      number.value = "0";
      setText(said, "");
      setText(more, "Show some");
      clear(gallery);
    },
  };
}

const english = (/** @type {number} */ n) => n.toLocaleString("en");

/** @param {App} app @param {LabelledImage} image */
function tile(app, image) {
  const { shape, classes } = app.network;
  const data = dataFor(app.network);
  const canvas = inkCanvas(`${classes[image.label]}, number ${image.number}${data === "mnist" ? " of MNIST" : ""}`);
  paintInk(canvas, image.pixels, shape, 255);
  return h("button", { type: "button", onclick: () => app.set(onPad(image, data, "test")) }, canvas);
}
