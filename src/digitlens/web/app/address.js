// @ts-check
// The address follows the state, and the state follows the browser's way back.

import { fromFragment, toFragment } from "../model/state.js";

/** @typedef {import("../model/state.js").State} State */
/** @typedef {import("../views/shared/lifetime.js").Lifetime} Lifetime */
/** @typedef {import("../views/shared/services.js").Address} Address */

const QUIET = 300; // ms without a change until the address follows

/**
 * @param {Address} address
 * @param {ShadowRoot} root   of the component
 * @param {Lifetime} life
 * @param {() => State} state               as it is now
 * @param {(state: State) => void} arrived  somebody has gone back or forth
 */
export function keepAddress(address, root, life, state, arrived) {
  let quiet = 0;
  const follow = (/** @type {"push" | "replace"} */ how = "replace") => {
    life.cancel(quiet);
    address.show(toFragment(state()), how);
  };
  address.watch(() => arrived(fromFragment(address.fragment())), life.signal);
  const { signal } = life;
  // a reload right after a stroke finds it
  root.host.addEventListener("pointerup", () => life.after(follow), { signal });
  window.addEventListener("pagehide", () => follow(), { signal });
  return {
    follow,
    followSoon() {
      life.cancel(quiet);
      quiet = life.after(follow, QUIET);
    },
    /** The whole address of a state. @param {State} [of] */
    link: (of = state()) => address.link(toFragment(of)),
  };
}
