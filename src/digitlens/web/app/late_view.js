// @ts-check
// Views whose modules and style sheets are loaded when they are first wanted, or ahead of that.

import { phrase } from "../texts/first.js";

/** @typedef {import("../views/shared/app.js").App} App */
/** @typedef {import("../views/shared/app.js").View} View */
/** @typedef {import("../views/shared/services.js").MakeView} MakeView */

/** @param {App} app */
export function lateViews(app) {
  const loading = /** @type {Set<Promise<void>>} */ (new Set());
  return {
    /**
     * A view that is loaded when it is first wanted: none until it is there.
     * @param {readonly string[]} sheets   its style sheets
     * @param {() => Promise<MakeView>} load
     * @returns {(ahead?: boolean) => View[]}   ahead: it is loaded, though nobody wants it yet
     */
    view(sheets, load) {
      const there = /** @type {View[]} */ ([]);
      let [asked, wanted] = [false, false];
      const arrive = async () => {
        asked = true;
        try {
          const [make] = await Promise.all([load(), app.services.styles(app.root, sheets)]);
          if (app.life.signal.aborted) return;
          there.push(make(app));
          app.set({});
        } catch {
          asked = false; // the next time that it is wanted, it is tried again
          if (wanted) app.say(phrase("app.lateView.thisViewCannotBeLoaded"));
        }
      };
      return (ahead = false) => {
        wanted ||= !ahead;
        if (!asked) loading.add(arrive());
        return there;
      };
    },
    /** When all views are there that have been asked for until now, and those that these ask for in turn. */
    async all() {
      for (let seen = 0; seen < loading.size; ) {
        // a step of the story, once there, wants the view that it shows
        seen = loading.size;
        await Promise.all(loading);
        await new Promise((drawn) => app.life.after(() => app.life.frame(() => drawn(null)), 20));
      }
    },
  };
}
