// @ts-check
// Pictures for the pad: a file, what is pasted or dropped; and samples.

import { attributes, h, isElsewhere, setText } from "../shared/dom.js";
import { takeDropped } from "../shared/drop_zone.js";
import { openNetwork, SUFFIX } from "../shared/network_file.js";
import { samplesView } from "./samples.js";
import { putPicture } from "./picture_file.js";
import { reasonOf } from "../../texts/language.js";
import { phrase } from "../../texts/first.js";

/** @typedef {import("../shared/app.js").App} App */

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
    attributes(busy, { hidden: false });
    try {
      if (file.name.endsWith(SUFFIX)) fail(await openNetwork(app, file));
      else await putPicture(app, file, file.name || "pasted");
    } catch (error) {
      const why = reasonOf(error);
      fail(
        file.name
          ? phrase("read.picker.cannotBeRead", { name: file.name, why })
          : phrase("read.picker.whatWasPastedCannotBe", { why }),
      );
    }
    attributes(busy, { hidden: true });
  };
  /** @param {File[]} files */
  const openAll = async (files) => {
    if (files.length < 2) return open(files[0]);
    fail("");
    try {
      const { readMany } = await import("./many.js");
      await readMany(app, files);
    } catch (error) {
      fail(phrase("read.picker.theseFilesCannotBeRead", { why: reasonOf(error) }));
    }
  };
  const input = h("input", {
    type: "file",
    accept: "image/png,image/jpeg,image/webp,image/bmp,image/gif",
    class: "unseen",
    tabindex: -1,
    "aria-label": phrase("read.picker.aPictureOfADigit"),
    multiple: true,
    onchange: () => {
      openAll(Array.from(input.files ?? []));
      input.value = "";
    },
  });
  const folder = h("input", {
    type: "file",
    webkitdirectory: true,
    class: "unseen",
    tabindex: -1,
    "aria-label": phrase("read.picker.aFolderOfPicturesTo"),
    onchange: () => {
      openAll(Array.from(folder.files ?? []).filter(({ name }) => !name.startsWith(".")));
      folder.value = "";
    },
  });
  const busy = h("p", { class: "dim", role: "status", hidden: true }, phrase("read.picker.lookingAtThePicture"));
  const samples = samplesView(app, fail);
  const details = h(
    "details",
    { class: "picker", ontoggle: () => details.open && samples.fill() },
    h("summary", {}, phrase("read.picker.orPickAPicture")),
    samples.element,
    h("h3", {}, phrase("read.picker.yourOwn")),
    h(
      "p",
      { class: "row" },
      h("button", { type: "button", onclick: () => input.click() }, phrase("read.picker.openPictures")),
      h("button", { type: "button", onclick: () => folder.click() }, phrase("read.picker.openAFolder")),
      h("span", { class: "dim" }, phrase("read.picker.orPasteOrDropThem")),
    ),
    input,
  );

  const paste = (/** @type {ClipboardEvent} */ event) => {
    const file = Array.from(event.clipboardData?.files ?? []).find((one) => one.type.startsWith("image/"));
    if (!file || isElsewhere(app, event)) return;
    event.preventDefault();
    open(file);
  };
  document.addEventListener("paste", paste, { signal: app.life.signal });
  takeDropped(app, {
    offers: () => phrase("read.picker.dropPicturesToReadThem"),
    take(files) {
      openAll(files);
      return true;
    },
  });
  return {
    element: h("div", {}, trouble, busy, details, folder),
    update: samples.update,
  };
}
