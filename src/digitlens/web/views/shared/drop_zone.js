// @ts-check
// Files that are dropped anywhere on a component: what takes them depends on what it shows.

import { attributes, h, setText } from "./dom.js";

/** @typedef {import("./app.js").App} App */
/**
 * @typedef {Object} Taker
 * @property {() => string} offers   what it would do with files now: "Drop the picture to read it"; "": nothing
 * @property {(files: File[]) => boolean} take   false: they are none for it
 */

const takers = /** @type {WeakMap<App, Taker[]>} */ (new WeakMap());

/** From now on it is asked, before those that came before it. @param {App} app @param {Taker} taker */
export function takeDropped(app, taker) {
  const all = takers.get(app) ?? [];
  if (!all.length) listenTo(app, all);
  takers.set(app, all);
  all.unshift(taker);
}

/** @param {App} app @param {Taker[]} all */
function listenTo({ root, life }, all) {
  const target = h("div", { class: "drop-target", hidden: true });
  root.append(target);
  const { signal } = life;
  const listen = (/** @type {string} */ type, /** @type {(event: any) => void} */ listener) =>
    root.host.addEventListener(type, listener, { signal });
  const hasFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files") ?? false;
  listen("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    setText(target, all.map((taker) => taker.offers()).find(Boolean) ?? "");
    attributes(target, { hidden: false });
  });
  listen("dragleave", (event) => {
    if (!event.relatedTarget) attributes(target, { hidden: true });
  });
  listen("drop", (event) => {
    attributes(target, { hidden: true });
    if (!hasFiles(event)) return;
    event.preventDefault();
    const give = (/** @type {File[]} */ files) => all.find((taker) => taker.offers() && taker.take(files));
    const items = Array.from(/** @type {DataTransferItem[]} */ (event.dataTransfer?.items ?? []));
    const entries = items.map((item) => item.webkitGetAsEntry?.() ?? null);
    if (entries.some((entry) => entry?.isDirectory)) filesIn(entries).then(give);
    else give(Array.from(event.dataTransfer?.files ?? []));
  });
}

const MOST_FILES = 2000; // in the folders that are dropped

/** All files of these, and in the folders among them, in the order of their names. @param {(any | null)[]} entries */
async function filesIn(entries) {
  const files = /** @type {File[]} */ ([]);
  const waiting = entries.filter(Boolean).reverse();
  while (waiting.length && files.length < MOST_FILES) {
    const entry = waiting.pop();
    if (entry.isFile) {
      const file = await new Promise((done) => entry.file(done, () => done(null)));
      if (file && !file.name.startsWith(".")) files.push(file);
      continue;
    }
    const reader = entry.createReader();
    const inside = [];
    for (;;) {
      const some = await new Promise((done) => reader.readEntries(done, () => done([]))); // a hundred at a time
      if (!some.length) break;
      inside.push(...some);
    }
    inside.sort((/** @type {any} */ one, /** @type {any} */ other) =>
      other.name.localeCompare(one.name, undefined, { numeric: true }),
    );
    waiting.push(...inside);
  }
  return files;
}
