// @ts-check
// Changes to weights and biases that can be undone and redone. All that happens while a pointer is down, such as a
// stroke of the brush or a slider that is dragged, is one of them.

/** @typedef {import("./changing.js").Page} Page */
/** @typedef {import("./model_file.js").StoredNetwork} Network */
/** @typedef {{network: Network, changed: boolean}} Moment */

const MOST = 100; // that can be undone

/** @param {Page} app */
export function weightHistory(app) {
  let past = /** @type {Moment[]} */ ([]);
  let future = /** @type {Moment[]} */ ([]);
  let joined = false; // the next change belongs to the last one
  let held = false; // a pointer is down
  let latest = app.network; // as it was left here
  const now = () => ({ network: app.network, changed: app.changed });
  const go = (/** @type {Moment[]} */ from, /** @type {Moment[]} */ to) => {
    const moment = from.pop();
    if (!moment) return;
    to.push(now());
    if (moment.changed) app.setNetwork(moment.network);
    else app.resetNetwork();
    latest = app.network;
    joined = false;
  };
  return {
    /** Calls what changes the network. @param {() => void} change */
    keep(change) {
      if (!joined) past = [...past, now()].slice(-MOST);
      future = [];
      joined = held;
      change();
      latest = app.network;
    },
    /** A pointer comes down, or is lifted. @param {boolean} down */
    hold(down) {
      [held, joined] = [down, false];
    },
    /** Forgets what another hand has made meaningless: a step of learning, another network. */
    look() {
      if (app.network !== latest) [past, future, latest, joined] = [[], [], app.network, false];
    },
    undo: () => go(past, future),
    redo: () => go(future, past),
    get undoes() {
      return past.length > 0;
    },
    get redoes() {
      return future.length > 0;
    },
  };
}
