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
import { arrow, comeBack, drawGradients } from "./gradients.js";
import { playerView } from "./player.js";
import { count, significant } from "../../core/numbers.js";
import { answerView } from "./answer.js";
import { phrase } from "../../texts/first.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../core/layout.js").Layout} Layout */
/** @typedef {import("../../core/layout.js").Place} Place */
/** @typedef {{place: Place, group: SVGGElement, light: SVGCircleElement, value: SVGTextElement}} Drawn */

const BRIGHT = 0.46; // from here on, black stands out from it more than white
const [UPPER, LOWER] = [10, 24]; // where the names of layers stand
const [NARROW, WIDE, FIRST_WIDE] = [6.6, 12, "\u2e7f"]; // pixels of a letter, about; Chinese ones are wide
const USUAL_WIDTH = 640; // pixels, where the page has no width yet

/** @param {App} app */
export function diagramView(app) {
  const faint = h("canvas", { class: "edges", "aria-hidden": "true" });
  const edges = h("canvas", { class: "edges", "aria-hidden": "true" });
  const picture = inkCanvas("");
  const marks = svg("g", { class: "arrows", "aria-hidden": "true" });
  const drawing = svg("svg", {
    role: "group",
    "aria-label": phrase("network.diagram.neuronsLayerByLayerArrow"),
  });
  const answer = answerView(app);
  const frame = h("div", { class: "diagram" }, faint, edges, picture, drawing);
  const legend = h(
    "p",
    { class: "legend" },
    h("span", {}, h("i", { class: "plus" }), phrase("network.diagram.positiveWeight")),
    h("span", {}, h("i", { class: "minus" }), phrase("network.diagram.negativeWeight")),
    h("span", {}, phrase("network.diagram.theBrighterANeuronThe")),
  );
  /** What Learn shows, while it is shown. */
  const lesson = () => {
    const { view, shows } = app.state;
    return (view === "story" ? shows : view) === "learn" ? app.lesson : null;
  };
  const player = playerView(
    app.life,
    () => paint(),
    () => ({ layers: app.network.layers.length, back: lesson() !== null }),
    (place) => sayPlace(app, lesson(), place),
  );
  const element = h("div", {}, h("div", { class: "stage-head" }, answer.element, player.element), frame, legend);

  let layout = layoutOf(app.network, USUAL_WIDTH, []);
  /** @type {Drawn[]} */
  let drawn = [];
  let built = "";
  let known = /** @type {{network?: object, at?: string}} */ ({}); // whose faint edges are drawn
  let tabbed = { layer: 1, neuron: 0 };
  let seen = /** @type {unknown[]} */ ([]); // what was played: another drawing, network or lesson lets it go

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
    attributes(picture, {
      "aria-label": phrase("network.diagram.theImageAsTheNetwork", { size: shapeName(network.shape) }),
    });
    attributes(drawing, { viewBox: `0 0 ${width} ${layout.height}`, height: layout.height });
    const focused = app.root.activeElement !== null && drawing.contains(app.root.activeElement);
    drawn = layout.columns.flat().map((place) => neuronOf(app, place, layout));
    clear(drawing, ...names(layout, network.sizes), ...drawn.map((one) => one.group), marks);
    tabTo(drawn.some(({ place }) => same(place, tabbed)) ? tabbed : drawn[0].place);
    if (focused) drawn.find(({ place }) => same(place, tabbed))?.group.focus({ preventScroll: true });
  };
  /** @param {{layer: number, neuron: number}} place */
  const tabTo = (place) => {
    tabbed = { layer: place.layer, neuron: place.neuron };
    for (const one of drawn) attributes(one.group, { tabindex: same(one.place, tabbed) ? 0 : -1 });
  };
  const paint = () => {
    const { reading, network } = app;
    const hidden = app.hidden.includes("answer"); // it is asked, or a teacher wants it: the outputs do not give it away
    const asked = app.question === "neuron" ? app.state.layer : Infinity; // neither does the neuron that is asked about
    const reached = app.resting
      ? 0
      : Math.min(player.place ?? network.layers.length, network.layers.length - Number(hidden), asked - 1);
    const taught = lesson();
    // how many layers it has come back; below 0: it goes forward
    const back = taught && player.place !== null ? player.place - network.layers.length : -1;
    const at = focus();
    paintInk(picture, reading.image, network.shape);
    if (known.network !== network || known.at !== String(at && [at.layer, at.neuron])) {
      known = { network, at: String(at && [at.layer, at.neuron]) };
      drawFaint(cleared(faint, layout), layout, network, at);
    }
    const context = cleared(edges, layout);
    if (taught && back > 0) drawGradients(context, layout, taught.batch, back);
    else drawEdges(context, layout, network, reading.trace, at, reached);
    const arrows = taught && back >= 0 ? arrowsOf(drawn, layout, taught.batch, back) : [];
    marks.replaceChildren(...arrows.map(({ path }) => path));
    const should = new Map(arrows.map(({ one, dC_dz }) => [one, dC_dz]));
    const still = app.resting ? phrase("network.diagram.atRest") : phrase("network.diagram.notShown");
    for (const one of drawn) {
      const { place, group, light, value } = one;
      const a = reading.trace.a[place.layer][place.neuron];
      const known = reached >= place.layer;
      const brightness = known ? Math.max(0, Math.min(1, Math.abs(a))) : 0;
      attributes(light, { "fill-opacity": brightness.toFixed(3) });
      const text = known ? inside(a) : "";
      if (value.textContent !== text) value.textContent = text;
      const is = known ? phrase("network.diagram.isAt", { text }) : still;
      attributes(group, { "aria-label": `${nameOf(app, place)}, ${is}${wish(should.get(one))}` });
      const chosen = at !== null && same(at, place);
      const faint = at !== null && !chosen && place.layer >= at.layer;
      const bright = brightness > BRIGHT;
      group.setAttribute(
        "class",
        ["neuron", bright && "bright", chosen && "chosen", faint && "faint"].filter(Boolean).join(" "),
      );
    }
    attributes(drawing, { class: app.resting && "resting" });
    const winner = drawn.find(({ place }) => place.layer === network.layers.length && place.neuron === reading.digit);
    box(
      drawing,
      reached >= network.layers.length && reading.inkFound && !hidden ? winner?.place : undefined,
      layout.nameWidth,
    );
    answer.update(reached >= network.layers.length, player.says);
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
    app.showDetail();
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
      const now = [app.reading, app.network, lesson()?.batch, app.state.view];
      if (now.some((one, i) => one !== seen[i])) player.letGo();
      seen = now;
      attributes(player.element, { class: app.reading.inkFound ? "player" : "player idle" });
      player.update();
      paint();
    },
    /** The forward pass, layer by layer. */
    play: player.play,
  };
}

/**
 * The arrows of the neurons that the gradient has reached.
 * @param {Drawn[]} drawn
 * @param {Layout} layout
 * @param {import("../../core/mini_batch.js").MiniBatch} batch
 * @param {number} back
 */
function arrowsOf(drawn, layout, { network, dC_dz }, back) {
  const layers = network.layers.length;
  const arrows = [];
  for (const one of drawn) {
    const { layer, neuron } = one.place;
    if (layer < layers && comeBack(layers, layer + 1, back) < 1) continue;
    const slopes = dC_dz[layer - 1];
    const largest = slopes.reduce((most, slope) => Math.max(most, Math.abs(slope)), 1e-300);
    arrows.push({ one, dC_dz: slopes[neuron], path: arrow(one.place, layout.radius, slopes[neuron], largest) ?? "" });
  }
  return arrows;
}

/** What back-propagation asks of a neuron. @param {number | undefined} dC_dz */
function wish(dC_dz) {
  if (dC_dz === undefined) return "";
  const slope = significant(dC_dz);
  return dC_dz < 0
    ? phrase("network.diagram.shouldRiseDcDz", { slope })
    : dC_dz > 0
      ? phrase("network.diagram.shouldFallDcDz", { slope })
      : phrase("network.diagram.shouldStayDcDz", { slope });
}

/**
 * What happens at a whole place of the player.
 * @param {App} app
 * @param {import("../shared/app.js").Lesson | null} lesson
 * @param {number} place
 */
function sayPlace({ network, reading, hidden }, lesson, place) {
  const layers = network.layers.length;
  const count = (/** @type {number} */ layer) => network.sizes[layer].toLocaleString("en");
  if (place === 0) return phrase("network.diagram.thePicturePixelsEachA", { value: count(0) });
  if (place < layers) return phrase("network.diagram.layerWeightedSumsOfThe", { place, place2: count(place) });
  if (place === layers && !lesson)
    return hidden.includes("answer")
      ? phrase("network.diagram.theOutputs", { layers: count(layers) })
      : phrase("network.diagram.theOutputsTheLargestIs", {
          layers: count(layers),
          name: network.classes[reading.digit],
        });
  if (!lesson) return "";
  const layer = 2 * layers - place; // the one whose neurons have their gradient now
  const slopes = lesson.batch.dC_dz[layer - 1];
  if (!layer || !slopes) return phrase("network.diagram.everyWeightAndBiasKnows");
  const most = slopes.reduce((best, one, j) => (Math.abs(one) > Math.abs(slopes[best]) ? j : best), 0);
  const name =
    layer === layers
      ? phrase("network.diagram.output", { name: network.classes[most] })
      : phrase("network.diagram.neuron", { most });
  const where =
    layer === layers
      ? phrase("network.diagram.theOutputsWhatShouldRise")
      : phrase("network.diagram.backToLayer", { layer });
  return phrase("network.diagram.theCostFeelsMostDc", { where, name, slope: significant(slopes[most]) });
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
  return last
    ? phrase("network.diagram.outputFor", { name: app.network.classes[neuron] })
    : phrase("network.diagram.neuronOfLayer", { neuron, layer });
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
  const places = columns.map((one, layer) => (layer ? one[0].x : picture.x + picture.width / 2));
  const called = columns.map((_, layer) =>
    layer === 0
      ? phrase("network.diagram.pixels", { n: sizes[0] })
      : layer === last
        ? phrase("network.diagram.outputs", { n: sizes[layer] })
        : phrase("network.diagram.layer", { layer, size: sizes[layer] }),
  );
  // where there is no room for them side by side, every second one stands lower
  const widths = called.map((name) => [...name].reduce((sum, one) => sum + (one > FIRST_WIDE ? WIDE : NARROW), 0));
  const meet = (/** @type {number} */ l) => places[l] - places[l - 1] < (widths[l] + widths[l - 1]) / 2 + NARROW;
  const crowded = columns.some((_, l) => l > 1 && meet(l));
  const texts = called.map((name, layer) => {
    const y = layer === 0 ? picture.y - 10 : crowded && layer % 2 === 0 ? LOWER : UPPER;
    return svg("text", { class: "name", x: places[layer], y }, name);
  });
  const others = more.map(({ x, y, n }) =>
    svg("text", { class: "more", x, y }, phrase("network.diagram.more", { n: count(n) })),
  );
  return [...texts, ...others];
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
  const rect = old ?? drawing.appendChild(svg("rect", { class: "winner", height: 40, rx: 8 }));
  attributes(rect, { x: place.x - 21, y: place.y - 20, width: 60 + nameWidth });
}
