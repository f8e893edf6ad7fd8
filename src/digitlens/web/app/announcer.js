// @ts-check
// A short message at the bottom of the page, for eyes and screen readers; it goes away by itself.

const SHORTEST = 2500; // ms
const LETTER = 40; // ms more for each letter

/** What shows a message. @returns {(text: string) => void} */
export function announcer() {
  const said = /** @type {HTMLElement} */ (document.getElementById("said"));
  let timer = 0;
  return (text) => {
    clearTimeout(timer);
    said.textContent = text;
    said.classList.add("shown");
    timer = window.setTimeout(() => said.classList.remove("shown"), SHORTEST + LETTER * text.length);
  };
}
