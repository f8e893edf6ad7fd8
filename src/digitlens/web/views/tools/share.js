// @ts-check
// A link that opens in exactly this state, with parts of the page left out of it: a teacher's question without its
// answer.

import { copyText } from "../shared/clipboard.js";
import { packChanges } from "../../model/changed_link.js";
import { LONGEST_QUESTION, withChangesIn } from "../../model/state.js";
import { clear, h, setText } from "../shared/dom.js";
import { language, LANGUAGES } from "../../texts/language.js";
import { phrase } from "../../texts/first.js";

/** @typedef {import("../shared/app.js").App} App */

const NAMES = /** @type {Object<string, () => string>} */ ({
  pad: () => phrase("tools.share.theDrawingPad"),
  network: () => phrase("tools.share.theNetwork"),
  answer: () => phrase("tools.share.theAnswerAndWhatGives"),
  preparation: () => phrase("tools.share.howTheDrawingIsPrepared"),
  nonsense: () => phrase("tools.share.noiseBlankAndScribble"),
  "neuron-inputs": () => phrase("tools.share.aNeuronsWeightsAndInputs"),
  "neuron-sum": () => phrase("tools.share.theWeightedSumWrittenOut"),
  "neuron-curve": () => phrase("tools.share.theCurveOfTheActivation"),
  "neuron-change": () => phrase("tools.share.changingWeightsAndBias"),
  "neuron-matrix": () => phrase("tools.share.theMatrixLine"),
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
    placeholder: phrase("tools.share.yourOwnQuestionOrNone"),
    "aria-label": phrase("tools.share.yourOwnQuestion"),
    oninput: () => {
      asks.checked ||= own.value.trim() !== "";
      refresh();
    },
  });
  const ask = () => (asks.checked ? own.value.trim() || "1" : "");
  const { languages } = app.services;
  const fixed = h("input", { type: "checkbox", onchange: () => refresh() });
  const inLanguage = h("label", {}, fixed, phrase("tools.share.inLanguage", { language: LANGUAGES[language()] }));
  const cautions = h("p", { class: "dim caution" });
  const copy = h(
    "button",
    { onclick: () => copyText(app, link.value, "digitlens-link.txt", phrase("tools.share.theLink")) },
    phrase("tools.share.copyLink"),
  );
  const here = h(
    "button",
    { class: "quiet", onclick: () => app.set({ hide: chosen(), ask: ask() }) },
    phrase("tools.share.theSameHere"),
  );
  const close = h("button", { class: "quiet", onclick: () => element.close() }, phrase("tools.share.close"));
  const element = h(
    "dialog",
    { class: "tool-dialog", "aria-labelledby": "share-title" },
    h("h2", { id: "share-title" }, phrase("tools.share.shareWhatYouSee")),
    h("p", {}, phrase("tools.share.theLinkOpensWithThis")),
    h("fieldset", {}, h("legend", {}, phrase("tools.share.partsToLeaveOut")), boxes),
    h(
      "fieldset",
      {},
      h("legend", {}, phrase("tools.share.letPeopleGuessBeforeThey")),
      h("label", {}, asks, phrase("tools.share.askFirst")),
      own,
    ),
    h("label", { for: "share-link" }, phrase("tools.share.link")),
    link,
    languages && inLanguage,
    cautions,
    h("div", { class: "row" }, copy, here, h("span", { class: "space" }), close),
  );

  const chosen = () =>
    Array.from(boxes.querySelectorAll("input"), (box) => (box.checked ? box.value : "")).filter(Boolean);
  const refresh = () => {
    const { changed, original, network } = app;
    const state = app.link({ ...app.state, hide: chosen(), ask: ask() });
    const bytes = changed ? packChanges(original, network) : null;
    const plain = bytes ? withChangesIn(state, bytes) : state;
    link.value = languages && fixed.checked ? languages.fix(plain) : plain;
    const notes = [caution()].filter(Boolean);
    if (original.name !== "video") notes.push(phrase("tools.share.theLinkDoesNotHold2", { name: original.name }));
    else if (changed)
      notes.push(bytes ? phrase("tools.share.theLinkHoldsTheNeurons") : phrase("tools.share.theLinkDoesNotHold"));
    if (link.value.length > LONG) notes.push(phrase("tools.share.itIsALongLink"));
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
  for (const name of hidden) if (!found.has(name)) found.set(name, NAMES[name]?.() ?? name.replaceAll("-", " "));
  return Array.from(found, ([name, title]) => ({ name, title }));
}

/** @param {Element} part @param {string} name */
function titleOf(part, name) {
  const heading = part.querySelector("h2, h3, legend")?.textContent;
  const title =
    NAMES[name]?.() ??
    part.getAttribute("data-title") ??
    part.getAttribute("aria-label") ??
    heading ??
    name.replaceAll("-", " ");
  return title.charAt(0).toLowerCase() + title.slice(1);
}
