// @ts-check
// Networks: what is loaded, how well it read when that was measured, which others there are; opening and saving files.

import { writeModelFile } from "../../model/model_file.js";
import { accuracyOf, changedByHand, learnedFrom, measuredAs, sizeOf } from "../../model/provenance.js";
import { saveFile } from "../shared/clipboard.js";
import { attributes, clear, h, setText } from "../shared/dom.js";
import { openNetwork, SUFFIX } from "../shared/network_file.js";
import { reasonOf } from "../../texts/language.js";
import { phrase } from "../../texts/first.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../shared/services.js").Offered} Offered */

/** What the networks are that ship. @type {Record<string, () => string>} */
const NAMED = {
  video: () => phrase("tools.networks.theNetworkOfTheVideo"),
  straight: () => phrase("tools.networks.theSameNetworkButEvery"),
  reader: () => phrase("tools.networks.theOneThatReadsBest"),
};
/**
 * Saves the network as it is now, in the file that the command line uses.
 * @param {App} app
 * @returns {string} what went wrong
 */
export function saveNetwork(app) {
  try {
    const network = app.changed ? changedByHand(app.network) : app.network;
    const name = fileName(network.name);
    saveFile(
      new Blob([new Uint8Array(writeModelFile(network))], {
        type: "application/octet-stream",
      }),
      name,
    );
    app.say(phrase("tools.networks.savedAs", { name }));
    return "";
  } catch (error) {
    return phrase("tools.networks.itCannotBeSaved", { why: reasonOf(error) });
  }
}

/** @param {string} name */
const fileName = (name) =>
  `${
    name
      .replace(/[^\p{L}\p{N} ._+-]/gu, "_")
      .slice(0, 80)
      .replace(/^[. ]+/, "") || "network"
  }${SUFFIX}`;

/**
 * The dialog.
 * @param {App} app
 */
export function networksDialog(app) {
  const title = h("h2", { id: "networks-title" });
  const [named, size, accuracy, learned, changed] = [h("p"), h("p"), h("p"), h("p"), h("p", { class: "changed" })];
  const trouble = h("p", { class: "trouble", role: "alert" });
  const others = h("div", { class: "offered" });
  const file = h("input", {
    type: "file",
    accept: SUFFIX,
    class: "unseen",
    tabindex: -1,
    "aria-label": phrase("tools.networks.aNetworksFile"),
  });
  const open = h("button", { onclick: () => file.click() }, phrase("tools.networks.openNetwork"));
  const save = h("button", { onclick: () => say(saveNetwork(app)) }, phrase("tools.networks.saveNetwork"));
  const reset = h("button", { onclick: () => app.resetNetwork() }, phrase("tools.networks.undoAllChanges"));
  const close = h("button", { class: "quiet", onclick: () => element.close() }, phrase("tools.networks.close"));
  const element = h(
    "dialog",
    { class: "tool-dialog", "aria-labelledby": "networks-title" },
    title,
    h("div", { class: "about" }, named, size, accuracy, learned, changed),
    trouble,
    h("div", { class: "row" }, open, save, reset, file),
    others,
    h("div", { class: "row end" }, close),
  );
  /** @type {Offered[]} */
  let offered = [];
  let listed = "";

  /** @param {string} text */
  const say = (text) => {
    trouble.hidden = !text;
    setText(trouble, text);
  };
  file.addEventListener("change", async () => {
    const chosen = file.files?.[0];
    if (chosen) say(await openNetwork(app, chosen));
    file.value = ""; // so that the same file can be chosen again
  });
  /** @param {string} name */
  const choose = async (name) => {
    try {
      app.setNetwork(await app.services.networks.fetch(name), true);
      app.say(phrase("tools.networks.isLoaded", { name }));
      say("");
    } catch (error) {
      say(phrase("tools.networks.cannotBeLoaded", { name, why: reasonOf(error) }));
    }
  };
  const list = () => {
    const now = JSON.stringify([offered, app.original.name]);
    if (now === listed) return;
    listed = now;
    const buttons = offered.map((one) => {
      const current = one.name === app.original.name;
      return h(
        "button",
        { "aria-current": current ? "true" : false, onclick: () => choose(one.name) },
        h("strong", {}, one.name),
        NAMED[one.name] && h("span", {}, NAMED[one.name]()),
        h("span", { class: "dim" }, `${one.sizes.join("-")} · ${accuracyOf(one.provenance ?? {})}`),
      );
    });
    clear(
      others,
      offered.length > 0 &&
        h(
          "h3",
          {},
          offered.length > 1
            ? phrase("tools.networks.networksToChooseFrom")
            : phrase("tools.networks.theNetworkThatComesWith"),
        ),
      ...buttons,
    );
  };
  const view = {
    element,
    async show() {
      say("");
      element.showModal();
      view.update();
      offered = await app.services.networks.offered();
      list();
    },
    update() {
      if (!element.open) return;
      const { network, changed: isChanged, original } = app;
      setText(title, phrase("tools.networks.theNetwork", { name: original.name }));
      setText(size, `${network.sizes.join("-")}: ${sizeOf(network)}; ${[...new Set(network.activations)].join(", ")}.`);
      setText(named, NAMED[original.name]?.() ?? "");
      setText(accuracy, measuredAs(original, isChanged));
      setText(learned, learnedFrom(network));
      setText(changed, isChanged ? phrase("tools.networks.changedInThisTabOnly") : "");
      changed.hidden = !isChanged;
      if (!isChanged && reset.matches(":focus")) close.focus();
      attributes(reset, { disabled: !isChanged });
      list();
    },
  };
  return view;
}
