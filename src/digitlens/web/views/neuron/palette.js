// @ts-check
// What one paints weights with: a tool, the size of the brush and its strength; and strokes that are ready made.

import { plain } from "../../core/numbers.js";
import { PRESETS } from "../../core/presets.js";
import { attributes, h, setText } from "../shared/dom.js";
import { phrase } from "../../texts/later.js";

/** @typedef {keyof typeof PRESETS} Preset */
/** @typedef {"positive" | "negative" | "erase" | "choose"} Tool */

const TOOLS = /** @type {const} */ ([
  ["positive", "+", () => phrase("neuron.palette.positive")],
  ["negative", "−", () => phrase("neuron.palette.negative")],
  ["erase", "0", () => phrase("neuron.palette.erase")],
  ["choose", "?", () => phrase("neuron.palette.chooseOne")],
]);
const ANGLES = /** @type {const} */ ([
  [0, () => phrase("neuron.palette.level")],
  [45, () => phrase("neuron.palette.rising")],
  [90, () => phrase("neuron.palette.upright")],
  [135, () => phrase("neuron.palette.falling")],
]);
const PLACES = [0.25, 0.5, 0.75]; // of the image's rows and columns; digits are centred in the middle
const placeNames = () => [
  [phrase("neuron.palette.topLeft"), phrase("neuron.palette.top"), phrase("neuron.palette.topRight")],
  [phrase("neuron.palette.left"), phrase("neuron.palette.middle"), phrase("neuron.palette.right")],
  [phrase("neuron.palette.bottomLeft"), phrase("neuron.palette.bottom"), phrase("neuron.palette.bottomRight")],
];
const PRESET_NAMES = {
  edge: () => phrase("neuron.palette.edge"),
  bar: () => phrase("neuron.palette.bar"),
  loop: () => phrase("neuron.palette.loop"),
};

/** The tool that a key takes: + − 0 ?. @param {string} key @returns {Tool | undefined} */
export const toolOf = (key) => TOOLS.find(([, sign]) => sign === key.replace("-", "−"))?.[0];

/**
 * Tool, size and strength.
 * @param {() => void} changed
 */
export function brushControls(changed) {
  let tool = /** @type {Tool} */ ("positive");
  const buttons = TOOLS.map(([name, sign, text]) =>
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
      ` ${text()}`,
    ),
  );
  const onkeydown = (/** @type {KeyboardEvent} */ event) => {
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = (TOOLS.findIndex(([name]) => name === tool) + step + TOOLS.length) % TOOLS.length;
    take(TOOLS[at][0]);
    buttons[at].focus();
  };
  const tools = h(
    "div",
    { class: "tools", role: "radiogroup", "aria-label": phrase("neuron.palette.tool"), onkeydown },
    ...buttons,
  );
  const pixels = (/** @type {number} */ value) => phrase("neuron.palette.pixels", { n: value });
  const size = setting("brush", phrase("neuron.palette.brush"), { min: 1, max: 7, step: 1, value: 3 }, pixels, changed);
  const strong = (/** @type {number} */ value) => `±${plain(value, 1)}`;
  const strength = setting(
    "strength",
    phrase("neuron.palette.strength"),
    { min: 0.1, max: 4, step: 0.1, value: 1.2 },
    strong,
    () => {},
  );
  const take = (/** @type {Tool} */ name) => {
    tool = name;
    for (const [i, button] of buttons.entries())
      attributes(button, { "aria-checked": String(TOOLS[i][0] === name), tabindex: TOOLS[i][0] === name ? 0 : -1 });
    changed();
  };
  return {
    elements: [tools, size.element, strength.element],
    take,
    tool: () => tool,
    size: size.value,
    strength: strength.value,
  };
}

/**
 * Weights to begin with: an edge, a bar or a loop, in a direction and at a place; or all 0.
 * @param {(name: Preset, angle: number, down: number, across: number) => void} take   down, across: shares of the image
 * @param {() => void} empty
 * @returns {HTMLElement}
 */
export function presetControls(take, empty) {
  const angle = h(
    "select",
    { id: "preset-angle" },
    ...ANGLES.map(([degrees, name]) => h("option", { value: degrees }, name())),
  );
  const place = h(
    "select",
    { id: "preset-place" },
    ...placeNames().flatMap((line, r) =>
      line.map((name, c) => h("option", { value: `${PLACES[r]} ${PLACES[c]}`, selected: r === 1 && c === 1 }, name)),
    ),
  );
  const begin = (/** @type {Preset} */ name) => {
    const [down, across] = place.value.split(" ").map(Number);
    take(name, Number(angle.value), down, across);
  };
  const buttons = /** @type {Preset[]} */ (Object.keys(PRESETS)).map((name) =>
    h("button", { onclick: () => begin(name) }, PRESET_NAMES[name]()),
  );
  return h(
    "fieldset",
    {},
    h("legend", {}, phrase("neuron.palette.orStartFrom")),
    h("div", { class: "row" }, ...buttons, h("button", { onclick: empty }, phrase("neuron.palette.all0"))),
    h(
      "div",
      { class: "selects" },
      h("label", { for: "preset-angle" }, phrase("neuron.palette.direction")),
      angle,
      h("label", { for: "preset-place" }, phrase("neuron.palette.place")),
      place,
    ),
  );
}

/**
 * A slider for the brush.
 * @param {string} id
 * @param {string} name
 * @param {{min: number, max: number, step: number, value: number}} range
 * @param {(value: number) => string} text
 * @param {() => void} changed
 */
function setting(id, name, range, text, changed) {
  const output = h("span", { class: "number" });
  const input = h("input", { type: "range", id: `brush-${id}`, ...range, oninput: () => (show(), changed()) });
  const show = () => {
    setText(output, text(input.valueAsNumber));
    attributes(input, { "aria-valuetext": text(input.valueAsNumber) });
  };
  show();
  return {
    element: h("div", { class: "setting" }, h("label", { for: `brush-${id}` }, name), input, output),
    value: () => input.valueAsNumber,
  };
}
