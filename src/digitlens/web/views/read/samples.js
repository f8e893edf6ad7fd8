// @ts-check
// Images to pick: our own examples of digits, and test images of the data set that fits the network.

import { count } from "../../core/numbers.js";
import { readsDigits, shapeName } from "../../core/shape.js";
import { dataFor, onPad } from "../shared/data_images.js";
import { attributes, clear, h, setText } from "../shared/dom.js";
import { inkCanvas, paintInk } from "../shared/pictures.js";
import { putPicture } from "./picture_file.js";
import { reasonOf } from "../../texts/language.js";
import { phrase } from "../../texts/first.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../shared/services.js").Images} Images */
/** @typedef {import("../shared/services.js").LabelledImage} LabelledImage */

const EXAMPLES = 10; // one of each digit
const AT_ONCE = 40;
const TEST = 10_000; // test images of MNIST; of other data the server says how many there are

/** @param {App} app @param {(text: string) => void} fail */
export function samplesView(app, fail) {
  const gallery = h("div", { class: "gallery" });
  const examples = h("div", {}, h("h3", {}, phrase("read.samples.examples")), gallery);
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
        fail(phrase("read.samples.theExampleCannotBeFetched", { why: reasonOf(error) }));
      }
    };
    gallery.append(
      h("button", { type: "button", "aria-label": phrase("read.samples.exampleOfA", { digit }), onclick: pick }, image),
    );
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
  const number = h("input", {
    type: "number",
    min: 0,
    step: 1,
    value: 0,
    "aria-label": phrase("read.samples.fromPictureNumber"),
  });
  const from = () => Math.max(0, Math.min(Number(number.max) || 0, Math.floor(Number(number.value)) || 0));
  const more = h("button", { type: "button", onclick: () => show(from()) }, phrase("read.samples.showSome"));
  let network = ""; // whose images are shown

  const show = async (/** @type {number} */ first) => {
    const data = dataFor(app.network);
    const none = (/** @type {string} */ why) =>
      data === "mnist" ? phrase("read.samples.noMnistImages", { why }) : phrase("read.samples.noImages", { why });
    try {
      const fetched = await fetchImages(app.network, "test", first, AT_ONCE);
      if (typeof fetched === "string") return setText(said, none(fetched));
      const { total, images } = fetched;
      const last = first + images.length;
      number.max = String(total - 1);
      const [from, to, all] = [first, last - 1, total].map(count);
      setText(
        said,
        data === "mnist"
          ? phrase("read.samples.testImagesToOfNone", { from, to, all })
          : phrase("read.samples.testImagesToOf", { from, to, all }),
      );
      clear(gallery, ...images.map((image) => tile(app, image)));
      number.value = String(last < total ? last : 0);
      setText(more, phrase("read.samples.showOthers"));
    } catch (error) {
      setText(said, none(reasonOf(error)));
    }
  };
  return {
    element: h(
      "div",
      {},
      title,
      h("p", { class: "row" }, more, h("label", { class: "row dim" }, phrase("read.samples.fromNumber"), number)),
      said,
      gallery,
    ),
    update() {
      const { shape, classes } = app.network;
      const now = `${shapeName(shape)} ${classes.join("\n")}`;
      if (network === now) return;
      network = now;
      setText(
        title,
        readsDigits(app.network)
          ? phrase("read.samples.realMnistImages")
          : phrase("read.samples.imagesOfTheServersFolder"),
      );
      attributes(number, { max: TEST - 1 });
      number.value = "0";
      setText(said, "");
      setText(more, phrase("read.samples.showSome"));
      clear(gallery);
    },
  };
}

/** @param {App} app @param {LabelledImage} image */
function tile(app, image) {
  const { shape, classes } = app.network;
  const data = dataFor(app.network);
  const [name, { number }] = [classes[image.label], image];
  const canvas = inkCanvas(
    data === "mnist"
      ? phrase("read.samples.numberOfMnist", { name, number })
      : phrase("read.samples.number", { name, number }),
  );
  paintInk(canvas, image.pixels, shape, 255);
  return h("button", { type: "button", onclick: () => app.set(onPad(image, data, "test")) }, canvas);
}
