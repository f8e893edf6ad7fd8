// @ts-check
// JSON, strictly: no key twice, no NaN, no number too large, not too deep. JSON.parse() would take the last of two
// equal keys and say nothing. The twin of parse_json() in storage/container.py.

const DEEPEST = 200; // lists and objects within one another
const TEXT = /"((?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*)"/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/y;
const SPACE = /[ \t\n\r]*/y;
const WORDS = /** @type {[string, boolean | null][]} */ ([
  ["true", true],
  ["false", false],
  ["null", null],
]);

const whole = new WeakSet();

/**
 * Whether it is a list in which each element was written as a whole number from 0 on: 3, but not 3.0 or 3e0.
 * @param {any} list   of what parseJson() gave
 * @returns {list is number[]}
 */
export function wholeNumbers(list) {
  return whole.has(list);
}

/**
 * The value that the text stands for. Throws an Error with a reason.
 * @param {string} text
 * @returns {any}
 */
export function parseJson(text) {
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.space();
  if (reader.at < text.length) reader.fail("something follows its end");
  return value;
}

class Reader {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
    this.at = 0;
    this.plain = false; // whether the latest value was a whole number from 0 on
  }

  /** @param {string} why @returns {never} */
  fail(why) {
    throw new Error(`${why}, at character ${this.at}`);
  }

  /** @param {RegExp} pattern @returns {RegExpExecArray | null} */
  match(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found) this.at = pattern.lastIndex;
    return found;
  }

  space() {
    this.match(SPACE);
  }

  /** Passes over one character, if it stands here. @param {string} character @returns {boolean} */
  take(character) {
    this.space();
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }

  /** @param {number} depth @returns {any} */
  value(depth) {
    if (depth > DEEPEST) this.fail("too deep");
    this.space();
    this.plain = false;
    const first = this.text[this.at];
    if (first === "{") return this.object(depth);
    if (first === "[") return this.list(depth);
    if (first === '"') return this.string();
    for (const [word, value] of WORDS) {
      if (!this.text.startsWith(word, this.at)) continue;
      this.at += word.length;
      return value;
    }
    return this.number();
  }

  /** @param {number} depth */
  object(depth) {
    const pairs = /** @type {[string, any][]} */ ([]);
    this.take("{");
    if (this.take("}")) return {};
    do {
      this.space();
      const name = this.string();
      if (!this.take(":")) this.fail("a colon is missing");
      pairs.push([name, this.value(depth + 1)]);
    } while (this.take(","));
    if (!this.take("}")) this.fail("an object does not end");
    if (new Set(pairs.map(([name]) => name)).size < pairs.length) this.fail("a key stands there twice");
    return Object.fromEntries(pairs); // takes "__proto__" as a name like any other
  }

  /** @param {number} depth */
  list(depth) {
    const list = /** @type {any[]} */ ([]);
    let plain = true;
    this.take("[");
    if (!this.take("]")) {
      do {
        list.push(this.value(depth + 1));
        plain &&= this.plain;
      } while (this.take(","));
      if (!this.take("]")) this.fail("a list does not end");
    }
    if (plain) whole.add(list);
    this.plain = false;
    return list;
  }

  /** @returns {string} */
  string() {
    const found = this.match(TEXT);
    if (!found) this.fail("a text is missing or damaged");
    return found[1].includes("\\") ? JSON.parse(found[0]) : found[1];
  }

  /** @returns {number} */
  number() {
    const found = this.match(NUMBER);
    if (!found) this.fail("a value is missing");
    const number = Number(found[0]);
    if (!Number.isFinite(number)) this.fail(`${found[0].slice(0, 20)} is too large`);
    this.plain = !found[1] && !found[2] && !found[0].startsWith("-");
    return number;
  }
}
