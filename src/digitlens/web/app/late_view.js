// @ts-check
// Views whose modules and style sheets are loaded when they are first wanted, or ahead of that.

import { h } from "../views/shared/dom.js";

/** @typedef {import("../views/shared/app.js").App} App */
/** @typedef {import("../views/shared/app.js").View} View */

const loading = /** @type {Set<Promise<void>>} */ (new Set());

/**
 * A view that is loaded when it is first wanted: none until it is there.
 * @param {App} app
 * @param {string[]} styles   its style sheets
 * @param {() => Promise<View>} load
 * @returns {(ahead?: boolean) => View[]}   ahead: it is loaded, though nobody wants it yet
 */
export function lateView(app, styles, load) {
  const there = /** @type {View[]} */ ([]);
  let [asked, wanted] = [false, false];
  const arrive = async () => {
    asked = true;
    try {
      for (const file of styles) await styled(file);
      there.push(await load());
      app.set({});
    } catch {
      asked = false; // the next time that it is wanted, it is tried again
      if (wanted) app.say("This view cannot be loaded: the server is gone. It will be tried again.");
    }
  };
  return (ahead = false) => {
    wanted ||= !ahead;
    if (!asked) loading.add(arrive());
    return there;
  };
}

/** When all views are there that have been asked for until now, and those that these ask for in turn. */
export async function allLoaded() {
  for (let seen = 0; seen < loading.size; ) {
    // a step of the story, once there, wants the view that it shows
    seen = loading.size;
    await Promise.all(loading);
    await new Promise((drawn) => setTimeout(() => requestAnimationFrame(drawn), 20));
  }
}

/** @param {string} file @returns {Promise<void>} */
function styled(file) {
  return new Promise((done, fail) => {
    if (document.querySelector(`link[href="${file}"]`)) return done();
    const link = h("link", {
      rel: "stylesheet",
      href: file,
      onload: () => done(),
      onerror: () => (link.remove(), fail(new Error(file))),
    });
    document.head.append(link);
  });
}
