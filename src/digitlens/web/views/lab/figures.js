// @ts-check
// The figures of the Lab: bars and dots, as HTML that is read aloud as a table.

import { plain } from "../../core/numbers.js";
import { h } from "../shared/dom.js";
import { CONDITIONS, HELPED, helpedHeads, onCounts } from "./words.js";

/** @typedef {import("../shared/services.js").Study} Study */

/**
 * How many neurons were found in each network, a column each, condition by condition.
 * @param {Study["first"]} first
 */
export function countsPlot({ neurons, found }) {
  const most = Math.max(1, ...Object.values(found).flat());
  const rows = Object.entries(found).map(([name, counts]) => {
    const mean = counts.reduce((sum, one) => sum + one, 0) / counts.length;
    const columns = counts.map((one) => {
      const column = h("span");
      column.style.setProperty("--share", (one / most).toFixed(3));
      return column;
    });
    const strong = name === "trained" ? "columns strong" : "columns";
    return h(
      "tr",
      {},
      h("th", { scope: "row" }, CONDITIONS[name]?.() ?? name),
      h("td", {}, h("span", { class: strong, "aria-hidden": "true" }, ...columns)),
      h("td", { class: "number" }, plain(mean, 1)),
    );
  });
  return h("table", { class: "figure" }, h("caption", {}, onCounts(neurons, most)), h("tbody", {}, ...rows));
}

/**
 * Areas under the curve, 0.5 to 1, and what they were before.
 * @param {number | null} line   what would be clear
 * @param {{name: string, value: number, before?: number, strong: boolean}[]} rows
 * @param {string} caption
 */
export function areasPlot(line, rows, caption) {
  const at = (/** @type {string} */ kind, /** @type {number} */ value) => {
    const mark = h("span", { class: kind });
    mark.style.setProperty("--share", Math.max(0, Math.min(1, (value - 0.5) / 0.5)).toFixed(3));
    return mark;
  };
  const drawn = rows.map(({ name, value, before, strong }) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, name),
      h(
        "td",
        {},
        h(
          "span",
          { class: "area-track", "aria-hidden": "true" },
          line !== null && at("area-line", line),
          before !== undefined && at("area-dot", before),
          at(strong ? "area-dot strong" : "area-dot now", value),
        ),
      ),
      h("td", { class: "number" }, before === undefined ? plain(value, 2) : `${plain(before, 2)} → ${plain(value, 2)}`),
    ),
  );
  return h("table", { class: "figure" }, h("caption", {}, caption), h("tbody", {}, ...drawn));
}

/** @param {Study["helped"]} helped */
export function helpedTable(helped) {
  const percent = (/** @type {number} */ share) => `${Math.round(100 * share)} %`;
  return h(
    "div",
    { class: "wide" },
    h(
      "table",
      { class: "helped" },
      h("thead", {}, h("tr", {}, ...helpedHeads().map((name) => h("th", { scope: "col" }, name)))),
      h(
        "tbody",
        {},
        ...helped.map(({ name, networks, accuracy, found, explained }) =>
          h(
            "tr",
            {},
            h("th", { scope: "row" }, HELPED[name]?.() ?? name),
            ...[String(networks), `${plain(100 * accuracy, 2)} %`, percent(found), percent(explained)].map((text) =>
              h("td", { class: "number" }, text),
            ),
          ),
        ),
      ),
    ),
  );
}
