// @ts-check
// A link that opens in exactly this state, with parts of the page left out of it: a teacher's question without its
// answer.

import { copyText } from "../shared/clipboard.js";
import { LONGEST_QUESTION } from "../../model/state.js";
import { clear, h, setText } from "../shared/dom.js";

/** @typedef {import("../shared/app.js").App} App */

const NAMES = /** @type {Object<string, string>} */ ({
  pad: "the drawing pad",
  network: "the network",
  answer: "the answer, and what gives it away",
  preparation: "how the drawing is prepared",
  nonsense: "noise, blank and scribble",
  "neuron-inputs": "a neuron’s weights and inputs as pictures",
  "neuron-sum": "the weighted sum, written out",
  "neuron-curve": "the curve of the activation function",
  "neuron-change": "changing weights and bias",
  "neuron-matrix": "the matrix line",
});
const LONG = 8000; // letters; some programs cut longer links

/** @param {App} app @param {() => string} caution   what whoever shares the link must know */
export function shareDialog(app, caution) {
  const boxes = h("div", { class: "parts" });
  const link = h("input", {
    type: "text",
    readonly: true,
    id: "share-link",
    class: "number",
    spellcheck: "false",
    onfocus: () => link.select(),
  });
  const asks = h("input", { type: "checkbox", onchange: () => refresh() });
  const own = h("input", {
    type: "text",
    maxlength: LONGEST_QUESTION,
    placeholder: "your own question, or none",
    "aria-label": "Your own question",
    oninput: () => {
      asks.checked ||= own.value.trim() !== "";
      refresh();
    },
  });
  const ask = () => (asks.checked ? own.value.trim() || "1" : "");
  const cautions = h("p", { class: "dim caution" });
  const copy = h("button", { onclick: () => copyText(app, link.value, "digitlens-link.txt", "The link") }, "Copy link");
  const here = h("button", { class: "quiet", onclick: () => app.set({ hide: chosen(), ask: ask() }) }, "The same here");
  const close = h("button", { class: "quiet", onclick: () => element.close() }, "Close");
  const element = h(
    "dialog",
    { class: "tool-dialog", "aria-labelledby": "share-title" },
    h("h2", { id: "share-title" }, "Share what you see"),
    h("p", {}, "The link opens with this drawing, in this view."),
    h("fieldset", {}, h("legend", {}, "Parts to leave out"), boxes),
    h("fieldset", {}, h("legend", {}, "Let people guess before they see"), h("label", {}, asks, "Ask first"), own),
    h("label", { for: "share-link" }, "Link"),
    link,
    cautions,
    h("div", { class: "row" }, copy, here, h("span", { class: "space" }), close),
  );

  const chosen = () =>
    Array.from(boxes.querySelectorAll("input"), (box) => (box.checked ? box.value : "")).filter(Boolean);
  const refresh = () => {
    const { changed, original } = app;
    link.value = app.link({ ...app.state, hide: chosen(), ask: ask() });
    const notes = [caution()].filter(Boolean);
    if (changed || original.name !== "video")
      notes.push(
        `The link does not hold the network${changed ? " that you changed" : ` ${original.name}`}: save it and ` +
          "send the file along.",
      );
    if (link.value.length > LONG)
      notes.push("It is a long link, since it holds a whole picture: some mail programs may cut it.");
    setText(cautions, notes.join(" "));
    cautions.hidden = !notes.length;
  };
  const list = () => {
    const { hide } = app.state;
    const parts = partsOf(app.root, hide);
    clear(
      boxes,
      ...parts.map(({ name, title }) =>
        h(
          "label",
          {},
          h("input", { type: "checkbox", value: name, checked: hide.includes(name), onchange: refresh }),
          title,
        ),
      ),
    );
  };
  return {
    element,
    show() {
      list();
      const { ask: now } = app.state;
      [asks.checked, own.value] = [now !== "", now.length > 1 ? now : ""];
      refresh();
      element.showModal();
      copy.focus();
    },
  };
}

/**
 * The parts on the page, and those that are hidden though this view has none of them.
 * @param {ParentNode} page
 * @param {readonly string[]} hidden
 * @returns {{name: string, title: string}[]}
 */
function partsOf(page, hidden) {
  const found = /** @type {Map<string, string>} */ (new Map());
  for (const part of page.querySelectorAll("[data-part]")) {
    const name = part.getAttribute("data-part") ?? "";
    if (name && !found.has(name)) found.set(name, titleOf(part, name));
  }
  for (const name of hidden) if (!found.has(name)) found.set(name, NAMES[name] ?? name.replaceAll("-", " "));
  return Array.from(found, ([name, title]) => ({ name, title }));
}

/** @param {Element} part @param {string} name */
function titleOf(part, name) {
  const heading = part.querySelector("h2, h3, legend")?.textContent;
  const title =
    NAMES[name] ??
    part.getAttribute("data-title") ??
    part.getAttribute("aria-label") ??
    heading ??
    name.replaceAll("-", " ");
  return title.charAt(0).toLowerCase() + title.slice(1);
}
