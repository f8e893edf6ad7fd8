// @ts-check
// One state, one network, one reading. Whatever happens, happens through app.set() and app.setNetwork(); the next frame
// brings all views up to date.

import { copy } from "../core/network.js";
import { read } from "../model/reading.js";
import { fromFragment, snap, validFor } from "../model/state.js";
import { frames } from "../views/shared/frames.js";
import { keepAddress } from "./address.js";
import { announcer } from "./announcer.js";
import { connect } from "./connection.js";
import { remember } from "./tab_storage.js";

/** @typedef {import("../model/state.js").State} State */
/** @typedef {import("../model/model_file.js").StoredNetwork} Network */
/** @typedef {import("../model/reading.js").Reading} Reading */
/** @typedef {import("../views/shared/app.js").App} App */

/**
 * @param {Network} loaded
 * @param {{original: Network | null, network: Network | null}} kept   from before a reload
 * @param {(app: App) => () => void} page   puts the views on the page; what comes back brings them up to date
 * @returns {App}
 */
export function createApp(loaded, kept, page) {
  let original = kept.original ?? loaded;
  let network = kept.network ?? original;
  let changed = kept.network !== null;
  let state = validFor(fromFragment(location.hash), network);
  /** @type {Reading | null} */
  let reading = null;
  let show = () => {};
  const update = frames(() => show());

  /** @param {Partial<State>} patch */
  const change = (patch) => {
    if (patch.strokes) patch = { ...patch, strokes: snap(patch.strokes) };
    state = validFor({ ...state, ...patch }, network);
    if ("strokes" in patch || "baseInk" in patch || "prepare" in patch) reading = null;
    update();
  };
  const address = keepAddress(
    () => state,
    (next) => {
      state = validFor(next, network);
      reading = null;
      update();
    },
  );

  /** @type {App} */
  const app = {
    get state() {
      return state;
    },
    get network() {
      return network;
    },
    get original() {
      return original;
    },
    get changed() {
      return changed;
    },
    get reading() {
      return (reading ??= read(state, network, state.prepare));
    },
    set(patch, how = "replace") {
      if (how === "push") address.follow(); // so that going back finds what was drawn until now
      change(patch);
      if (how === "push") address.follow("push");
      else address.followSoon();
    },
    setNetwork(next, another = false) {
      [network, reading] = [next, null];
      if (another) original = copy(next);
      changed = !another;
      remember(another ? original : null, another ? null : network);
      change({});
    },
    resetNetwork() {
      [network, reading, changed] = [original, null, false];
      remember(null, null);
      change({});
    },
    say: announcer(),
    live: connect(),
    link: address.link,
  };
  show = page(app);
  show();
  address.follow();
  return app;
}
