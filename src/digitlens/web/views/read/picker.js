// @ts-check
// Pictures for the pad: a file, what is pasted or dropped; and samples.

import { attributes, h, isElsewhere, setText } from "../shared/dom.js";
import { takeDropped } from "../shared/drop_zone.js";
import { samplesView } from "./samples.js";
import { putPicture } from "./picture_file.js";

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
    "aria-label": "A picture to read",
    onchange: () => {
      open(input.files?.[0]);
      input.value = "";
    },
  });
  const samples = samplesView(app, fail);
  const details = h(
    "details",
    { class: "picker", ontoggle: () => details.open && samples.fill() },
    h("summary", {}, "Or pick a picture"),
    samples.element,
    h("h3", {}, "Your own"),
    h(
      "p",
      { class: "row" },
      h("button", { type: "button", onclick: () => input.click() }, "Open a picture…"),
      h("span", { class: "dim" }, "or paste or drop one anywhere"),
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
    offers: () => "Drop the picture to read it",
    take(files) {
      if (files.length > 1) fail(`One picture at a time, got ${files.length}; drop the one that is to be read.`);
      else open(files[0]);
      return true;
    },
  });
  return {
    element: h("div", {}, trouble, details),
    update: samples.update,
  };
}
