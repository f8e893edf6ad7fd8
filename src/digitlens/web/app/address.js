// @ts-check
// The address follows the state, and the state follows the browser's way back.

import { fromFragment, toFragment } from "../model/state.js";
import { linkJourneys } from "./journeys.js";

/** @typedef {import("../model/state.js").State} State */

const QUIET = 300; // ms without a change until the address follows

/**
 * @param {() => State} state               as it is now
 * @param {(state: State) => void} arrived  somebody has gone back or forth
 */
export function keepAddress(state, arrived) {
  let quiet = 0;
  const follow = (/** @type {"push" | "replace"} */ how = "replace") => {
    clearTimeout(quiet);
    const fragment = `#${toFragment(state())}`;
    linkJourneys(state());
    if (fragment === location.hash) return;
    if (how === "push") history.pushState(null, "", fragment);
    else history.replaceState(null, "", fragment);
  };
  window.addEventListener("popstate", () => arrived(fromFragment(location.hash)));
  window.addEventListener("pointerup", () => setTimeout(follow)); // a reload right after a stroke must find it
  window.addEventListener("pagehide", () => follow());
  return {
    follow,
    followSoon() {
      clearTimeout(quiet);
      quiet = window.setTimeout(follow, QUIET);
    },
    /** The whole address of a state. @param {State} [of] */
    link: (of = state()) => `${location.origin}${location.pathname}#${toFragment(of)}`,
  };
}
