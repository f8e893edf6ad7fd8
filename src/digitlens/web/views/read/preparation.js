// @ts-check
// How what is on the pad becomes the network's image, stage by stage, and what the answer would be without all that.

import { plain } from "../../core/numbers.js";
import { NOT_FRAMED, shapeName } from "../../core/shape.js";
import { read } from "../../model/reading.js";
import { attributes, clear, h, setText } from "../shared/dom.js";
import { inkCanvas, paintInk } from "../shared/pictures.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../picture/preparation.js").Stage} Stage */
/** @typedef {import("../../model/reading.js").Reading} Reading */

const TITLES = /** @type {Record<string, () => string>} */ ({
  strokes: () => phrase("read.preparation.asDrawn"),
  decoded: () => phrase("read.preparation.thePicture"),
  ink: () => phrase("read.preparation.itsInk"),
  cropped: () => phrase("read.preparation.itsBox"),
  scaled: () => phrase("read.preparation.toSize"),
  centred: () => phrase("read.preparation.centred"),
  fitted: () => phrase("read.preparation.fitted"),
  straighten: () => phrase("read.preparation.upright"),
  resize: () => phrase("read.preparation.oneSize"),
  shrunk: () => phrase("read.preparation.shrunkAsItIs"),
});

const REST = 60; // ms: the stages are shown that often while the pen moves, and after so long a rest the other answer

/** @param {App} app */
export function preparationView(app) {
  const strip = h("ol", { class: "prepared" });
  const knob = h(
    "button",
    { type: "button", role: "switch", class: "switch", onclick: () => app.set({ prepare: !app.state.prepare }) },
    phrase("read.preparation.prepareThePicture"),
  );
  const effect = h("p", { "aria-live": "polite", "data-part": "answer" });
  const element = h(
    "section",
    { "data-part": "preparation", class: "preparation", "aria-labelledby": "preparation-title" },
    h(
      "div",
      { class: "row" },
      h("h2", { id: "preparation-title" }, phrase("read.preparation.howThePictureIsPrepared")),
      knob,
    ),
    effect,
    strip,
  );
  /** @type {ReturnType<typeof stageView>[]} */
  let shown = [];
  let [resting, waiting, painted] = [0, 0, -REST];

  const showStages = () => {
    waiting = 0;
    painted = performance.now();
    const { stages } = app.reading;
    const names = stages.map((stage) => stage.name).join();
    if (names !== strip.dataset.stages) {
      strip.dataset.stages = names;
      shown = stages.map(stageView);
      clear(strip, ...shown.map((one) => one.element));
    }
    const cropped = stages.find((stage) => stage.name === "cropped");
    stages.forEach((stage, i) => shown[i].show(stage, i === 0 ? cropped : undefined));
  };
  return {
    element,
    update() {
      attributes(knob, { "aria-checked": String(app.state.prepare) });
      app.life.cancel(resting);
      resting = app.life.after(() => setText(effect, effectOf(app)), REST);
      const since = performance.now() - painted;
      if (since >= REST) showStages();
      else waiting ||= app.life.after(showStages, REST - since); // the pen goes first
    },
  };
}

/** @param {Stage} stage */
function stageView(stage) {
  const title = TITLES[stage.name]?.() ?? stage.name;
  const canvas = inkCanvas(title);
  const box = h("div", { class: "box", hidden: true });
  const reason = h("p", { class: "dim" });
  return {
    element: h("li", {}, h("h3", {}, title), h("div", { class: "frame" }, canvas, box), reason),
    /** @param {Stage} stage @param {Stage | undefined} cropped   where its box is to be drawn */
    show(stage, cropped) {
      const { rows, columns, image, name } = stage;
      const step = Math.max(1, Math.ceil(Math.max(rows, columns) / 140));
      paintSmall(canvas, stage, step);
      const side = Math.max(rows, columns);
      Object.assign(canvas.style, { width: `${(100 * columns) / side}%`, height: `${(100 * rows) / side}%` });
      setText(reason, `${stage.reason[0].toUpperCase()}${stage.reason.slice(1)}.`);
      attributes(box, { hidden: !cropped });
      if (!cropped) return;
      const { top, left, rows: tall, columns: wide } = cropped.parameters;
      const [x, y] = [(side - columns) / 2, (side - rows) / 2];
      Object.assign(box.style, {
        left: `${(100 * (left + x)) / side}%`,
        top: `${(100 * (top + y)) / side}%`,
        width: `${(100 * wide) / side}%`,
        height: `${(100 * tall) / side}%`,
      });
    },
  };
}

/**
 * A stage that is large is shown smaller: every `step`th pixel.
 * @param {HTMLCanvasElement} canvas
 * @param {Stage} stage
 * @param {number} step
 */
function paintSmall(canvas, { rows, columns, image, name }, step) {
  const full = name === "decoded" ? 255 : 1;
  if (step === 1) return paintInk(canvas, image, { rows, columns }, full);
  const [tall, wide] = [Math.ceil(rows / step), Math.ceil(columns / step)];
  const small = new Float64Array(tall * wide);
  for (let y = 0; y < tall; y++)
    for (let x = 0; x < wide; x++) small[y * wide + x] = image[y * step * columns + x * step];
  paintInk(canvas, small, { rows: tall, columns: wide }, full);
}

/** What preparation does to the answer, in a sentence. @param {App} app */
function effectOf(app) {
  const { state, network, reading } = app;
  const size = shapeName(network.shape);
  const framed = network.framing !== NOT_FRAMED;
  if (!reading.inkFound) return phrase("read.preparation.theNetworkSeesPixelsAnd", { size });
  const ready = state.base && !state.baseStages;
  if (ready && !network.adjusting.length)
    return state.base?.kind === "mnist"
      ? phrase("read.preparation.mnistsImagesArePreparedAlready")
      : phrase("read.preparation.thisFillsPixelsAlreadyThere", { size });
  if (!state.base && !framed && !network.adjusting.length)
    return phrase("read.preparation.aDrawingIsNotFramed", { size });
  const other = read(app.demo ? { ...state, strokes: app.demo } : state, network, !state.prepare);
  const [with_, without] = state.prepare ? [reading, other] : [other, reading];
  const said = (/** @type {Reading} */ one) =>
    `${network.classes[one.digit]} (${plain(one.trace.a[one.trace.a.length - 1][one.digit], 2)})`;
  if (with_.digit === without.digit)
    return phrase("read.preparation.preparedOrNotItIs", {
      name: network.classes[with_.digit],
      said: said(with_),
      said2: said(without),
    });
  return phrase("read.preparation.preparedItIsReadAs", { said: said(with_), said2: said(without) });
}
