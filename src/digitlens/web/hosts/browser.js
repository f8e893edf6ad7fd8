// @ts-check
// What hosts in a page of their own share: the browser's address and storage, and style sheets from files.

import { h } from "../views/shared/dom.js";
import { phrase } from "../texts/first.js";

/** @typedef {import("../views/shared/services.js").Address} Address */
/** @typedef {import("../views/shared/services.js").Services} Services */

/** The address of the page: the state is what stands after "#". @returns {Address} */
export function pageAddress() {
  return {
    fragment: () => location.hash,
    show(fragment, how) {
      const hash = `#${fragment}`;
      if (hash === location.hash) return;
      if (how === "push") history.pushState(null, "", hash);
      else history.replaceState(null, "", hash);
    },
    watch: (arrived, signal) => window.addEventListener("popstate", arrived, { signal }),
    link: (fragment) => `${location.href.replace(/[?#].*$/, "")}#${fragment}`,
  };
}

/**
 * An address that is in nobody's address bar: it begins somewhere, and follows the state.
 * @param {string} [fragment]
 * @returns {Address}
 */
export function ownAddress(fragment = "") {
  return {
    fragment: () => fragment,
    show: (next) => (fragment = next),
    watch() {},
    link: (of) => `#${of}`,
  };
}

/** The browser's storage, where it has any for us. @returns {NonNullable<Services["storage"]>} */
export function browserStorage() {
  const allowed = (/** @type {() => Storage} */ storage) => {
    try {
      return storage();
    } catch {
      return null; // a private window, or a frame that may not
    }
  };
  return { tab: allowed(() => sessionStorage), site: allowed(() => localStorage) };
}

/**
 * Style sheets as files. @param {(sheet: string) => string} address   of each
 * @returns {Services["styles"]}
 */
export function linkedStyles(address) {
  return async (root, sheets) => {
    await Promise.all(sheets.map((sheet) => linked(root, address(sheet))));
  };
}

/** @param {ShadowRoot} root @param {string} href @returns {Promise<void>} */
function linked(root, href) {
  return new Promise((done, fail) => {
    const last = Array.from(root.querySelectorAll("link")).at(-1) ?? null;
    if (root.querySelector(`link[href="${href}"]`)) return done();
    const link = h("link", {
      rel: "stylesheet",
      href,
      onload: () => done(),
      onerror: () => (link.remove(), fail(new Error(phrase("hosts.browser.cannotBeLoaded", { href })))),
    });
    if (last) last.after(link);
    else root.prepend(link);
  });
}

/**
 * Style sheets as texts that the host brings along.
 * @param {Record<string, string>} first   those of the first reading, by their names
 * @param {() => Promise<{ texts: Record<string, string> }>} load   all others
 * @returns {Services["styles"]}
 */
export function ownStyles(first, load) {
  const adopted = /** @type {WeakMap<ShadowRoot, Set<string>>} */ (new WeakMap());
  return async (root, sheets) => {
    const known = adopted.get(root) ?? new Set();
    adopted.set(root, known);
    const texts = sheets.every((sheet) => sheet in first) ? first : { ...first, ...(await load()).texts };
    for (const sheet of sheets) {
      if (known.has(sheet)) continue; // a second time it would overrule those that came in between
      known.add(sheet);
      const style = new CSSStyleSheet();
      style.replaceSync(texts[sheet]);
      root.adoptedStyleSheets.push(style);
    }
  };
}
