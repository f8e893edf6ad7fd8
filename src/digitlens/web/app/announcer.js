// @ts-check
// A short message at the bottom of the page, for eyes and screen readers; it goes away by itself.

/** @typedef {import("../views/shared/lifetime.js").Lifetime} Lifetime */

const SHORTEST = 2500; // ms
const LETTER = 40; // ms more for each letter

/** What shows a message. @param {HTMLElement} said @param {Lifetime} life @returns {(text: string) => void} */
export function announcer(said, life) {
  let timer = 0;
  return (text) => {
    life.cancel(timer);
    said.textContent = text;
    said.classList.add("shown");
    timer = life.after(() => said.classList.remove("shown"), SHORTEST + LETTER * text.length);
  };
}
