// @ts-check
// A cell of a notebook, for anywidget: Jupyter, marimo and VS Code load the same bundle. widget.py is the other end.
//
// What is drawn, the image beneath it, the network, the neuron in focus and the journey are Python's, too: what changes
// here is told to Python, and what changes there is shown here. A model may have several views, in several cells.

import { createApp } from "../app/create_app.js";
import { LOOKING } from "../app/looking.js";
import { readModelFile, writeModelFile } from "../model/model_file.js";
import { changedByHand } from "../model/provenance.js";
import { toFragment, START } from "../model/state.js";
import { ownAddress } from "./browser.js";
import { hostStyles } from "./styles.js";
import { phrase } from "../texts/first.js";
import { reasonOf, speak } from "../texts/language.js";

/** @typedef {import("../views/shared/app.js").App} App */
/** @typedef {import("../model/state.js").View} Journey */
/**
 * What anywidget gives: a model with the state that Python has, too.
 * @typedef {Object} Model
 * @property {(name: string) => any} get
 * @property {(name: string, value: any) => void} set
 * @property {() => void} save_changes
 * @property {(event: string, listener: () => void) => void} on
 * @property {(event: string, listener: () => void) => void} off
 */
/**
 * One thing that both ends have.
 * @typedef {Object} Shared
 * @property {string} name                       as Python calls it
 * @property {(app: App) => unknown} now         another value whenever it has changed
 * @property {(app: App) => any} told            what Python is told
 * @property {(app: App, value: any) => void} take   what Python has
 * @property {boolean} [large]                   it is told when it rests, or along with others
 */

const SOON = 60; // ms until Python is told what has changed
const NARROWEST = "320px"; // a component: of a phone's width
const REST = 250; // ms without another change until it is told of a changed network
// The picture beneath a widget, which is there for where no widget can be.
const STILL = ".digitlens-still, .jp-OutputArea-child:has(.digitlens-still) { display: none }";

const buffer = (/** @type {any} */ data) =>
  data instanceof ArrayBuffer
    ? new Uint8Array(data)
    : new Uint8Array(data.buffer, data.byteOffset ?? 0, data.byteLength);
/** Its bytes, and no others of its buffer. @param {Uint8Array} bytes */
const view = (bytes) => new DataView(bytes.slice().buffer);

/** @type {Shared[]} */
const SHARED = [
  {
    name: "_file",
    now: ({ network }) => network,
    told: ({ network, changed }) => view(writeModelFile(changed ? changedByHand(network) : network)),
    take: (app, data) => app.setNetwork(readModelFile(buffer(data)), true),
    large: true,
  },
  {
    name: "_base",
    now: ({ state }) => state.baseInk,
    told: ({ state }) => state.baseInk && view(new Uint8Array(Float64Array.from(state.baseInk).buffer)),
    take: (app, data) => {
      const baseInk = data ? new Float64Array(buffer(data).slice().buffer) : null;
      app.set({ baseInk, baseStages: null, base: baseInk && { kind: "picture", name: "from Python" } });
    },
  },
  {
    name: "drawing",
    now: ({ state }) => state.strokes,
    told: ({ state }) => state.strokes,
    take: (app, strokes) => app.set({ strokes }),
  },
  {
    name: "_framed",
    now: ({ state }) => state.prepare,
    told: ({ state }) => state.prepare,
    take: (app, prepare) => app.set({ prepare }),
  },
  {
    name: "neuron",
    now: ({ state }) => `${state.layer}/${state.neuron}`,
    told: ({ state }) => [state.layer, state.neuron],
    take: (app, [layer, neuron]) => app.set({ layer, neuron }),
  },
  {
    name: "view",
    now: ({ state }) => state.view,
    told: ({ state }) => state.view,
    take: (app, view) => app.set({ view }),
  },
];

/**
 * The component in a cell.
 * @param {{model: Model, el: HTMLElement}} cell
 * @returns {() => void}   ends it
 */
function render({ model, el }) {
  // Keys that are pressed in here are the page's, and not Jupyter's shortcuts; but the notebook is saved as ever.
  const keys = (/** @type {KeyboardEvent} */ { key, ctrlKey, metaKey }) =>
    el.toggleAttribute("data-lm-suppress-shortcuts", !((ctrlKey || metaKey) && key.toLowerCase() === "s"));
  window.addEventListener("keydown", keys, true); // before Jupyter hears of it
  el.style.setProperty("--page-height", "0px");
  el.style.overflowX = "auto"; // a cell beside open panels can be narrower than any page
  const place = document.createElement("div");
  place.style.minWidth = NARROWEST;
  el.append(place);
  const still = new CSSStyleSheet();
  still.replaceSync(STILL);
  document.adoptedStyleSheets.push(still);
  const [layer, neuron] = model.get("neuron");
  const examples = model.get("_examples") ?? [];
  const { language, texts } = model.get("_speaks") ?? {};
  if (texts) speak(language, texts);
  const { ready, destroy } = createApp(place, {
    address: ownAddress(toFragment({ ...START, view: model.get("view"), layer, neuron })),
    networks: {
      first: async () => ({ network: readModelFile(buffer(model.get("_file"))), why: "" }),
      offered: async () => [],
      fetch: async (name) => {
        throw new Error(phrase("hosts.widget.notGiven", { name }));
      },
    },
    styles: hostStyles(),
    journeys: LOOKING,
    storage: { tab: null, site: likeNotebook(el) },
    label: model.get("_label"),
    examples: examples.length
      ? async (digit) => new Blob([new Uint8Array(buffer(examples[digit]))], { type: "image/png" })
      : undefined,
  });
  ready.then((app) => share(app, model));
  return () => {
    destroy();
    place.remove();
    window.removeEventListener("keydown", keys, true);
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== still);
  };
}

/**
 * The notebook's own colours: a bright text stands on dark paper. What is chosen in a cell holds for that cell.
 * @param {HTMLElement} el
 * @returns {Storage}
 */
function likeNotebook(el) {
  const [red, green, blue] = (getComputedStyle(el).color.match(/[\d.]+/g) ?? ["0", "0", "0"]).map(Number);
  const theme = 0.3 * red + 0.6 * green + 0.1 * blue > 128 ? "dark" : "light";
  return /** @type {any} */ ({ getItem: () => theme, setItem() {} });
}

/** Each end is told what the other has changed. @param {App} app @param {Model} model */
function share(app, model) {
  /** What both ends have: as it is here, and as it was told. @type {Map<string, {now: unknown, told: any}>} */
  const both = new Map();
  const agree = (/** @type {Shared} */ { name, now }, /** @type {any} */ told) =>
    both.set(name, { now: now(app), told });
  const differs = (/** @type {Shared} */ { name, now }) => both.get(name)?.now !== now(app);

  const take = () => {
    for (const one of SHARED) {
      const told = model.get(one.name);
      if (told === both.get(one.name)?.told) continue;
      try {
        one.take(app, told);
      } catch (error) {
        app.say(phrase("hosts.widget.cannotBeShown", { why: reasonOf(error) }));
      }
      agree(one, told);
    }
  };
  let [soon, rest, waiting] = [0, 0, false];
  const tell = () => {
    app.life.cancel(soon);
    app.life.cancel(rest);
    soon = rest = 0;
    const changed = SHARED.filter(differs);
    for (const one of changed) {
      const told = one.told(app);
      agree(one, told);
      model.set(one.name, told);
    }
    if (changed.length) model.save_changes();
  };
  const changed = () => {
    if (SHARED.some((one) => !one.large && differs(one))) soon ||= app.life.after(tell, SOON);
    if (SHARED.some((one) => one.large && differs(one))) {
      app.life.cancel(rest);
      rest = app.life.after(tell, REST);
    }
  };
  const heard = () => {
    if (waiting) return;
    waiting = true;
    queueMicrotask(() => {
      waiting = false;
      if (!app.life.signal.aborted) take();
    });
  };

  for (const one of SHARED) agree(one, one.name === "_file" ? model.get("_file") : undefined); // it began with that
  take();
  for (const { name } of SHARED) model.on(`change:${name}`, heard);
  app.life.signal.addEventListener("abort", () => {
    for (const { name } of SHARED) model.off(`change:${name}`, heard);
  });
  app.onUpdate(changed);
}

export default { render };
