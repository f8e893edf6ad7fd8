// @ts-check
// The weights of a neuron of the first layer as a picture to paint on: brush, eraser, ready-made strokes.
//
// A brush gives every pixel under it the same weight, the eraser gives it 0: what a stroke does to the sum can be
// counted.

import { between, footprint, outlineOf } from "../../core/brush.js";
import { neuronName } from "../../core/neuron.js";
import { fixed, plain } from "../../core/numbers.js";
import { PRESETS } from "../../core/presets.js";
import { pixelsOf, placeOf } from "../../core/shape.js";
import { row } from "../../model/changing.js";
import { attributes, h, setText, svg } from "../shared/dom.js";
import { inkCanvas, paintWeights, pixelOverlay, pixelUnder } from "../shared/pictures.js";
import { brushControls, presetControls, toolOf } from "./palette.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../shared/inputs.js").Focus} Focus */
/** @typedef {import("../../core/brush.js").Place} Place */
/** @typedef {import("./sliders.js").Change} Change */

const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const INK = 0.5; // pixels with at least that much ink are outlined
const HELP = () => phrase("neuron.painting.paintWithMousePenOr");
const withArticle = {
  edge: () => phrase("neuron.painting.anEdge"),
  bar: () => phrase("neuron.painting.aBar"),
  loop: () => phrase("neuron.painting.aLoop"),
};

/**
 * @param {App} app
 * @param {Change} change
 * @returns {{element: HTMLElement, update: (focus: Focus) => void}}
 */
export function painting(app, change) {
  /** @type {Focus | null} */
  let latest = null;
  /** @type {Place | null} */
  let cursor = null; // in the middle until it is moved
  let seen = /** @type {Float64Array | null} */ (null);

  const canvas = inkCanvas(phrase("neuron.painting.itsWeightsEnlarged"));
  const outline = svg("path", { class: "ink-outline" });
  const mark = svg("path", { class: "brush" });
  const chosen = svg("rect", { class: "chosen", width: 1, height: 1 });
  const overlay = pixelOverlay(outline, chosen, mark);
  const easel = h(
    "div",
    { class: "easel stack", role: "application", tabindex: 0, "aria-describedby": "painting-help" },
    canvas,
    overlay.element,
  );
  const under = h("p", { class: "number under" });
  const aloud = h("p", { class: "unseen", role: "status" });
  const brush = brushControls(() => showBrush());
  const shape = () => app.network.shape;
  const at = () => cursor ?? { row: Math.floor(shape().rows / 2), column: Math.floor(shape().columns / 2) };

  /** @param {(weight: number, pixel: number) => number} what @param {string} text */
  const fill = (what, text) => {
    if (!latest) return;
    const { layer, neuron } = latest;
    change(layer, (now) => row(now, neuron).set(row(now, neuron).map(what)));
    app.say(text);
  };
  const presets = presetControls(
    (name, angle, down, across) => {
      const { rows, columns } = shape();
      const placement = { row: rows * down, column: columns * across, angle, strength: brush.strength() };
      const weights = PRESETS[name](placement, shape());
      fill(
        (_, pixel) => weights[pixel],
        phrase("neuron.painting.itsWeightsNowLookFor", { value: withArticle[name]() }),
      );
    },
    () => fill(() => 0, phrase("neuron.painting.allItsWeightsAre0")),
  );
  /** @param {Place[]} places */
  const apply = (places) => {
    if (!latest) return;
    const { layer, neuron } = latest;
    cursor = places[places.length - 1];
    const tool = brush.tool();
    if (tool === "choose") app.set({ source: cursor.row * shape().columns + cursor.column });
    else {
      const weight = tool === "erase" ? 0 : tool === "negative" ? -brush.strength() : brush.strength();
      const size = brush.size();
      change(layer, (now) => {
        const weights = row(now, neuron);
        for (const place of places) for (const pixel of footprint(place, size, shape())) weights[pixel] = weight;
      });
    }
    showBrush();
  };
  const showBrush = () => {
    const mask = new Uint8Array(pixelsOf(shape()));
    for (const pixel of footprint(at(), brush.tool() === "choose" ? 1 : brush.size(), shape())) mask[pixel] = 1;
    attributes(mark, { d: outlineOf(mask, shape()) });
    say();
  };
  const say = () => {
    if (!latest) return;
    const { row: line, column } = at();
    const pixel = line * shape().columns + column;
    const { weights, inputs, products } = latest;
    const ink = phrase("neuron.painting.inkWeight", {
      input: plain(inputs[pixel], 2),
      weight: fixed(weights[pixel]),
      product: fixed(products[pixel]),
    });
    setText(under, phrase("neuron.painting.rowColumn", { line, column, ink }));
  };

  followBrush(easel, (event) => pixelUnder(event, canvas, shape()), {
    hover(place) {
      cursor = place;
      showBrush();
    },
    paint: apply,
  });
  easel.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const arrow = ARROWS[/** @type {keyof typeof ARROWS} */ (event.key)];
    const tool = toolOf(event.key);
    if (arrow) {
      const { rows, columns } = shape();
      const [line, column] = [at().row + arrow[0], at().column + arrow[1]];
      cursor = { row: Math.max(0, Math.min(rows - 1, line)), column: Math.max(0, Math.min(columns - 1, column)) };
      if (event.shiftKey) apply([cursor]);
      showBrush();
    } else if (event.key === " " || event.key === "Enter") apply([at()]);
    else if (tool) brush.take(tool);
    else return;
    event.preventDefault();
    app.life.frame(() => app.life.frame(() => setText(aloud, under.textContent ?? "")));
  });

  const element = h(
    "div",
    { class: "painting" },
    h("div", {}, easel, under, aloud),
    h("div", { class: "palette" }, ...brush.elements, presets, h("p", { class: "dim", id: "painting-help" }, HELP())),
  );
  return {
    element,
    update(focus) {
      const size = shape();
      const another = latest?.network.shape !== size;
      if (another) [cursor, seen] = [null, null];
      latest = focus;
      const { network, layer, neuron, weights, inputs, source } = focus;
      paintWeights(canvas, weights, focus.strongest[0], size);
      overlay.fit(size);
      const name = neuronName(network, layer, neuron);
      attributes(canvas, { "aria-label": phrase("neuron.painting.theWeightsOfEnlargedOutlined", { name }) });
      attributes(easel, { "aria-label": phrase("neuron.painting.paintTheWeightsOf", { name }) });
      const { row: y, column: x } = placeOf(size, source);
      attributes(chosen, { x, y });
      if (seen !== inputs)
        attributes(outline, {
          d: outlineOf(
            inputs.map((ink) => (ink >= INK ? 1 : 0)),
            size,
          ),
        });
      seen = inputs;
      if (another) showBrush();
      say();
    },
  };
}

/**
 * Mouse, pen or finger on the easel: it hovers, or paints from pixel to pixel. A second finger does nothing.
 * @param {HTMLElement} easel
 * @param {(event: PointerEvent) => Place} placeOfEvent
 * @param {{hover: (place: Place) => void, paint: (places: Place[]) => void}} brush
 */
function followBrush(easel, placeOfEvent, { hover, paint }) {
  let pointer = -1;
  let last = { row: 0, column: 0 };
  easel.addEventListener("pointerdown", (event) => {
    if (pointer >= 0 || event.button !== 0) return;
    pointer = event.pointerId;
    easel.setPointerCapture(pointer);
    easel.focus({ preventScroll: true });
    event.preventDefault();
    paint([(last = placeOfEvent(event))]);
  });
  easel.addEventListener("pointermove", (event) => {
    if (pointer < 0) return hover(placeOfEvent(event));
    if (event.pointerId !== pointer) return;
    const passed = event.getCoalescedEvents?.() ?? [];
    const places = /** @type {Place[]} */ ([]);
    for (const each of passed.length ? passed : [event]) {
      const place = placeOfEvent(each);
      places.push(...between(last, place));
      last = place;
    }
    if (places.length) paint(places);
  });
  for (const over of ["pointerup", "pointercancel", "lostpointercapture"]) {
    easel.addEventListener(over, (event) => {
      if (event instanceof PointerEvent && event.pointerId === pointer) pointer = -1;
    });
  }
}
