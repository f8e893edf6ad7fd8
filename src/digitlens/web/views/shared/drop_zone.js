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
    const files = Array.from(event.dataTransfer?.files ?? []);
    all.find((taker) => taker.offers() && taker.take(files));
  });
}
