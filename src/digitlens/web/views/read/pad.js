// @ts-check
// The pad: draw with mouse, pen, finger or keyboard; undo, clear, or pick a picture instead. It has the proportions of
// the images that the network sees.
//
// The strokes in the state are what was drawn; the canvas only shows them. While a stroke grows, its new piece alone is
// painted.

import { DIGIT_SHAPE, readsDigits } from "../../core/shape.js";
import { PEN } from "../../model/reading.js";
import { padOf } from "../../picture/preparation.js";
import { attributes, h, setText, undoKey } from "../shared/dom.js";
import { gridCursor } from "./grid.js";
import { pickerView } from "./picker.js";
import { anySheet, closeSheets } from "./sheets.js";
import { stripView } from "./strip.js";
import { inkCanvas, paintInk } from "../shared/pictures.js";
import { followPointer } from "../shared/pointer.js";
import { phrase } from "../../texts/first.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../model/state.js").State} State */
/** @typedef {Pick<State, "strokes" | "base" | "baseInk" | "baseStages">} Contents   of the pad */

const NEAR = 0.1; // units: points that are nearer than this to the last one say nothing new
const MOST_POINTS = 4000;
const MOST_UNDONE = 100;
const GHOST = "#8d939d"; // of an example, which is nobody's drawing

/** @param {App} app */
export function padView(app) {
  const canvas = h("canvas", { "aria-hidden": "true" });
  const hint = h("p", { class: "hint", "aria-hidden": "true" });
  const surface = h(
    "div",
    {
      class: "surface",
      tabindex: 0,
      role: "application",
      "aria-label": phrase("read.pad.drawingPad"),
      "aria-describedby": "pad-help",
    },
    canvas,
    hint,
  );
  const help = h("p", { id: "pad-help", class: "pad-help dim" });
  const undo = h("button", { type: "button", onclick: () => back() }, phrase("read.pad.undo"));
  const redo = h("button", { type: "button", onclick: () => forth() }, phrase("read.pad.redo"));
  const wipe = h("button", { type: "button", onclick: () => clear() }, phrase("read.pad.clear"));
  const picker = pickerView(app);
  const strip = stripView(app);
  const element = h(
    "div",
    { class: "pad" },
    strip.element,
    h(
      "div",
      { class: "whole" },
      surface,
      h("div", { class: "row pad-buttons" }, undo, redo, wipe),
      help,
      picker.element,
    ),
  );

  const pad = () => padOf(app.network.shape);
  const beneath = inkCanvas("");
  /** @type {Contents[]} */
  const past = [];
  let future = /** @type {Contents[]} */ ([]); // what was undone
  let known = contents(app.state);
  /** @type {number[][] | null} */
  let growing = null;
  let painted = { ...EMPTY, shape: DIGIT_SHAPE, width: 0, points: 0, demo: false };

  // what changes

  const begin = (/** @type {number[]} */ point) => {
    growing = null;
    if (app.state.strokes.reduce((sum, stroke) => sum + stroke.length, 0) >= MOST_POINTS) {
      app.say(phrase("read.pad.thePadHoldsPointsAnd", { most: MOST_POINTS.toLocaleString("en") }));
      return;
    }
    keep();
    growing = [point];
    app.set({ strokes: [...app.state.strokes, growing.slice()] });
  };
  const extend = (/** @type {number[][]} */ points) => {
    if (!growing) return;
    const before = growing.length;
    for (const point of points) {
      const last = growing[growing.length - 1];
      if (Math.hypot(point[0] - last[0], point[1] - last[1]) >= NEAR && growing.length < MOST_POINTS)
        growing.push(point);
    }
    if (growing.length > before) app.set({ strokes: [...app.state.strokes.slice(0, -1), growing.slice()] });
  };
  const end = () => {
    growing = null;
    known = contents(app.state);
  };
  const takeBack = () => {
    growing = null;
    const last = past.pop();
    if (!last) return;
    known = last;
    app.set(last);
  };
  const keep = () => {
    future = [];
    past.push(contents(app.state));
    if (past.length > MOST_UNDONE) past.shift();
  };
  const clear = () => {
    cursor.lift();
    growing = null;
    closeSheets(app);
    app.set(EMPTY);
  };
  const back = () => {
    cursor.lift();
    growing = null;
    const last = past.pop();
    if (!last) return;
    future.push(contents(app.state));
    known = last;
    app.set(last);
  };
  const forth = () => {
    cursor.lift();
    growing = null;
    const next = future.pop();
    if (!next) return;
    past.push(contents(app.state));
    known = next;
    app.set(next);
  };

  const inUnits = (/** @type {number[]} */ place) => place.map((one) => one * pad().pixel);
  const pen = {
    down: (/** @type {number[]} */ place) => begin(inUnits(place)),
    move: (/** @type {number[]} */ place) => extend([inUnits(place)]),
    up: end,
  };
  const cursor = gridCursor(surface, () => app.network.shape, pen, app.say);
  surface.append(cursor.element);
  followPointer(surface, () => pad().width, {
    start(point) {
      cursor.lift();
      cursor.away();
      begin(point);
    },
    move: extend,
    end,
    takeBack,
  });
  surface.addEventListener("keydown", (event) => {
    const way = undoKey(event);
    if (event.key === "Backspace" || way === "undo") back();
    else if (way === "redo") forth();
    else if (event.key === "Delete") clear();
    else return;
    event.preventDefault();
  });

  // what is shown

  const paint = () => {
    const { baseInk } = app.state;
    const strokes = app.demo ?? app.state.strokes;
    const demo = app.demo !== null;
    const { shape, darkOnLight } = app.network;
    const { width: units, height } = pad();
    const width = Math.round(surface.clientWidth * Math.min(window.devicePixelRatio || 1, 2));
    if (!width) return;
    const last = strokes[strokes.length - 1];
    const grown =
      width === painted.width &&
      shape === painted.shape &&
      demo === painted.demo &&
      !demo &&
      baseInk === painted.baseInk &&
      strokes.length >= painted.strokes.length &&
      painted.strokes.every(
        (stroke, i) => stroke === strokes[i] || (i === painted.strokes.length - 1 && sameStart(stroke, strokes[i])),
      );
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    const [paper, ink] = darkOnLight ? ["#fff", "#000"] : ["#000", "#fff"];
    if (!grown) {
      const size = [width, Math.round((width * height) / units)];
      if (canvas.width !== size[0] || canvas.height !== size[1]) [canvas.width, canvas.height] = size;
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.fillStyle = paper;
      context.fillRect(0, 0, canvas.width, canvas.height);
      if (baseInk) {
        paintInk(beneath, baseInk, shape);
        context.imageSmoothingEnabled = false;
        context.drawImage(beneath, 0, 0, canvas.width, canvas.height);
      }
    }
    context.setTransform(width / units, 0, 0, width / units, 0, 0);
    Object.assign(context, {
      strokeStyle: demo ? GHOST : ink,
      fillStyle: demo ? GHOST : ink,
      lineWidth: 2 * PEN,
      lineCap: "round",
      lineJoin: "round",
    });
    for (let i = grown ? Math.max(0, painted.strokes.length - 1) : 0; i < strokes.length; i++) {
      const from = grown && i === painted.strokes.length - 1 ? painted.points - 1 : 0;
      trace(context, strokes[i], Math.max(0, from));
    }
    painted = { ...contents(app.state), shape, width, points: last?.length ?? 0, demo };
  };
  const resized = new ResizeObserver(paint);
  resized.observe(surface);
  app.life.observes(resized);

  return {
    element,
    update() {
      const now = contents(app.state);
      if (!growing && !same(now, known)) {
        future = [];
        past.push(known); // something else has put this on the pad
        if (past.length > MOST_UNDONE) past.shift();
      }
      if (!growing) known = now;
      const { shape } = app.network;
      surface.style.aspectRatio = `${shape.columns} / ${shape.rows}`;
      setText(
        hint,
        app.demo
          ? phrase("read.pad.anExampleDrawYourOwn")
          : readsDigits(app.network)
            ? phrase("read.pad.drawADigitHere")
            : phrase("read.pad.drawHere"),
      );
      attributes(hint, { "data-low": app.demo !== null });
      setText(help, phrase("read.pad.arrowKeys", { rows: shape.rows, columns: shape.columns }));
      attributes(hint, { hidden: now.strokes.length > 0 || now.baseInk !== null });
      attributes(undo, { disabled: past.length === 0 });
      attributes(redo, { disabled: future.length === 0 });
      attributes(wipe, { disabled: !now.strokes.length && !now.baseInk && !anySheet(app) });
      picker.update();
      strip.update();
      paint();
    },
  };
}

const EMPTY = /** @type {Contents} */ (Object.freeze({ strokes: [], base: null, baseInk: null, baseStages: null }));

/** @param {Contents} state @returns {Contents} */
const contents = ({ strokes, base, baseInk, baseStages }) => ({ strokes, base, baseInk, baseStages });

/** @param {Contents} one @param {Contents} other */
const same = (one, other) =>
  one.baseInk === other.baseInk &&
  one.strokes.length === other.strokes.length &&
  one.strokes.every((stroke, i) => stroke === other.strokes[i]);

/** A stroke that has grown: it begins and goes on as before. @param {number[][]} before @param {number[][]} now */
function sameStart(before, now) {
  const last = before.length - 1;
  return (
    now.length >= before.length && [0, last].every((i) => now[i][0] === before[i][0] && now[i][1] === before[i][1])
  );
}

/**
 * The stroke from point number `from` on.
 * @param {CanvasRenderingContext2D} context
 * @param {number[][]} stroke
 * @param {number} from
 */
function trace(context, stroke, from) {
  context.beginPath();
  context.moveTo(stroke[from][0], stroke[from][1]);
  for (const [x, y] of stroke.slice(from + 1)) context.lineTo(x, y);
  if (stroke.length === from + 1) context.lineTo(stroke[from][0], stroke[from][1]); // a dot
  context.stroke();
}
