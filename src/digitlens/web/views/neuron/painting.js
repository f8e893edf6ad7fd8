// @ts-check
// The weights of a neuron of the first layer as a picture to paint on: brush, eraser, ready-made strokes.
//
// A brush gives every pixel under it the same weight, the eraser gives it 0: what a stroke does to the sum can be
// counted.

import { neuronName } from "../../core/neuron.js";
import { fixed, plain } from "../../core/numbers.js";
import { row } from "../../model/changing.js";
import { attributes, h, setText, svg } from "../shared/dom.js";
import { inkCanvas, paintWeights } from "../shared/pictures.js";
import { footprint, PRESETS } from "../../core/presets.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../shared/inputs.js").Focus} Focus */
/** @typedef {import("./sliders.js").Change} Change */
/** @typedef {keyof typeof PRESETS} Preset */
/** @typedef {"positive" | "negative" | "erase" | "choose"} Tool */

const SIDE = 28;
const TOOLS = /** @type {const} */ ([
  ["positive", "+", "Positive"],
  ["negative", "−", "Negative"],
  ["erase", "0", "Erase"],
  ["choose", "?", "Choose one"],
]);
const ANGLES = /** @type {const} */ ([
  [0, "level —"],
  [45, "rising /"],
  [90, "upright |"],
  [135, "falling \\"],
]);
const PLACES = [7, 14, 21]; // pixels from the rim; digits are centred at 14
const NAMES = [
  ["top left", "top", "top right"],
  ["left", "middle", "right"],
  ["bottom left", "bottom", "bottom right"],
];
const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const HELP =
  "Paint with mouse, pen or finger. By keyboard: arrow keys move, Space or Enter paints, Shift with an arrow " +
  "key paints on the way; + − 0 ? take another tool.";

/**
 * @param {App} app
 * @param {Change} change
 * @returns {{element: HTMLElement, update: (focus: Focus) => void}}
 */
export function painting(app, change) {
  /** @type {Focus | null} */
  let latest = null;
  let tool = /** @type {Tool} */ ("positive");
  let cursor = { row: 14, column: 14 };
  let pointer = -1; // the one that paints; a second finger does nothing
  let seen = /** @type {Float64Array | null} */ (null);

  const canvas = inkCanvas("Its weights, enlarged");
  const outline = svg("path", { class: "ink-outline" });
  const brush = svg("path", { class: "brush" });
  const chosen = svg("rect", { class: "chosen", width: 1, height: 1 });
  const easel = h(
    "div",
    { class: "easel stack", role: "application", tabindex: 0, "aria-describedby": "painting-help" },
    canvas,
    svg("svg", { viewBox: "0 0 28 28", "aria-hidden": "true" }, outline, chosen, brush),
  );
  const under = h("p", { class: "number under" });
  const aloud = h("p", { class: "unseen", role: "status" });
  const tools = TOOLS.map(([name, sign, text]) =>
    h(
      "button",
      {
        role: "radio",
        "aria-checked": String(name === tool),
        tabindex: name === tool ? 0 : -1,
        class: name,
        onclick: () => take(name),
      },
      h("span", { class: "number", "aria-hidden": "true" }, sign),
      ` ${text}`,
    ),
  );
  const palette = h(
    "div",
    {
      class: "tools",
      role: "radiogroup",
      "aria-label": "Tool",
      onkeydown: (/** @type {KeyboardEvent} */ event) => turn(event),
    },
    ...tools,
  );
  const size = setting(
    "Brush",
    { min: 1, max: 7, step: 1, value: 3 },
    (value) => `${value} ${value === 1 ? "pixel" : "pixels"}`,
    () => showBrush(),
  );
  const strength = setting(
    "Strength",
    { min: 0.1, max: 4, step: 0.1, value: 1.2 },
    (value) => `±${plain(value, 1)}`,
    () => {},
  );
  const angle = h(
    "select",
    { id: "preset-angle" },
    ...ANGLES.map(([degrees, name]) => h("option", { value: degrees }, name)),
  );
  const place = h(
    "select",
    { id: "preset-place" },
    ...NAMES.flatMap((line, r) =>
      line.map((name, c) => h("option", { value: `${PLACES[r]} ${PLACES[c]}`, selected: r === 1 && c === 1 }, name)),
    ),
  );
  const presets = /** @type {Preset[]} */ (Object.keys(PRESETS)).map((name) =>
    h("button", { onclick: () => preset(name) }, name),
  );
  const empty = h("button", { onclick: () => fill(() => 0, "All its weights are 0 now.") }, "all 0");

  /** @param {Tool} name */
  const take = (name) => {
    tool = name;
    for (const [i, button] of tools.entries())
      attributes(button, { "aria-checked": String(TOOLS[i][0] === name), tabindex: TOOLS[i][0] === name ? 0 : -1 });
    showBrush();
  };
  /** @param {KeyboardEvent} event */
  const turn = (event) => {
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = (TOOLS.findIndex(([name]) => name === tool) + step + TOOLS.length) % TOOLS.length;
    take(TOOLS[at][0]);
    tools[at].focus();
  };
  /** @param {(weight: number, pixel: number) => number} what @param {string} text */
  const fill = (what, text) => {
    if (!latest) return;
    const { layer, neuron } = latest;
    change(layer, (now) => row(now, neuron).set(row(now, neuron).map(what)));
    app.say(text);
  };
  /** @param {Preset} name */
  const preset = (name) => {
    const [r, c] = place.value.split(" ").map(Number);
    const weights = PRESETS[name]({ row: r, column: c, angle: Number(angle.value), strength: strength.value() });
    fill(
      (_, pixel) => weights[pixel],
      `Its weights now look for a${name === "edge" ? "n" : ""} ${name}: a positive stroke, negative around.`,
    );
  };
  /** @param {{row: number, column: number}[]} places */
  const apply = (places) => {
    if (!latest) return;
    const { layer, neuron } = latest;
    cursor = places[places.length - 1];
    if (tool === "choose") app.set({ source: cursor.row * SIDE + cursor.column });
    else {
      const weight = { positive: 1, negative: -1, erase: 0 }[tool] * strength.value();
      const across = size.value();
      change(layer, (now) => {
        const weights = row(now, neuron);
        // + 0: no −0
        for (const at of places) for (const pixel of footprint(at.row, at.column, across)) weights[pixel] = weight + 0;
      });
    }
    showBrush();
  };
  const showBrush = () => {
    const mask = new Uint8Array(SIDE * SIDE);
    for (const pixel of footprint(cursor.row, cursor.column, tool === "choose" ? 1 : size.value())) mask[pixel] = 1;
    attributes(brush, { d: rim(mask) });
    say();
  };
  const say = () => {
    if (!latest) return;
    const pixel = cursor.row * SIDE + cursor.column;
    const { weights, inputs, products } = latest;
    setText(
      under,
      `row ${cursor.row}, column ${cursor.column}: ink ${plain(inputs[pixel], 2)} × weight ` +
        `${fixed(weights[pixel])} = ${fixed(products[pixel])}`,
    );
  };
  const at = (/** @type {PointerEvent} */ event) => {
    const box = canvas.getBoundingClientRect();
    const inside = (/** @type {number} */ share) => Math.max(0, Math.min(SIDE - 1, Math.floor(share * SIDE)));
    return {
      row: inside((event.clientY - box.top) / box.height),
      column: inside((event.clientX - box.left) / box.width),
    };
  };

  easel.addEventListener("pointerdown", (event) => {
    if (pointer >= 0 || event.button !== 0) return;
    pointer = event.pointerId;
    easel.setPointerCapture(pointer);
    easel.focus({ preventScroll: true });
    event.preventDefault();
    apply([at(event)]);
  });
  easel.addEventListener("pointermove", (event) => {
    if (pointer < 0) {
      cursor = at(event);
      showBrush();
    } else if (event.pointerId === pointer) {
      const places = [cursor];
      const passed = event.getCoalescedEvents?.() ?? [];
      for (const each of passed.length ? passed : [event]) places.push(...between(places[places.length - 1], at(each)));
      if (places.length > 1) apply(places.slice(1));
    }
  });
  for (const over of ["pointerup", "pointercancel", "lostpointercapture"]) {
    easel.addEventListener(over, (event) => {
      if (event instanceof PointerEvent && event.pointerId === pointer) pointer = -1;
    });
  }
  easel.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const arrow = ARROWS[/** @type {keyof typeof ARROWS} */ (event.key)];
    const other = TOOLS.find(([, sign]) => sign === event.key.replace("-", "−"));
    if (arrow) {
      const next = { row: cursor.row + arrow[0], column: cursor.column + arrow[1] };
      cursor = { row: Math.max(0, Math.min(SIDE - 1, next.row)), column: Math.max(0, Math.min(SIDE - 1, next.column)) };
      if (event.shiftKey) apply([cursor]);
      showBrush();
    } else if (event.key === " " || event.key === "Enter") apply([cursor]);
    else if (other) take(other[0]);
    else return;
    event.preventDefault();
    requestAnimationFrame(() => requestAnimationFrame(() => setText(aloud, under.textContent ?? "")));
  });

  const element = h(
    "div",
    { class: "painting" },
    h("div", {}, easel, under, aloud),
    h(
      "div",
      { class: "palette" },
      palette,
      size.element,
      strength.element,
      h(
        "fieldset",
        {},
        h("legend", {}, "Or begin with"),
        h("div", { class: "row" }, ...presets, empty),
        h(
          "div",
          { class: "selects" },
          h("label", { for: "preset-angle" }, "Direction"),
          angle,
          h("label", { for: "preset-place" }, "Place"),
          place,
        ),
      ),
      h("p", { class: "dim", id: "painting-help" }, HELP),
    ),
  );
  return {
    element,
    update(focus) {
      latest = focus;
      const { network, layer, neuron, weights, inputs, source } = focus;
      paintWeights(canvas, weights, focus.strongest[0]);
      const name = neuronName(network, layer, neuron);
      attributes(canvas, { "aria-label": `The weights of ${name}, enlarged; outlined the picture that it sees` });
      attributes(easel, { "aria-label": `Paint the weights of ${name}` });
      attributes(chosen, { x: source % SIDE, y: Math.floor(source / SIDE) });
      if (seen !== inputs) attributes(outline, { d: rim(inputs.map((ink) => (ink >= 0.5 ? 1 : 0))) });
      seen = inputs;
      if (!brush.hasAttribute("d")) showBrush();
      say();
    },
  };
}

/**
 * The rim of a set of pixels as a path.
 * @param {ArrayLike<number>} mask   (784,) 1 inside, 0 outside
 * @returns {string}
 */
function rim(mask) {
  let path = "";
  const inside = (/** @type {number} */ r, /** @type {number} */ c) =>
    r >= 0 && r < SIDE && c >= 0 && c < SIDE && mask[r * SIDE + c] === 1;
  for (let r = 0; r <= SIDE; r++) {
    for (let c = 0; c <= SIDE; c++) {
      const here = inside(r, c);
      if (here !== inside(r - 1, c)) path += `M${c} ${r}h1`;
      if (here !== inside(r, c - 1)) path += `M${c} ${r}v1`;
    }
  }
  return path;
}

/**
 * The pixels from one to another, the first left out unless it is all.
 * @param {{row: number, column: number}} from
 * @param {{row: number, column: number}} to
 */
function between(from, to) {
  const steps = Math.max(Math.abs(to.row - from.row), Math.abs(to.column - from.column), 1);
  return Array.from({ length: steps }, (_, i) => {
    const share = (i + 1) / steps;
    return {
      row: Math.round(from.row + share * (to.row - from.row)),
      column: Math.round(from.column + share * (to.column - from.column)),
    };
  });
}

/**
 * A slider for the brush.
 * @param {string} name
 * @param {{min: number, max: number, step: number, value: number}} range
 * @param {(value: number) => string} text
 * @param {() => void} moved
 */
function setting(name, range, text, moved) {
  const output = h("span", { class: "number" });
  const id = `brush-${name.toLowerCase()}`;
  const input = h("input", { type: "range", id, ...range, oninput: () => show() });
  const show = () => {
    setText(output, text(input.valueAsNumber));
    attributes(input, { "aria-valuetext": text(input.valueAsNumber) });
    moved();
  };
  setText(output, text(range.value));
  attributes(input, { "aria-valuetext": text(range.value) });
  return {
    element: h("div", { class: "setting" }, h("label", { for: id }, name), input, output),
    value: () => input.valueAsNumber,
  };
}
