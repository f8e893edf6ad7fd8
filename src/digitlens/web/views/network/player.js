// @ts-check
// The forward pass and back-propagation on the network, in motion: play, pause, step by layer, scrub.
//
// A place is a number: from 0 to L the activations have come so far, 1.5 is halfway from layer 1 to layer 2; in
// Learn it
// goes on from L to 2 L, back through the layers. null: nothing is held, all activations are there. Where less
// motion is
// asked for, it goes from layer to layer at once.

import { attributes, h, setText } from "../shared/dom.js";
import { phrase } from "../../texts/first.js";

/** @typedef {import("../shared/lifetime.js").Lifetime} Lifetime */

const SLOW = 900; // ms a layer
const STILL = "(prefers-reduced-motion: reduce)";

/**
 * @param {Lifetime} life
 * @param {() => void} paint                  draws the network at the place
 * @param {() => {layers: number, back: boolean}} about   how many layers there are behind the picture; whether it goes
 *   back through them, too
 * @param {(place: number) => string} says    what happens at a whole place, in words
 */
export function playerView(life, paint, about, says) {
  let place = /** @type {number | null} */ (null);
  let [playing, last, run] = [false, 0, 0];
  const end = () => about().layers * (about().back ? 2 : 1);

  const play = h("button", { type: "button", class: "play", onclick: () => (playing ? pause() : start()) });
  const back = h(
    "button",
    {
      type: "button",
      onclick: () => go(-1),
      "aria-label": phrase("network.player.backALayer"),
      title: phrase("network.player.backALayer"),
    },
    "‹",
  );
  const next = h(
    "button",
    {
      type: "button",
      onclick: () => go(1),
      "aria-label": phrase("network.player.onALayer"),
      title: phrase("network.player.onALayer"),
    },
    "›",
  );
  const scrub = h("input", {
    type: "range",
    min: 0,
    step: "any",
    "aria-label": phrase("network.player.howFarItHasCome"),
    oninput: () => {
      const to = scrub.valueAsNumber; // before it is written again
      pause();
      show(to);
    },
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
      if (!by) return;
      event.preventDefault();
      go(by);
    },
  });
  const element = h(
    "div",
    { class: "player", role: "group", "aria-label": phrase("network.player.watchItCompute"), "data-part": "player" },
    h("div", { class: "row" }, play, back, scrub, next),
  );

  /** @param {number | null} to */
  const show = (to) => {
    place = to === null ? null : Math.max(0, Math.min(end(), to));
    update();
    paint();
  };
  const pause = () => {
    playing = false;
    update();
  };
  const start = (from = place === null || place >= end() ? 0 : place) => {
    playing = true;
    const mine = ++run;
    last = performance.now();
    const still = matchMedia(STILL).matches;
    show(from);
    const on = () => {
      if (!playing || mine !== run) return;
      const now = performance.now();
      const by = (now - last) / SLOW;
      if (!still || by >= 1) {
        last = now;
        show((place ?? 0) + (still ? 1 : by));
      }
      if (place === null || place >= end()) pause();
      else life.frame(on);
    };
    life.frame(on);
  };
  /** To the next whole place. @param {number} by */
  const go = (by) => {
    pause();
    const from = place ?? (by > 0 ? 0 : about().layers);
    show(place === null && by > 0 ? 1 : by > 0 ? Math.floor(from) + 1 : Math.ceil(from) - 1);
  };
  const update = () => {
    setText(
      play,
      playing
        ? phrase("network.player.pause")
        : place !== null && place > 0 && place < end()
          ? phrase("network.player.goOn")
          : phrase("network.player.play"),
    );
    attributes(scrub, { max: end() });
    const at = place ?? about().layers;
    scrub.value = String(at);
    const told = place === null ? "" : says(Math.floor(place + 1e-9));
    attributes(scrub, { "aria-valuetext": told || phrase("network.player.allLayersHaveTheirActivations") });
    attributes(back, { disabled: place === 0 });
    attributes(next, { disabled: place !== null && place >= end() });
  };
  update();
  return {
    element,
    play: () => start(0),
    /** Something else is to be seen: it is let go. */
    letGo() {
      playing = false;
      if (place === null) return;
      place = null;
      update();
    },
    update,
    /** What happens at the place; "" where none is held. */
    get says() {
      return place === null ? "" : says(Math.floor(place + 1e-9));
    },
    get place() {
      return place === null ? null : Math.min(place, end());
    },
  };
}
