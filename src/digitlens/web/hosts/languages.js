// @ts-check
// In which language a page of its own speaks: as its link says (?lang=de), as it was chosen, or as the browser prefers.

import { language, LANGUAGES, languageCode, languageOf, speak } from "../texts/language.js";
import { phrase } from "../texts/first.js";

/** @typedef {import("../texts/language.js").Language} Language */
/** @typedef {import("../texts/language.js").Texts} Texts */
/** @typedef {import("../views/shared/services.js").Services} Services */
/**
 * The texts that a host has besides the English ones.
 * @typedef {Object} Translations
 * @property {readonly Language[]} has
 * @property {Language} [begins]   the one to begin with, whatever the browser prefers
 * @property {(language: Language) => Promise<Record<string, Texts>>} load   the content of a file of texts/
 */

const KEY = "digitlens.language";
const FIXED = "lang"; // in the address, after "?"
const OTHERS = /** @type {Language[]} */ (Object.keys(LANGUAGES).filter((one) => one !== "en"));

/** Those that lie as files beside the page. @param {(path: string) => Promise<Response>} get @returns {Translations} */
export const filesBeside = (get) => ({ has: OTHERS, load: async (which) => (await get(`texts/${which}.json`)).json() });

/**
 * Chooses the language, and speaks it from now on; English where its texts cannot be loaded.
 * @param {Translations | undefined} translations
 * @param {Storage | null} site   where the choice is kept
 * @returns {Promise<Services["languages"]>}
 */
export async function chosenLanguage(translations, site) {
  if (!translations?.has.length) return undefined;
  const has = /** @type {Language[]} */ (["en", ...translations.has]);
  const fixed = new URLSearchParams(location.search).get(FIXED);
  const wanted = languageOf([fixed, remembered(site), translations.begins, ...(navigator.languages ?? [])], has);
  if (wanted !== "en") {
    try {
      speak(wanted, await translations.load(wanted));
    } catch {
      // nobody answers: a page in English is better than none
    }
  }
  document.documentElement.lang = languageCode();
  if (language() !== "en") document.title = phrase("hosts.languages.title");
  return {
    has,
    choose(which) {
      const address = new URL(location.href);
      try {
        if (!site) throw new Error();
        site.setItem(KEY, which);
        address.searchParams.delete(FIXED);
      } catch {
        address.searchParams.set(FIXED, which); // a browser that remembers nothing: the address does
      }
      if (address.search === location.search) location.reload();
      else location.replace(address);
    },
    fix: (link) => link.replace(/(\?[^#]*)?(?=#|$)/, `?${FIXED}=${language()}`),
  };
}

/** @param {Storage | null} site */
function remembered(site) {
  try {
    return site?.getItem(KEY);
  } catch {
    return null;
  }
}
