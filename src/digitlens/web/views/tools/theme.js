// @ts-check
// Dark, light, or as the system says: remembered where the browser remembers things, and dark where nothing was chosen.
//
// The page loads this module first, so that it is never seen in the wrong colours.

/** @typedef {"dark" | "light" | "system"} Theme */

export const THEMES = /** @type {const} */ (["dark", "light", "system"]);
const KEY = "digitlens.theme";
const systemIsLight = matchMedia("(prefers-color-scheme: light)");
let chosen = remembered();

/** @returns {Theme} */
export const theme = () => chosen;

/** @param {Theme} next */
export function setTheme(next) {
  chosen = next;
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // a browser that remembers nothing: it holds until the page is closed
  }
  show();
}

function show() {
  const light = chosen === "light" || (chosen === "system" && systemIsLight.matches);
  document.documentElement.dataset.theme = light ? "light" : "dark";
}

/** @returns {Theme} */
function remembered() {
  try {
    const kept = localStorage.getItem(KEY);
    return THEMES.find((one) => one === kept) ?? "dark";
  } catch {
    return "dark";
  }
}

systemIsLight.addEventListener("change", show);
show();
