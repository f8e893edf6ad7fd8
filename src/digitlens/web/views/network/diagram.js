// @ts-check
// The network beside the drawing: picture, hidden layers, outputs with their values, edges, the winner boxed.
//
// Edges are drawn on a canvas; neurons are SVG, so that they can be focused and named. One of them is reached by the
// Tab key, the others by the arrow keys; Enter takes it apart. At first sight the propagation plays slowly, once.

import { attributes, clear, h, setText, svg } from "../shared/dom.js";
import { drawEdges, drawFaint } from "./edges.js";
import { layoutOf, LONGEST_NAME, MOST } from "../../core/layout.js";
import { shapeName } from "../../core/shape.js";
import { inkCanvas, paintInk } from "../shared/pictures.js";
import { propagation } from "./propagation.js";
import { answerView } from "./answer.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../core/layout.js").Layout} Layout */
/** @typedef {import("../../core/layout.js").Place} Place */
/** @typedef {{place: Place, group: SVGGElement, light: SVGCircleElement, value: SVGTextElement}} Drawn */

const USUAL_WIDTH = 640; // pixels, where the page has no width yet

/** @param {App} app */
export function diagramView(app) {
  const faint = h("canvas", { class: "edges", "aria-hidden": "true" });
  const edges = h("canvas", { class: "edges", "aria-hidden": "true" });
  const picture = inkCanvas("");
  const drawing = svg("svg", {
    role: "group",
    "aria-label": "Neurons, layer by layer. Arrow keys move between them, Enter takes one apart.",
  });
  const answer = answerView(app);
  const frame = h("div", { class: "diagram" }, faint, edges, picture, drawing);
  const legend = h(
    "p",
    { class: "legend" },
    h("span", {}, h("i", { class: "plus" }), "positive weight"),
    h("span", {}, h("i", { class: "minus" }), "negative weight"),
    h("span", {}, "the brighter a neuron, the more active"),
  );
  const element = h("div", {}, answer.element, frame, legend);

  let layout = layoutOf(app.network, USUAL_WIDTH, []);
  /** @type {Drawn[]} */
  let drawn = [];
  let built = "";
  let known = /** @type {{network?: object, at?: string}} */ ({}); // whose faint edges are drawn
  let tabbed = { layer: 1, neuron: 0 };
  const slow = propagation(app.life, () => paint());

  const focus = () => {
    const { state } = app;
    const looksInside = state.view === "neuron" || (state.view === "story" && state.shows === "neuron");
    return looksInside ? { layer: state.layer, neuron: state.neuron } : null;
  };
  const build = () => {
    const { network } = app;
    const width = Math.round(frame.clientWidth || USUAL_WIDTH);
    const at = focus();
    const wanted = [{ layer: network.layers.length, neuron: app.reading.digit }, ...(at ? [at] : [])];
    const late = wanted.filter(({ neuron }) => neuron >= MOST).map(({ layer, neuron }) => `${layer}/${neuron}`);
    const key = [width, shapeName(network.shape), network.sizes, network.classes, late].join();
    if (key === built) return;
    built = key;
    layout = layoutOf(network, width, wanted);
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    for (const canvas of [faint, edges])
      [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round(layout.height * ratio)];
    known = {};
    const { x, y, width: wide, height } = layout.picture;
    Object.assign(picture.style, { left: `${x}px`, top: `${y}px`, width: `${wide}px`, height: `${height}px` });
    attributes(picture, { "aria-label": `The image as the network sees it: ${shapeName(network.shape)} pixels` });
    attributes(drawing, { viewBox: `0 0 ${width} ${layout.height}`, height: layout.height });
    drawn = layout.columns.flat().map((place) => neuronOf(app, place, layout));
    clear(drawing, ...names(layout, network.sizes), ...drawn.map((one) => one.group));
    tabTo(drawn.some(({ place }) => same(place, tabbed)) ? tabbed : drawn[0].place);
  };
  /** @param {{layer: number, neuron: number}} place */
  const tabTo = (place) => {
    tabbed = { layer: place.layer, neuron: place.neuron };
    for (const one of drawn) attributes(one.group, { tabindex: same(one.place, tabbed) ? 0 : -1 });
  };
  const paint = () => {
    const { reading, network } = app;
    const reached = slow.reached(network.layers.length);
    const at = focus();
    paintInk(picture, reading.image, network.shape);
    if (known.network !== network || known.at !== String(at && [at.layer, at.neuron])) {
      known = { network, at: String(at && [at.layer, at.neuron]) };
      drawFaint(cleared(faint, layout), layout, network, at);
    }
    drawEdges(cleared(edges, layout), layout, network, reading.trace, at, reached);
    for (const { place, group, light, value } of drawn) {
      const a = reading.trace.a[place.layer][place.neuron];
      const known = reached >= place.layer;
      const brightness = known ? Math.max(0, Math.min(1, Math.abs(a))) : 0;
      attributes(light, { "fill-opacity": brightness.toFixed(3) });
      const text = known ? inside(a) : "";
      if (value.textContent !== text) {
        value.textContent = text;
        group.setAttribute("aria-label", `${nameOf(app, place)}, holds ${text}`);
      }
      const chosen = at !== null && same(at, place);
      const faint = at !== null && !chosen && place.layer >= at.layer;
      const bright = brightness > 0.55;
      group.setAttribute(
        "class",
        ["neuron", bright && "bright", chosen && "chosen", faint && "faint"].filter(Boolean).join(" "),
      );
    }
    const winner = drawn.find(({ place }) => place.layer === network.layers.length && place.neuron === reading.digit);
    box(
      drawing,
      reached >= network.layers.length && reading.inkFound && !app.state.hide.includes("answer")
        ? winner?.place
        : undefined,
      layout.nameWidth,
    );
    answer.update(reached >= network.layers.length);
  };

  drawing.addEventListener("click", (event) => open(event.target));
  drawing.addEventListener("keydown", (event) => {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const move = moves[/** @type {keyof typeof moves} */ (event.key)];
    if (event.key === "Enter" || event.key === " ") open(event.target);
    else if (move) step(move[0], move[1]);
    else return;
    event.preventDefault();
  });
  /** @param {EventTarget | null} target */
  const open = (target) => {
    const one = drawn.find(({ group }) => target instanceof Node && group.contains(target));
    if (!one) return;
    tabTo(one.place);
    const where =
      app.state.view === "story"
        ? { shows: /** @type {const} */ ("neuron") }
        : { view: /** @type {const} */ ("neuron") };
    app.set({ ...where, layer: one.place.layer, neuron: one.place.neuron, source: null }, "push");
  };
  /** @param {number} across @param {number} down */
  const step = (across, down) => {
    const columns = layout.columns;
    const layer = Math.max(1, Math.min(columns.length - 1, tabbed.layer + across));
    const from = Math.max(
      0,
      columns[tabbed.layer].findIndex((place) => same(place, tabbed)),
    );
    const share = columns[tabbed.layer].length > 1 ? from / (columns[tabbed.layer].length - 1) : 0;
    const wanted = across ? Math.round(share * (columns[layer].length - 1)) : from + down;
    const next = columns[layer][Math.max(0, Math.min(columns[layer].length - 1, wanted))];
    tabTo(next);
    drawn.find(({ place }) => same(place, next))?.group.focus();
  };

  const resized = new ResizeObserver(() => {
    if (!element.isConnected) return;
    build();
    paint();
  });
  resized.observe(frame);
  app.life.observes(resized);
  return {
    element,
    update() {
      build();
      slow.see(app.reading.inkFound);
      paint();
    },
  };
}

/** The canvas to draw on, empty, in pixels of the layout. @param {HTMLCanvasElement} canvas @param {Layout} layout */
function cleared(canvas, { width, height }) {
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const ratio = canvas.width / width;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/** @param {{layer: number, neuron: number}} one @param {{layer: number, neuron: number}} other */
const same = (one, other) => one.layer === other.layer && one.neuron === other.neuron;

/** An activation in the little room that a neuron has. @param {number} a */
function inside(a) {
  const text = Math.abs(a) < 9.995 ? a.toFixed(2) : a.toFixed(Math.abs(a) < 99.95 ? 1 : 0);
  return text.replace("-", "−").replace(/^−?0\.00$/, "0.00");
}

/** @param {App} app @param {Place} place */
function nameOf(app, { layer, neuron }) {
  const last = layer === app.network.layers.length;
  return last ? `Output for ${app.network.classes[neuron]}` : `Neuron ${neuron} of layer ${layer}`;
}

/** @param {App} app @param {Place} place @param {Layout} layout @returns {Drawn} */
function neuronOf(app, place, { radius, columns }) {
  const { x, y } = place;
  const light = svg("circle", { class: "light", cx: x, cy: y, r: radius - 1, "fill-opacity": 0 });
  const value = svg("text", { class: "value", x, y });
  const label =
    place.layer === columns.length - 1 &&
    svg(
      "text",
      { class: "label", x: x + radius + 9, y, "aria-hidden": "true" },
      short(app.network.classes[place.neuron]),
    );
  const group = svg(
    "g",
    {
      class: "neuron",
      role: "button",
      "aria-label": nameOf(app, place),
      tabindex: -1,
      "data-layer": place.layer,
      "data-neuron": place.neuron,
    },
    svg("circle", { class: "body", cx: x, cy: y, r: radius }),
    light,
    value,
    label,
  );
  return { place, group, light, value };
}

/** @param {Layout} layout @param {number[]} sizes */
function names({ columns, picture, more }, sizes) {
  const last = columns.length - 1;
  const texts = columns.map((places, layer) => {
    const x = layer ? places[0].x : picture.x + picture.width / 2;
    const y = layer ? 10 : picture.y - 10;
    const name =
      layer === 0
        ? `${sizes[0]} pixels`
        : layer === last
          ? `${sizes[layer]} outputs`
          : `layer ${layer}: ${sizes[layer]}`;
    return svg("text", { class: "name", x, y }, name);
  });
  return [...texts, ...more.map(({ x, y, text }) => svg("text", { class: "more", x, y }, text))];
}

/** The name of a class, as far as there is room beside its output. @param {string} name */
function short(name) {
  const letters = [...name];
  return letters.length > LONGEST_NAME ? `${letters.slice(0, LONGEST_NAME - 1).join("")}…` : name;
}

/**
 * The yellow box around the winner.
 * @param {SVGSVGElement} drawing
 * @param {Place | undefined} place
 * @param {number} nameWidth
 */
function box(drawing, place, nameWidth) {
  const old = drawing.querySelector("rect.winner");
  if (!place) return old?.remove();
  const rect = old ?? drawing.appendChild(svg("rect", { class: "winner", height: 36, rx: 8 }));
  attributes(rect, { x: place.x - 19, y: place.y - 18, width: 56 + nameWidth });
}
