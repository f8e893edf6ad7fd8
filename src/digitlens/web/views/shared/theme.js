// @ts-check
// Dark, light, or as the system says: remembered where the browser remembers things; the system's where nothing was
// chosen.

/** @typedef {"dark" | "light" | "system"} Theme */
/** @typedef {{chosen: () => Theme, choose: (theme: Theme) => void, next: () => Theme}} Themes */
/** @typedef {import("./lifetime.js").Lifetime} Lifetime */
/** @typedef {import("./services.js").Services} Services */

export const THEMES = /** @type {const} */ (["dark", "light", "system"]);
const KEY = "digitlens.theme";

/**
 * The theme of a component, as the attribute data-theme of its host.
 * @param {HTMLElement} host
 * @param {Services} services
 * @param {Lifetime} life
 * @returns {Themes}
 */
export function themes(host, { storage, themed }, life) {
  const site = storage?.site ?? null;
  const systemIsLight = matchMedia("(prefers-color-scheme: light)");
  let chosen = remembered(site);
  const show = () => {
    const light = chosen === "light" || (chosen === "system" && systemIsLight.matches);
    host.dataset.theme = light ? "light" : "dark";
    themed?.(light ? "light" : "dark");
  };
  systemIsLight.addEventListener("change", show, { signal: life.signal });
  show();
  return {
    chosen: () => chosen,
    /** The one that another press leads to: from the system's to its opposite, so that something is seen. */
    next() {
      const own = systemIsLight.matches ? "light" : "dark";
      return chosen === "system" ? (own === "light" ? "dark" : "light") : chosen === own ? "system" : own;
    },
    choose(theme) {
      chosen = theme;
      try {
        site?.setItem(KEY, theme);
      } catch {
        // a browser that remembers nothing: it holds until the page is closed
      }
      show();
    },
  };
}

/** @param {Storage | null} site @returns {Theme} */
function remembered(site) {
  try {
    const kept = site?.getItem(KEY);
    return THEMES.find((one) => one === kept) ?? "system";
  } catch {
    return "system";
  }
}
