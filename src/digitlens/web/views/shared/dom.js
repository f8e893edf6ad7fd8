// @ts-check
// Elements in one line: h("p", {class: "note"}, "text"), and the same for SVG and MathML.

/** @typedef {Node | string | number | null | undefined | false} Child */
/**
 * `onclick` and the like are listeners; true sets an attribute, false leaves it out.
 * @typedef {Record<string, any>} Attributes
 */

/**
 * An HTML element.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/**
 * An SVG element.
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

/**
 * A MathML element.
 * @param {string} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 * @returns {MathMLElement}
 */
export function math(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/1998/Math/MathML", tag);
  return filled(/** @type {MathMLElement} */ (element), attributes, children);
}

/**
 * A text with elements in it, as children: woven("A talk by <who>.", { who: h("b", {}, "Grant") }).
 * @param {string} text
 * @param {Record<string, Child>} elements   by their names in the text
 * @returns {Child[]}
 */
export const woven = (text, elements) => text.split(/<(\w+)>/).map((piece, i) => (i % 2 ? elements[piece] : piece));

/**
 * Sets attributes; false, null and undefined take one away.
 * @param {Element} element
 * @param {Attributes} attributes
 */
export function attributes(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === false || value === null || value === undefined) element.removeAttribute(name);
    else if (element.getAttribute(name) !== String(value))
      element.setAttribute(name, value === true ? "" : String(value));
  }
}

/**
 * Changes a text only where it differs: what does not change need not be laid out again.
 * @param {Node} node
 * @param {string} text
 */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * Takes everything out of an element, and puts these children in.
 * @param {Element} element
 * @param {...Child} children
 */
export function clear(element, ...children) {
  element.replaceChildren(...nodes(children));
}

/**
 * Whether an event of the document, such as a key or a paste, is meant for something else than this component: it is,
 * unless it comes from within, or from nowhere in a document with one component alone.
 * @param {{root: ShadowRoot}} component
 * @param {Event} event
 */
export function isElsewhere({ root }, event) {
  const path = event.composedPath();
  if (path.includes(root.host)) return false;
  return path[0] !== document.body || document.querySelectorAll(".digitlens").length > 1;
}

/**
 * What a key asks for: Ctrl+Z, and Ctrl+Shift+Z or Ctrl+Y.
 * @param {KeyboardEvent} event
 * @returns {"undo" | "redo" | ""}
 */
export function undoKey({ key, ctrlKey, metaKey, shiftKey }) {
  if (!ctrlKey && !metaKey) return "";
  const letter = key.toLowerCase();
  return letter === "y" || (letter === "z" && shiftKey) ? "redo" : letter === "z" ? "undo" : "";
}

/**
 * @template {Element} E
 * @param {E} element
 * @param {Attributes} given
 * @param {Child[]} children
 * @returns {E}
 */
function filled(element, given, children) {
  attributes(element, given);
  element.append(...nodes(children));
  return element;
}

/** @param {Child[]} children @returns {(Node | string)[]} */
function nodes(children) {
  const kept = [];
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    kept.push(child instanceof Node ? child : String(child));
  }
  return kept;
}
