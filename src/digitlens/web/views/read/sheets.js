// @ts-check
// What lies open beside the pad: a photo with several digits, a table of many pictures. Clear closes it.

/** @typedef {import("../shared/app.js").App} App */

const open = /** @type {WeakMap<App, Set<() => void>>} */ (new WeakMap());

/** It lies open from now on. @param {App} app @param {() => void} close @returns {() => void}   it no longer does */
export function opened(app, close) {
  const all = open.get(app) ?? new Set();
  open.set(app, all.add(close));
  return () => all.delete(close);
}

/** @param {App} app */
export const anySheet = (app) => (open.get(app)?.size ?? 0) > 0;

/** @param {App} app */
export function closeSheets(app) {
  for (const close of [...(open.get(app) ?? [])]) close();
}
