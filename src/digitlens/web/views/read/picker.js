// @ts-check
// Pictures for the pad: a file, what is pasted or dropped; and samples.

import { attributes, h, isElsewhere, setText } from "../shared/dom.js";
import { takeDropped } from "../shared/drop_zone.js";
import { openNetwork, SUFFIX } from "../shared/network_file.js";
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
    attributes(busy, { hidden: false });
    try {
      if (file.name.endsWith(SUFFIX)) fail(await openNetwork(app, file));
      else await putPicture(app, file, file.name || "pasted");
    } catch (error) {
      fail(`${file.name || "What was pasted"} cannot be read: ${error instanceof Error ? error.message : error}`);
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
      fail(`These files cannot be read: ${error instanceof Error ? error.message : error}`);
    }
  };
  const input = h("input", {
    type: "file",
    accept: "image/png,image/jpeg,image/webp,image/bmp,image/gif",
    class: "unseen",
    tabindex: -1,
    "aria-label": "A picture of a digit",
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
    "aria-label": "A folder of pictures to read",
    onchange: () => {
      openAll(Array.from(folder.files ?? []).filter(({ name }) => !name.startsWith(".")));
      folder.value = "";
    },
  });
  const busy = h("p", { class: "dim", role: "status", hidden: true }, "Looking at the picture …");
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
      h("button", { type: "button", onclick: () => input.click() }, "Open pictures…"),
      h("button", { type: "button", onclick: () => folder.click() }, "Open a folder…"),
      h("span", { class: "dim" }, "or paste or drop them anywhere"),
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
    offers: () => "Drop pictures to read them, or a network to open it",
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
