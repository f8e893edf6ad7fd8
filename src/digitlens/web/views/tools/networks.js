// @ts-check
// Networks: what is loaded, how well it read when that was measured, which others there are; opening and saving files.

import { writeModelFile } from "../../model/model_file.js";
import { accuracyOf, changedByHand, learnedFrom, measuredAs, sizeOf } from "../../model/provenance.js";
import { saveFile } from "../shared/clipboard.js";
import { attributes, clear, h, setText } from "../shared/dom.js";
import { openNetwork, SUFFIX } from "../shared/network_file.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../shared/services.js").Offered} Offered */

/** What the networks are that ship. @type {Record<string, string>} */
const NAMED = {
  video: "The network of the video: two hidden layers of 16 neurons",
  straight: "The same network, but every digit is set upright and to one size first",
  reader: "The one that reads best: much larger, for what people really write",
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
    app.say(`Saved as ${name}.`);
    return "";
  } catch (error) {
    return `It cannot be saved: ${error instanceof Error ? error.message : error}.`;
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
    "aria-label": "A network’s file",
  });
  const open = h("button", { onclick: () => file.click() }, "Open network…");
  const save = h("button", { onclick: () => say(saveNetwork(app)) }, "Save network");
  const reset = h("button", { onclick: () => app.resetNetwork() }, "Undo all changes");
  const close = h("button", { class: "quiet", onclick: () => element.close() }, "Close");
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
      app.say(`${name} is loaded.`);
      say("");
    } catch (error) {
      say(`${name} cannot be loaded: ${error instanceof Error ? error.message : error}.`);
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
        NAMED[one.name] && h("span", {}, NAMED[one.name]),
        h("span", { class: "dim" }, `${one.sizes.join("-")} · ${accuracyOf(one.provenance ?? {})}`),
      );
    });
    clear(
      others,
      offered.length > 0 &&
        h("h3", {}, offered.length > 1 ? "Networks to choose from" : "The network that comes with Digitlens"),
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
      setText(title, `The network ${original.name}`);
      setText(size, `${network.sizes.join("-")}: ${sizeOf(network)}; ${[...new Set(network.activations)].join(", ")}.`);
      setText(named, NAMED[original.name] ?? "");
      setText(accuracy, measuredAs(original, isChanged));
      setText(learned, learnedFrom(network));
      setText(
        changed,
        isChanged
          ? "Changed in this tab only. Save it to keep the changes: opening another network or a reset discards them."
          : "",
      );
      changed.hidden = !isChanged;
      if (!isChanged && reset.matches(":focus")) close.focus();
      attributes(reset, { disabled: !isChanged });
      list();
    },
  };
  return view;
}
