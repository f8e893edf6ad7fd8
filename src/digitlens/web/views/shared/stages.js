// @ts-check
// Numbered stages that open one after the other: by their headings, or with "next"; the arrow keys move between
// headings.

import { attributes, h } from "./dom.js";
import { phrase } from "../../texts/later.js";

/** @typedef {{name: string, title: string, body: HTMLElement}} Stage   name: by which a teacher hides it */

/**
 * @param {Stage[]} given   numbered from 1
 * @param {() => void} opened
 * @returns {{element: HTMLElement, begin: HTMLButtonElement, isOpen: (number: number) => boolean, open: (number:
 *   number) => void}}
 */
export function stages(given, opened) {
  const all = given.map(({ name, title, body }, i) => {
    const summary = h("summary", {}, h("span", { class: "ordinal", "aria-hidden": "true" }, i + 1), h("h3", {}, title));
    const previous = h(
      "button",
      {
        class: "quiet",
        onclick: () => go(i, -1),
        "aria-label": i
          ? phrase("shared.stages.back", { title: given[i - 1].title })
          : phrase("shared.stages.backTheCost"),
      },
      phrase("shared.stages.back2"),
    );
    const next = given[i + 1] && h("button", { class: "next", onclick: () => go(i, 1) }, `${given[i + 1].title} ›`);
    const element = h(
      "details",
      { class: "stage", "data-part": name, "data-title": title, ontoggle: opened },
      summary,
      h("div", { class: "body" }, body, h("div", { class: "row turn" }, previous, next)),
    );
    return { element, summary };
  });
  const begin = h("button", { class: "next main", onclick: () => go(-1, 1) }, phrase("shared.stages.backPropagate"));
  const shown = () => all.filter(({ element }) => !element.hidden);

  /** @param {number} from @param {number} by */
  const go = (from, by) => {
    let to = from + by;
    while (all[to]?.element.hidden) to += by;
    if (all[to]) open(to + 1);
    else if (to < 0) {
      begin.scrollIntoView({ block: "center" });
      begin.focus({ preventScroll: true });
    }
  };
  /** @param {number} number */
  const open = (number) => {
    const { element, summary } = all[number - 1];
    attributes(element, { open: true });
    summary.focus({ preventScroll: true });
    element.scrollIntoView({ block: "start" });
  };
  const element = h("div", { class: "stages" }, ...all.map((one) => one.element));
  element.addEventListener("keydown", (event) => {
    const headings = shown().map(({ summary }) => summary);
    const at = headings.findIndex((summary) => summary === event.target);
    if (at < 0) return;
    const places = /** @type {Object<string, number>} */ ({
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: headings.length - 1,
    });
    const to = places[event.key];
    if (to === undefined) return;
    event.preventDefault();
    headings[to]?.focus();
  });
  return { element, begin, isOpen: (number) => all[number - 1].element.open, open };
}
