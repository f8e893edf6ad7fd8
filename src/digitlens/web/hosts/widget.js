// @ts-check
// The page in a notebook's cell, for anywidget: its traits are the state of the page, in both directions. Of two who
// change the same at once, the later wins. JupyterLab, Notebook, VS Code and marimo load this one bundle.

import { createApp } from "../app/create_app.js";
import { LOOKING } from "../app/looking.js";
import { readModelFile, writeModelFile } from "../model/model_file.js";
import { ownAddress } from "./browser.js";
import { hostStyles } from "./styles.js";

/** @typedef {import("../views/shared/app.js").App} App */
/** @typedef {import("../model/model_file.js").StoredNetwork} Network */
/** @typedef {{rows: number, columns: number, ink: DataView}} Image */
/** @typedef {{name: string, file: DataView}} File */
/**
 * @typedef {Object} Model   of anywidget
 * @property {(name: string) => any} get
 * @property {(name: string, value: any) => void} set
 * @property {() => void} save_changes
 * @property {(event: string, listener: () => void) => void} on
 * @property {(event: string, listener: () => void) => void} off
 */

const REST = 60; // ms without a change until Python hears of it

/** @param {{model: Model, el: HTMLElement}} given */
async function render({ model, el }) {
  el.style.setProperty("--page-height", "auto");
  const component = createApp(el, {
    address: ownAddress(fragmentOf(model)),
    networks: {
      first: async () => ({ network: networkOf(model), why: "" }),
      offered: async () => [],
      fetch: async (name) => {
        throw new Error(`${name} is not in this notebook`);
      },
    },
    styles: hostStyles(),
    journeys: LOOKING,
    storage: { tab: null, site: likeNotebook(el) },
    label: model.get("_label"),
  });
  const stopped = component.ready.then((app) => connect(app, model));
  return async () => {
    component.destroy();
    (await stopped)();
  };
}

/**
 * Keeps the page and the traits the same. What comes back ends that.
 * @param {App} app
 * @param {Model} model
 * @returns {() => void}
 */
function connect(app, model) {
  let told = networkOf(model); // what Python knows as the network
  app.setNetwork(told, true);
  told = app.network;
  /** @type {Record<string, () => void>} */
  const heard = {
    "change:drawing": () => {
      const drawing = model.get("drawing");
      if (JSON.stringify(drawing) !== JSON.stringify(app.state.strokes))
        app.set({ strokes: drawing, ...(drawing.length ? {} : NO_BASE) });
    },
    "change:image": () => {
      const image = /** @type {Image | null} */ (model.get("image"));
      const ink = image && inkOf(image);
      if (!ink || same(ink, app.reading.image)) return;
      app.set({ strokes: [], base: { kind: "picture", name: "from Python" }, baseInk: ink, baseStages: null });
    },
    "change:network": () => {
      const next = networkOf(model);
      if (same(bytesOf(next), bytesOf(app.network))) return;
      app.setNetwork(next, true);
      told = app.network;
    },
    "change:neuron": () => {
      const [layer, neuron] = model.get("neuron");
      if (layer !== app.state.layer || neuron !== app.state.neuron) app.set({ layer, neuron, source: null });
    },
    "change:view": () => {
      if (model.get("view") !== app.state.view) app.set({ view: model.get("view") });
    },
  };
  const tell = () => {
    const { state, reading, network } = app;
    const traits = /** @type {Record<string, any>} */ ({});
    const put = (/** @type {string} */ name, /** @type {any} */ value) => {
      if (JSON.stringify(model.get(name)) !== JSON.stringify(value)) traits[name] = value;
    };
    put("drawing", state.strokes);
    put("view", state.view);
    put("neuron", [state.layer, state.neuron]);
    const outputs = reading.trace.a[reading.trace.a.length - 1];
    put("reading", {
      label: network.classes[reading.digit],
      activations: Object.fromEntries(network.classes.map((name, j) => [name, outputs[j]])),
      ink: reading.inkFound,
    });
    const known = /** @type {Image | null} */ (model.get("image"));
    if (!known || !same(inkOf(known), Float32Array.from(reading.image))) {
      const ink = new DataView(Float32Array.from(reading.image).buffer);
      traits.image = { rows: network.shape.rows, columns: network.shape.columns, ink };
    }
    if (network !== told) {
      told = network;
      traits.network = { name: network.name, file: new DataView(bytesOf(network).buffer) };
    }
    if (!Object.keys(traits).length) return;
    for (const [name, value] of Object.entries(traits)) model.set(name, value);
    model.save_changes();
  };
  let waiting = 0;
  const later = () => {
    app.life.cancel(waiting);
    waiting = app.life.after(tell, REST);
  };
  for (const [event, listener] of Object.entries(heard)) model.on(event, listener);
  heard["change:image"]();
  heard["change:drawing"]();
  app.onUpdate(later);
  later();
  return () => {
    for (const [event, listener] of Object.entries(heard)) model.off(event, listener);
  };
}

const NO_BASE = { base: null, baseInk: null, baseStages: null };

/** Where a lens begins. @param {Model} model */
function fragmentOf(model) {
  const [view, [layer, neuron]] = [model.get("view"), model.get("neuron")];
  return view === "neuron" ? `neuron/${layer}/${neuron}` : `${view}?at=${layer}.${neuron}`;
}

/** @param {Model} model @returns {Network} */
function networkOf(model) {
  const { name, file } = /** @type {File} */ (model.get("network"));
  return { ...readModelFile(new Uint8Array(file.buffer, file.byteOffset, file.byteLength)), name };
}

/** Those of its file, in memory of their own. @param {Network} network */
const bytesOf = (network) => Uint8Array.from(writeModelFile(network));

/** @param {Image} image @returns {Float64Array} */
function inkOf({ ink }) {
  return Float64Array.from({ length: ink.byteLength / 4 }, (_, i) => ink.getFloat32(4 * i, true));
}

/** @param {ArrayLike<number>} one @param {ArrayLike<number>} other */
function same(one, other) {
  if (one.length !== other.length) return false;
  for (let i = 0; i < one.length; i++) if (Math.fround(one[i]) !== Math.fround(other[i])) return false;
  return true;
}

/**
 * The notebook's own colours: a bright text stands on dark paper. What is chosen in the cell holds for that cell.
 * @param {HTMLElement} el
 * @returns {Storage}
 */
function likeNotebook(el) {
  const [red, green, blue] = (getComputedStyle(el).color.match(/[\d.]+/g) ?? ["0", "0", "0"]).map(Number);
  const theme = 0.3 * red + 0.6 * green + 0.1 * blue > 128 ? "dark" : "light";
  return /** @type {any} */ ({ getItem: () => theme, setItem() {} });
}

export default { render };
