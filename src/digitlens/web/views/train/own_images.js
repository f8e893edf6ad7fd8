// @ts-check
// A visitor's own images: chosen or dropped, they are learned from in the tab, and leave it for nowhere.

import { decodePicture } from "../../train/data/decoding.js";
import { droppedSet, offered, wanted } from "../../train/data/dropped.js";
import { many } from "../../train/curves.js";
import { attributes, h, setText } from "../shared/dom.js";
import { takeDropped } from "../shared/drop_zone.js";
import { reasonOf } from "../../texts/language.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../train/trainer.js").Trainer} Trainer */

/** @param {App} app @param {Trainer} live @param {(name: string) => void} choose */
export function ownImages(app, live, choose) {
  const trouble = h("p", { class: "trouble", role: "alert", hidden: true });
  const words = h("p", { class: "dim", role: "status" });
  const input = h("input", {
    type: "file",
    multiple: true,
    accept: ".gz,.zip,.digits,.idx,application/gzip,application/zip,application/octet-stream",
    class: "unseen",
    tabindex: -1,
    "aria-label": phrase("train.ownImages.filesOfImagesToLearn"),
    onchange: () => {
      open(Array.from(input.files ?? []));
      input.value = "";
    },
  });
  const button = h("button", { type: "button", onclick: () => input.click() }, phrase("train.ownImages.yourOwnImages"));
  const element = h(
    "div",
    { class: "own-images" },
    h(
      "div",
      { class: "row" },
      button,
      h("span", { class: "dim" }, phrase("train.ownImages.orDropThemHere", { wanted: wanted() })),
    ),
    words,
    trouble,
    input,
  );
  let latest = 0;

  /** @param {File[]} files */
  const open = async (files) => {
    if (!live.offer || !files.length) return;
    const number = ++latest;
    fail("");
    setText(words, phrase("train.ownImages.readingTheFiles"));
    try {
      const set = await droppedSet(files, decodePicture, (done, total) => {
        if (number === latest)
          setText(words, phrase("train.ownImages.ofPictures", { done: many(done), total: many(total) }));
      });
      if (number !== latest || app.life.signal.aborted) return;
      live.offer(offered(set));
      choose(set.name);
      const count = many(set.training.labels.length + set.test.labels.length);
      setText(words, phrase("train.ownImages.imagesOfClassesTheyStay", { count, n: set.classes.length }));
    } catch (error) {
      if (number !== latest) return;
      setText(words, "");
      fail(reasonOf(error));
    }
  };
  const fail = (/** @type {string} */ text) => {
    setText(trouble, text);
    attributes(trouble, { hidden: !text });
  };
  takeDropped(app, {
    offers: () => (live.offer && app.state.view === "train" ? phrase("train.ownImages.dropImagesToLearnFrom") : ""),
    take(files) {
      if (files.length === 1 && files[0].type.startsWith("image/")) return false; // that one is to be read
      open(files);
      return true;
    },
  });
  return {
    element,
    update: () => attributes(element, { hidden: !live.offer }),
  };
}
