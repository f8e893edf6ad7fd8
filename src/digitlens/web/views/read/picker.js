// @ts-check
// Pictures for the pad: a file, what is pasted or dropped; and samples.

import { attributes, h, isElsewhere, setText } from "../shared/dom.js";
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
  dropZone(app, (files) => {
    if (files.length > 1) fail(`One picture at a time, got ${files.length}; drop the one that is to be read.`);
    else open(files[0]);
  });
  return {
    element: h("div", {}, trouble, details),
    update: samples.update,
  };
}

/**
 * The whole component takes what is dropped, and shows that it does.
 * @param {App} app
 * @param {(files: File[]) => void} take
 */
function dropZone({ root, life }, take) {
  const target = h("div", { class: "drop-target", hidden: true }, "Drop the picture to read it");
  root.append(target);
  const { signal } = life;
  const listen = (/** @type {string} */ type, /** @type {(event: any) => void} */ listener) =>
    root.host.addEventListener(type, listener, { signal });
  const hasFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files") ?? false;
  listen("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    attributes(target, { hidden: false });
  });
  listen("dragleave", (event) => {
    if (!event.relatedTarget) attributes(target, { hidden: true });
  });
  listen("drop", (event) => {
    attributes(target, { hidden: true });
    if (!hasFiles(event)) return;
    event.preventDefault();
    take(Array.from(event.dataTransfer?.files ?? []));
  });
}
