// @ts-check
// What is on the page, as one plain frozen value; and the same as the address that a teacher can send.
//
//     #neuron/1/3?s=...&w=406&hide=answer,sum
//     #read?s=...&ask=Which%20digit%20will%20it%20say%3F
//
// A fragment that is damaged, or from elsewhere, loses what cannot be read in it, and nothing else.

import { DIGIT_SHAPE, LARGEST_SIDE, MOST_CLASSES, pixelsOf, sameShape } from "../core/shape.js";

/** @typedef {import("../core/shape.js").Shape} Shape */
/** @typedef {number[][][]} Strokes   each stroke a list of [x, y] in pad units: the pad's longer side has 28, y down */
/** @typedef {{kind: "mnist" | "folder", on: "test" | "training", number: number, digit: number}
 *    | {kind: "example", digit: number}
 *    | {kind: "noise", seed: number} | {kind: "picture", name: string}} Base   where a picture on the pad came from */
/** @typedef {import("../picture/preparation.js").Stage} Stage */
/** @typedef {"read" | "neuron" | "learn" | "lab" | "train" | "compare" | "story"} View */
/** @typedef {Exclude<View, "story">} Shown */
/**
 * @typedef {Object} State
 * @property {View} view
 * @property {Shown} shows   which view a step of the story shows
 * @property {Strokes} strokes        what was drawn
 * @property {Base | null} base       the picture beneath the strokes
 * @property {Shape} shape            of the images of the network that this was made for
 * @property {Float64Array | null} baseInk   its ink, (pixels,) of that shape, framed already
 * @property {Stage[] | null} baseStages     how it was prepared, where that was here
 * @property {boolean} prepare        whether drawings are framed
 * @property {number} layer           in focus; 1 is the first hidden layer
 * @property {number} neuron
 * @property {number | null} source   the other end of the chosen weight
 * @property {number | null} target   the answer it should have given
 * @property {number} step            of the story, from 1
 * @property {Settings} settings      of a training or a comparison, as they were typed
 * @property {string} ask            what is shown is to be guessed first: "1", or a teacher's question; "": it is not
 * @property {readonly string[]} hide     parts of the page that are not shown
 */

export const VIEWS = /** @type {const} */ (["read", "neuron", "learn", "lab", "train", "compare", "story"]);
const SHOWN = /** @type {const} */ (["read", "neuron", "learn", "lab", "train", "compare"]);
/** @typedef {Readonly<Record<string, string>>} Settings */
// parts of an address that are no settings
const RESERVED = ["shows", "at", "t", "w", "raw", "b", "i", "f", "s", "n", "ask", "hide"];
const SETTING_NAME = /^[a-z][a-z_]{0,39}$/; // which of them are fields of a recipe, only the server knows
const MOST_SETTINGS = 64;
const SETTING = /^[\w.,+-]{0,80}$/;
const UNIT = 64; // coordinates are whole 64ths of a pixel, so that a link brings back exactly what was drawn
const MOST_POINTS = 5000;
export const LONGEST_QUESTION = 200; // letters
const DIGITS = 10; // classes of MNIST and of the examples

/** @type {State} */
export const START = Object.freeze({
  view: "read",
  shows: "read",
  strokes: [],
  base: null,
  shape: DIGIT_SHAPE,
  baseInk: null,
  baseStages: null,
  prepare: true,
  layer: 1,
  neuron: 0,
  source: null,
  target: null,
  step: 1,
  settings: Object.freeze({}),
  ask: "",
  hide: [],
});

const snapped = new WeakSet();

/**
 * Strokes on the grid of 64ths, within the pad's neighbourhood.
 * @param {Strokes} strokes
 * @returns {Strokes}
 */
export function snap(strokes) {
  return strokes.map((stroke) => {
    if (snapped.has(stroke)) return stroke;
    const exact = stroke.map(([x, y]) => [Math.round(x * UNIT) / UNIT, Math.round(y * UNIT) / UNIT]);
    snapped.add(exact);
    return exact;
  });
}

/**
 * The fragment of a state, without "#".
 * @param {State} state
 * @returns {string}
 */
export function toFragment(state) {
  const path = {
    read: [],
    neuron: [state.layer, state.neuron],
    learn: [state.target ?? "auto"],
    lab: [],
    train: [],
    compare: [],
    story: [state.step],
  }[state.view];
  const entries = /** @type {[string, string | number][]} */ ([]);
  if (state.view === "story" && state.shows !== "read") entries.push(["shows", state.shows]);
  if (state.view === "learn" || state.shows !== "read") entries.push(["at", `${state.layer}.${state.neuron}`]);
  if (state.view === "story" && state.target !== null) entries.push(["t", state.target]);
  if (state.source !== null) entries.push(["w", state.source]);
  if (!state.prepare) entries.push(["raw", 1]);
  if (state.base && state.baseInk) {
    if (!sameShape(state.shape, DIGIT_SHAPE)) entries.push(["of", `${state.shape.rows}x${state.shape.columns}`]);
    const whole = state.baseInk.every((one) => Math.abs(255 * one - Math.round(255 * one)) < 1e-9);
    entries.push(["b", baseName(state.base)]);
    entries.push(whole ? ["i", encode(packInk(state.baseInk))] : ["f", encode(packExactly(state.baseInk))]);
  }
  if (state.strokes.length) entries.push(["s", encode(packStrokes(state.strokes))]);
  const trains = [state.view, state.view === "story" ? state.shows : ""].some(
    (view) => view === "train" || view === "compare",
  );
  if (trains) entries.push(...Object.entries(state.settings));
  if (state.ask) entries.push(["ask", state.ask]);
  if (state.hide.length) entries.push(["hide", state.hide.join(",")]);
  const query = entries.map(([key, value]) => `${key}=${encodeURIComponent(value).replaceAll("%2C", ",")}`).join("&");
  return [state.view, ...path].join("/") + (query && `?${query}`);
}

/**
 * The state that a fragment names; what it does not name is as at the start.
 * @param {string} fragment   with or without "#"
 * @returns {State}
 */
export function fromFragment(fragment) {
  const [path, query = ""] = fragment.replace(/^#/, "").split("?", 2);
  const [name, first, second] = path.split("/");
  const view = VIEWS.find((one) => one === name) ?? "read";
  const given = new URLSearchParams(query);
  const [layer, neuron] = view === "neuron" ? [first, second] : (given.get("at") ?? "").split(".");
  const shows = given.get("shows");
  const strokes = unpackStrokes(decode(given.get("s") ?? ""));
  const base = baseOf(given.get("b") ?? "");
  const shape = shapeOf(given.get("of"));
  const exact = given.get("f");
  const baseInk =
    base &&
    shape &&
    (exact ? unpackExactly(decode(exact), pixelsOf(shape)) : unpackInk(decode(given.get("i") ?? ""), pixelsOf(shape)));
  return Object.freeze({
    ...START,
    view,
    shows: SHOWN.find((one) => one === shows) ?? "read",
    strokes: snap(strokes),
    base: baseInk ? base : null,
    shape: shape ?? DIGIT_SHAPE,
    baseInk,
    prepare: given.get("raw") !== "1",
    layer: whole(layer, 1, 64) ?? START.layer,
    neuron: whole(neuron, 0, 4096) ?? START.neuron,
    source: whole(given.get("w"), 0, 4096),
    target: whole(view === "learn" ? first : given.get("t"), 0, MOST_CLASSES - 1),
    step: (view === "story" && whole(first, 1, 99)) || 1,
    settings: settingsIn(given),
    ask: (given.get("ask") ?? "").trim().slice(0, LONGEST_QUESTION),
    hide: (given.get("hide") ?? "").split(",").filter((part) => /^[a-z-]{1,30}$/.test(part)),
  });
}

/** Everything in an address that can be a setting. @param {URLSearchParams} given @returns {Settings} */
function settingsIn(given) {
  const all = [...new Set(given.keys())].map((name) => [name, given.get(name) ?? ""]);
  const some = all.filter(([name, text]) => SETTING_NAME.test(name) && !RESERVED.includes(name) && SETTING.test(text));
  return Object.freeze(Object.fromEntries(some.slice(0, MOST_SETTINGS)));
}

/** @param {string | null | undefined} text @param {number} low @param {number} high @returns {number | null} */
function whole(text, low, high) {
  const value = /^\d{1,6}$/.test(text ?? "") ? Number(text) : NaN;
  return value >= low && value <= high ? value : null;
}

/** "20x24"; those of digits where nothing is said, null where it is damaged. @param {string | null} text */
function shapeOf(text) {
  if (text === null) return DIGIT_SHAPE;
  const [rows, columns] = text.split("x").map((side) => whole(side, 1, LARGEST_SIDE));
  return rows && columns && text === `${rows}x${columns}` ? { rows, columns } : null;
}

/** @param {Base} base @returns {string} */
function baseName(base) {
  if (base.kind === "mnist" || base.kind === "folder") return `${base.kind}.${base.on}.${base.number}.${base.digit}`;
  if (base.kind === "example") return `example.${base.digit}`;
  if (base.kind === "noise") return `noise.${base.seed}`;
  return base.kind === "picture" ? `picture.${base.name.slice(0, 60)}` : "";
}

/** @param {string} text @returns {Base | null} */
function baseOf(text) {
  const [kind, ...rest] = text.split(".");
  const digit = whole(rest.at(-1), 0, (kind === "folder" ? MOST_CLASSES : DIGITS) - 1);
  if ((kind === "mnist" || kind === "folder") && (rest[0] === "test" || rest[0] === "training") && digit !== null) {
    return { kind, on: rest[0], number: whole(rest[1], 0, 999_999) ?? 0, digit };
  }
  if (kind === "example" && digit !== null) return { kind, digit };
  if (kind === "noise") return { kind, seed: whole(rest[0], 0, 999_999) ?? 0 };
  return kind === "picture" ? { kind, name: rest.join(".") } : null;
}

/**
 * Strokes as bytes: how many points, then from point to point how far, in 64ths: small numbers in one byte each.
 * @param {Strokes} strokes
 * @returns {number[]}
 */
function packStrokes(strokes) {
  const bytes = /** @type {number[]} */ ([]);
  const push = (/** @type {number} */ value) => {
    for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
    bytes.push(value);
  };
  const last = [0, 0];
  for (const stroke of strokes) {
    push(stroke.length);
    for (const point of stroke) {
      for (const k of [0, 1]) {
        const now = Math.round(point[k] * UNIT);
        const step = now - last[k];
        push(step < 0 ? -2 * step - 1 : 2 * step);
        last[k] = now;
      }
    }
  }
  return bytes;
}

/** @param {number[]} bytes @returns {Strokes} */
function unpackStrokes(bytes) {
  const strokes = /** @type {Strokes} */ ([]);
  const last = [0, 0];
  let at = 0;
  let points = 0;
  const pull = () => {
    let [value, unit] = [0, 1];
    for (; at < bytes.length; unit *= 128) {
      const byte = bytes[at++];
      value += (byte % 128) * unit;
      if (byte < 128) return value;
    }
    return NaN;
  };
  while (at < bytes.length) {
    const length = pull();
    const stroke = /** @type {number[][]} */ ([]);
    for (let i = 0; i < length; i++) {
      for (const k of [0, 1]) {
        const step = pull();
        last[k] += step % 2 ? -(step + 1) / 2 : step / 2;
      }
      if (!(Math.max(...last.map(Math.abs)) <= 100 * UNIT) || ++points > MOST_POINTS) return [];
      stroke.push([last[0] / UNIT, last[1] / UNIT]);
    }
    if (!stroke.length) return [];
    strokes.push(stroke);
  }
  return strokes;
}

/**
 * Ink as bytes, 0 to 255, where a 0 is followed by how many there are.
 * @param {Float64Array} ink
 * @returns {number[]}
 */
function packInk(ink) {
  const bytes = /** @type {number[]} */ ([]);
  for (let i = 0; i < ink.length; ) {
    const level = Math.round(255 * ink[i]);
    let run = 1;
    if (!level) while (run < 255 && i + run < ink.length && Math.round(255 * ink[i + run]) === 0) run++;
    bytes.push(level);
    if (!level) bytes.push(run);
    i += run;
  }
  return bytes;
}

/** @param {number[]} bytes @param {number} pixels   how many there must be @returns {Float64Array | null} */
function unpackInk(bytes, pixels) {
  const ink = /** @type {number[]} */ ([]);
  for (let i = 0; i < bytes.length && ink.length <= pixels; i++) {
    if (bytes[i]) ink.push(bytes[i] / 255);
    else for (let run = bytes[++i] ?? pixels + 1; run > 0; run--) ink.push(0);
  }
  return ink.length === pixels ? Float64Array.from(ink) : null;
}

/**
 * Ink to the last bit, for a picture that was prepared: 0 and how many there are of it, or 1 and the bytes of a
 * float64.
 * @param {Float64Array} ink
 * @returns {number[]}
 */
function packExactly(ink) {
  const bytes = /** @type {number[]} */ ([]);
  for (let i = 0; i < ink.length; ) {
    let run = 0;
    while (run < 255 && ink[i + run] === 0) run++;
    if (run) bytes.push(0, run);
    else bytes.push(1, ...new Uint8Array(Float64Array.of(ink[i]).buffer));
    i += run || 1;
  }
  return bytes;
}

/** @param {number[]} bytes @param {number} pixels   how many there must be @returns {Float64Array | null} */
function unpackExactly(bytes, pixels) {
  const ink = /** @type {number[]} */ ([]);
  for (let i = 0; i < bytes.length && ink.length <= pixels; ) {
    if (bytes[i]) {
      const value =
        i + 9 <= bytes.length ? new Float64Array(Uint8Array.from(bytes.slice(i + 1, i + 9)).buffer)[0] : NaN;
      if (bytes[i] !== 1 || !(value >= 0 && value <= 1)) return null;
      ink.push(value);
      i += 9;
    } else {
      for (let run = bytes[i + 1] ?? pixels + 1; run > 0; run--) ink.push(0);
      i += 2;
    }
  }
  return ink.length === pixels ? Float64Array.from(ink) : null;
}

/**
 * The same state for a network: what is in focus exists in it, and a picture of another shape than its images is gone.
 * @param {State} state
 * @param {Pick<import("../core/network.js").Network, "sizes" | "shape">} network
 * @returns {State}
 */
export function validFor(state, { sizes, shape }) {
  const layer = Math.min(state.layer, sizes.length - 1);
  const neuron = Math.min(state.neuron, sizes[layer] - 1);
  const source = state.source !== null && state.source < sizes[layer - 1] ? state.source : null;
  const target = state.target !== null && state.target < sizes[sizes.length - 1] ? state.target : null;
  const fits = sameShape(state.shape, shape) && (state.baseInk?.length ?? pixelsOf(shape)) === pixelsOf(shape);
  const base = fits ? {} : { base: null, baseInk: null, baseStages: null };
  return Object.freeze({ ...state, ...base, shape, layer, neuron, source, target });
}

/** Changed neurons in an address, as bytes: what stands behind "n=". @param {string} fragment @returns {number[]} */
export const changesIn = (fragment) => decode(new URLSearchParams(fragment.split("?", 2)[1] ?? "").get("n") ?? "");

/** The fragment with changed neurons. @param {string} fragment @param {number[]} bytes */
export const withChangesIn = (fragment, bytes) => `${fragment}${fragment.includes("?") ? "&" : "?"}n=${encode(bytes)}`;

/** Bytes as letters that an address may hold. @param {number[]} bytes */
function encode(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** @param {string} text @returns {number[]} */
function decode(text) {
  try {
    return Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  } catch {
    return [];
  }
}
