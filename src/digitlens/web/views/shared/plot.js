// @ts-check
// A plot of lines over epochs, by uPlot, in the colours of the theme, with a key whose lines are told apart without
// colour.

import { near, powers as ofTen, steady as inSteps } from "../../train/axes.js";
import uPlot from "../../vendor/uplot/uPlot.esm.js";
import { attributes, clear, h, svg } from "./dom.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {"positive" | "negative" | "winner" | "dim" | "text"} Ink */
/**
 * @typedef {Object} Series   band: the area between this one and the next is filled
 * @property {string} label
 * @property {Ink} ink
 * @property {number[]} [dash]
 * @property {boolean} [thin]
 * @property {boolean} [faint]   of something else than this is about
 * @property {boolean} [band]
 */
/**
 * @typedef {Object} Wanted
 * @property {string} title
 * @property {string} y           what the axis is called
 * @property {Series[]} series
 * @property {boolean} [percent]  shares, shown as percents
 * @property {boolean} [powers]   on a scale of powers of ten
 * @property {boolean} [steady]   the axes go in whole steps, and seldom move
 * @property {(x: number) => void} [pick]   somebody points at a place
 * @property {number} [height]
 */

const INKS = {
  positive: "--positive-text",
  negative: "--negative-text",
  winner: "--winner-text",
  dim: "--dim",
  text: "--text",
};
const HEIGHT = 220;
const WHOLE = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000];
const FONT = "12px system-ui, sans-serif";

/** @param {App} app @param {Wanted} wanted */
export function plotView(
  app,
  { title, y, series: first, percent = false, powers = false, steady = false, pick, height = HEIGHT },
) {
  const place = h("div", { class: pick ? "plot picked" : "plot", role: "img", "aria-label": title });
  const key = h("figcaption", { class: "key" });
  const element = h("figure", { class: "plotted" }, h("h3", {}, title), place, key);
  let series = first;
  let [theme, named] = ["", ""];
  /** @type {uPlot | null} */
  let plot = null;
  /** @type {number | null} */
  let marked = null;
  /** @type {number | null} */
  let end = null;
  /** @type {any[]} */
  let latest = [[]];

  const ink = (/** @type {Ink} */ name) => getComputedStyle(app.root.host).getPropertyValue(INKS[name]).trim();
  const build = () => {
    plot?.destroy();
    const grid = { stroke: ink("dim") + "33", width: 1 };
    const axis = {
      stroke: ink("dim"),
      grid,
      ticks: grid,
      font: FONT,
      labelFont: FONT,
      labelGap: 0,
      labelSize: 18,
      size: 32,
    };
    const small = (/** @type {number} */ value) =>
      value === 0 ? "0" : Math.abs(value) >= 0.001 ? String(Number(value.toPrecision(3))) : value.toExponential(0);
    const values = (/** @type {any} */ _, /** @type {(number | null)[]} */ marks) =>
      marks.map((mark) => (mark === null ? "" : percent ? `${Number((100 * mark).toFixed(2))} %` : small(mark)));
    const scale = powers
      ? { distr: /** @type {3} */ (3), range: () => ofTen(latest) }
      : { range: () => (steady ? inSteps : near)(latest, percent) };
    plot = new uPlot(
      {
        width: Math.max(200, place.clientWidth),
        height,
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: {
            time: false,
            range: (_, low, high) => (end === null ? [low ?? 0, high === low ? high + 1 : (high ?? 1)] : [0, end]),
          },
          y: scale,
        },
        axes: [
          { ...axis, label: phrase("shared.plot.epochs"), incrs: WHOLE },
          { ...axis, label: y, size: 52, values },
        ],
        series: [
          {},
          ...series.map((one) => ({
            label: one.label,
            stroke: ink(one.ink) + (one.faint ? "99" : ""),
            width: one.thin ? 0.5 : one.faint ? 1.25 : 2,
            dash: one.dash ?? [],
            spanGaps: true,
            points: { show: false },
          })),
        ],
        bands: series.flatMap((one, i) =>
          one.band ? [{ series: /** @type {[number, number]} */ ([i + 1, i + 2]), fill: ink(one.ink) + "33" }] : [],
        ),
        hooks: { draw: [(/** @type {uPlot} */ self) => mark(self)] },
      },
      /** @type {any} */ (latest),
      place,
    );
    attributes(place.querySelector("canvas") ?? place, { "aria-hidden": "true" });
    if (place.firstElementChild) attributes(place, { role: "img" });
    clear(key, ...series.filter((one) => one.label).map((one) => h("span", {}, sample(one), one.label)));
  };
  /** The moment that is gone back to. @param {uPlot} self */
  const mark = (self) => {
    if (marked === null) return;
    const x = self.valToPos(marked, "x", true);
    const { top, height: tall } = self.bbox;
    Object.assign(self.ctx, { strokeStyle: ink("winner"), lineWidth: 2 });
    self.ctx.setLineDash([]);
    self.ctx.beginPath();
    self.ctx.moveTo(x, top);
    self.ctx.lineTo(x, top + tall);
    self.ctx.stroke();
  };
  const refresh = () => {
    const now = app.root.host.getAttribute("data-theme") ?? "";
    const names = series.map((one) => one.label).join() || "none";
    if (plot && theme === now && named === names) return plot.setData(/** @type {any} */ (latest));
    [theme, named] = [now, names];
    build();
  };
  /** A tap, or a mouse that is dragged. @param {PointerEvent | MouseEvent} event */
  const point = (event) => {
    const over = /** @type {HTMLElement | null} */ (place.querySelector(".u-over"));
    if (!plot || !over) return;
    const { left, width } = over.getBoundingClientRect();
    pick?.(plot.posToVal(((event.clientX - left) * over.offsetWidth) / width, "x"));
  };
  if (pick) {
    place.addEventListener("click", point);
    place.addEventListener(
      "pointermove",
      (event) => event.pointerType === "mouse" && event.buttons === 1 && point(event),
    );
  }
  const resized = new ResizeObserver(() => plot?.setSize({ width: Math.max(200, place.clientWidth), height }));
  const coloured = new MutationObserver(() => plot && element.isConnected && refresh());
  resized.observe(place);
  coloured.observe(app.root.host, { attributeFilter: ["data-theme"] });
  for (const observer of [resized, coloured]) app.life.observes(observer);
  app.life.signal.addEventListener("abort", () => plot?.destroy(), { once: true });

  return {
    element,
    /** Several lines with places of their own, as columns: the places of all, then the values of each. */
    joined: (/** @type {any[][]} */ ...lines) => uPlot.join(/** @type {any} */ (lines)),
    /** @param {Series[]} next   other lines, where these have changed */
    series(next) {
      if (next.map((one) => one.label).join() === series.map((one) => one.label).join()) return;
      series = next;
      named = "";
    },
    /**
     * @param {any[]} data   columns, x first
     * @param {string} words   for those who cannot see it
     * @param {number | null} [at]   where to draw a line across
     * @param {number | null} [last]   where the axis of epochs ends; with the data, if nothing is said
     */
    update(data, words, at = null, last = null) {
      attributes(place, { "aria-label": `${title}. ${words}` });
      if (!element.isConnected) return;
      [latest, marked, end] = [data, at, last];
      refresh();
    },
  };
}

/** A piece of the line, for the key. @param {Series} one */
function sample({ ink, dash = [] }) {
  return svg(
    "svg",
    { width: 28, height: 10, "aria-hidden": "true", class: `sample ${ink}` },
    svg("line", { x1: 0, y1: 5, x2: 28, y2: 5, "stroke-width": 2.5, "stroke-dasharray": dash.join(" ") || false }),
  );
}
