// @ts-check
// Sheets of paper: exercises as elements, with blanks or with their answers, and the document that is saved of them.

import { h, svg } from "../shared/dom.js";
import { paperFile } from "../../model/paper_file.js";
import { languageCode } from "../../texts/language.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("./exercise.js").Exercise} Exercise */
/** @typedef {import("./exercise.js").Cell} Cell */
/**
 * @typedef {Object} Picture
 * @property {string} said
 * @property {ArrayLike<number>} ink   (rows · columns), 0 to 1
 * @property {import("../../core/shape.js").Shape} shape
 */

/**
 * The sheets: the exercises, and the same with their answers.
 * @param {string} title
 * @param {Picture | null} picture
 * @param {Exercise[][]} pages   the exercises of each page
 * @param {"white" | "black"} ground
 * @returns {HTMLElement[]}
 */
export function sheetsOf(title, picture, pages, ground) {
  const many = pages.flat().length > 1;
  return [false, true].flatMap((answers) => {
    let number = 0;
    return pages.map((exercises, i) =>
      h(
        "section",
        { class: "exercise-sheet", "data-ground": ground },
        h("h2", {}, answers ? phrase("worksheet.paper.theKey", { title }) : title),
        ...(picture && !i ? [h("p", {}, picture.said), inkOf(picture)] : []),
        ...exercises.flatMap((one) => exercise(one, many ? `${++number}. ` : "", answers)),
      ),
    );
  });
}

/** @param {Exercise} one @param {string} number @param {boolean} answers */
function exercise({ title, said, head, rows, totals, questions }, number, answers) {
  const cell = (/** @type {Cell} */ one) => (typeof one === "string" ? one : blankOf(one, answers));
  const table = h(
    "table",
    {},
    head.length > 0 &&
      h("thead", {}, h("tr", {}, ...head.map((name) => (name ? h("th", { scope: "col" }, name) : h("td"))))),
    h(
      "tbody",
      {},
      ...rows.map(([first, ...others], i) =>
        h(
          "tr",
          { class: totals.includes(i) ? "total" : "" },
          h("th", { scope: "row" }, cell(first)),
          ...others.map((one) => h("td", {}, cell(one))),
        ),
      ),
    ),
  );
  return [
    h("h3", {}, number + title),
    h("p", {}, said),
    table,
    ...questions.map(({ asked, blank }) => h("p", { class: "asked" }, asked, blankOf(blank, answers))),
  ];
}

/** @param {import("./exercise.js").Blank} blank @param {boolean} answers */
const blankOf = ({ answer }, answers) =>
  answers
    ? h("strong", { class: "blank" }, answer)
    : h("span", { class: "blank", role: "img", "aria-label": phrase("worksheet.paper.toFillIn") });

/** A picture in squares of grey, sharp at any size. @param {Picture} picture */
function inkOf({ ink, shape: { rows, columns } }) {
  const square = (/** @type {number} */ k) =>
    svg("rect", {
      x: k % columns,
      y: Math.floor(k / columns),
      width: 1.02,
      height: 1.02,
      "fill-opacity": ink[k].toFixed(2),
    });
  const inked = Array.from({ length: rows * columns }, (_, k) => k).filter((k) => ink[k] >= 0.005);
  return svg("svg", { viewBox: `0 0 ${columns} ${rows}`, "aria-hidden": "true" }, ...inked.map(square));
}

/**
 * The sheets as a document of their own, which needs nothing from outside.
 * @param {HTMLElement[]} sheets
 * @param {"white" | "black"} ground
 * @param {ShadowRoot} root   whose style sheets say what they look like
 * @returns {string}
 */
export function documentOf(sheets, ground, root) {
  const rules = [...root.styleSheets, ...root.adoptedStyleSheets].flatMap(({ cssRules }) => Array.from(cssRules));
  return paperFile({
    title: sheets[0].querySelector("h2")?.textContent ?? "",
    language: languageCode(),
    style: rules.flatMap(({ cssText }) => (cssText.includes(".exercise-sheet") ? [cssText] : [])).join("\n"),
    ground,
    body: sheets.map((sheet) => sheet.outerHTML).join("\n"),
  });
}
