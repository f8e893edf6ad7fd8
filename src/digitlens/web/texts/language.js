// @ts-check
// The language of the page: one for the document, chosen before anything is drawn. Another choice loads the page again.
//
// All texts of a language lie in one file: en.json, de.json, ... Each has the same keys, in parts: `first` is what the
// first reading needs, `later` the journeys, `worker` what the worker that trains needs, too. A module takes phrase()
// from first.js, later.js or worker.js, so that English comes along with the modules that speak it, and no sooner. In a
// bundle, texts are numbered by their places in the file: tools/build_page.mjs.
//
// A text is a string with values in braces, "Output {name} is at {first}."; or one for each plural form that the
// language has, {"one": "{n} digit", "other": "{n} digits"}, chosen by the value n.

/** @typedef {string | Partial<Record<Intl.LDMLPluralRule, string>>} Text */
/** @typedef {Record<string, Text>} Texts   by their keys */
/** @typedef {Record<string, string | number>} Values */

/** The languages of the page, by the codes that browsers know, each in its own words. */
export const LANGUAGES = /** @type {const} */ ({ en: "English", de: "Deutsch", es: "Español", zh: "简体中文" });
/** @typedef {keyof typeof LANGUAGES} Language */

/** The code that a document or a number format is given. */
const CODES = { en: "en", de: "de", es: "es", zh: "zh-Hans" };

let chosen = /** @type {Language} */ ("en");
let plural = new Intl.PluralRules("en");
/** The texts of that language, part by part; none in English, which the modules bring along. */
let texts = /** @type {Record<string, Texts>} */ ({});
let given = texts; // as they were given

/** The language that is spoken. @returns {Language} */
export const language = () => chosen;

/** The same as a document says it: "zh-Hans". */
export const languageCode = () => CODES[chosen];

/**
 * What a worker is told, so that it speaks the same: the language, and these parts of its texts.
 * @param {string[]} parts
 * @returns {{language: Language, parts: Record<string, Texts>}}
 */
export const spoken = (...parts) => ({
  language: chosen,
  parts: Object.fromEntries(parts.filter((part) => given[part]).map((part) => [part, given[part]])),
});

/**
 * From now on, this language is spoken.
 * @param {Language} which
 * @param {Record<string, Texts>} [parts]   its texts; none in English
 */
export function speak(which, parts = {}) {
  [chosen, plural] = [which, new Intl.PluralRules(CODES[which])];
  given = parts;
  texts = Object.fromEntries(Object.entries(parts).map(([part, some]) => [part, numbered(some)]));
}

/** Texts by their keys, and by their places. @param {Texts} part @returns {Texts} */
const numbered = (part) => Object.assign(/** @type {any} */ (Object.values(part)), part);

/**
 * The language that is wanted: the one that a link fixes, else the one that was chosen, else the browser's first that
 * the page has.
 * @param {(string | null | undefined)[]} wishes   the strongest first
 * @param {readonly string[]} [has]   the languages that are there
 * @returns {Language}
 */
export function languageOf(wishes, has = Object.keys(LANGUAGES)) {
  for (const wish of wishes) {
    const code = wish?.toLowerCase().split(/[-_]/)[0];
    if (code && has.includes(code) && code in LANGUAGES) return /** @type {Language} */ (code);
  }
  return "en";
}

/**
 * What gives the texts of one part: phrase("read.pad.undo"), phrase("network.answer.outputIsAt", {name, first}).
 * @template {Texts} Part
 * @param {string} part
 * @param {Part} english
 * @param {Partial<Part>} [named]   those of them that have names, in a bundle
 * @returns {(key: keyof Part & string, values?: Values) => string}   throws an Error for a key that is not there; a
 *   value that the text wants and was not given is told to the console, and the page goes on
 */
export function phrases(part, english, named = english) {
  const own = Object.assign(Object.values(english), named);
  return (key, values = NONE) => {
    const found = texts[part]?.[key] ?? own[key];
    const text = typeof found === "object" ? (found[plural.select(Number(values.n))] ?? found.other) : found;
    if (text === undefined) throw new Error(`no text is called "${key}"`);
    if (!text.includes("{")) return text;
    return text.replace(VALUE, (_, name) => {
      if (values[name] === undefined) console.error(`the text "${key}" wants the value ${name}`);
      return String(values[name] ?? "…");
    });
  };
}

const NONE = /** @type {Values} */ (Object.freeze({}));
const VALUE = /\{(\w+)\}/g;

/** A text within a sentence: "The numbers" becomes "the numbers". @param {string} text */
export const within = (text) => text.charAt(0).toLowerCase() + text.slice(1);

/** What went wrong, in words. @param {unknown} error */
export const reasonOf = (error) => (error instanceof Error ? error.message : String(error));
