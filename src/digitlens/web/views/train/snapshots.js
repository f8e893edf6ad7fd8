// @ts-check
// A slider back through the run, and the network of any snapshot, to be taken elsewhere.

import { unknownActivations } from "../../core/network.js";
import { readModelFile } from "../../model/model_file.js";
import { epochs, reached, recordAt } from "../../train/curves.js";
import { snapshotsOf } from "../../train/snapshots.js";
import { saveFile } from "../shared/clipboard.js";
import { attributes, h, setText } from "../shared/dom.js";
import { weightGrid } from "./weight_grid.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../train/frames.js").Frame} Frame */
/** @typedef {import("../../train/trainer.js").Trainer} Trainer */
/**
 * @typedef {Object} Shown
 * @property {number} record
 * @property {number} position
 * @property {number} epoch
 * @property {number} mini_batch
 * @property {(number | null)[]} measured
 */

const [TEST_COST, TEST_ACCURACY] = [3, 4]; // in a row of the curves
const FILE = "trained.digitlens";

/** @param {App} app @param {Trainer} live @param {() => void} changed */
export function snapshotsView(app, live, changed) {
  const snapshots = snapshotsOf(live, changed);
  /** @type {Frame | null} */
  let run = null;

  const slider = h("input", {
    type: "range",
    min: 0,
    max: 0,
    value: 0,
    id: "train-snapshot",
    "aria-describedby": "train-snapshot-words",
    oninput: () => goTo(Number(slider.value)),
  });
  const words = h("p", { id: "train-snapshot-words" });
  const newest = h("button", { class: "small", onclick: snapshots.newest }, "Newest");
  const open = /** @type {const} */ (["read", "neuron", "learn"]).map((view) =>
    h("button", { onclick: () => openIn(view) }, view.charAt(0).toUpperCase() + view.slice(1)),
  );
  const save = h("button", { class: "quiet", onclick: () => saveNetwork() }, "Save as a file");
  const onlyPython = h("p", { role: "note", hidden: true });
  const grid = weightGrid((neuron) => openIn("neuron", neuron));
  const element = h(
    "section",
    {
      class: "snapshots",
      "aria-label": "Snapshots of the run",
      "data-part": "train-moments",
      "data-title": "the slider back through the run",
    },
    h("div", { class: "scrub" }, h("label", { for: slider.id }, "Snapshot"), slider, newest),
    h(
      "div",
      { class: "about" },
      words,
      h(
        "div",
        { class: "row take", role: "group", "aria-label": "Open the network of this snapshot in" },
        h("span", {}, "Open this network in"),
        ...open,
        save,
      ),
    ),
    onlyPython,
  );

  const goTo = (/** @type {number} */ record) => {
    if (run && record >= run.header.records - 1) snapshots.newest();
    else snapshots.goTo(record);
  };
  const fetched = async () => {
    const shown = snapshots.shown();
    try {
      return await live.network(shown ? shown.header.record : "latest");
    } catch (error) {
      if (error instanceof Error && "gone" in error) snapshots.again(); // the nearest that is still kept
      throw error;
    }
  };
  const complain = (/** @type {unknown} */ error) =>
    app.say(`The network could not be fetched: ${error instanceof Error ? error.message : error}.`);
  const openIn = async (/** @type {"read" | "neuron" | "learn"} */ view, neuron = 0) => {
    try {
      app.setNetwork(readModelFile(await fetched()), true);
      app.set({ view, layer: 1, neuron, source: null }, "push");
      app.toTop();
      app.say("The network of this snapshot is open.");
    } catch (error) {
      complain(error);
    }
  };
  const saveNetwork = async () => {
    try {
      saveFile(new Blob([new Uint8Array(await fetched())], { type: "application/octet-stream" }), FILE);
      app.say(`Saved as ${FILE}.`);
    } catch (error) {
      complain(error);
    }
  };

  return {
    element,
    weights: grid.element,
    newest: snapshots.newest,
    /** Goes to the snapshot nearest to a place in the run. @param {number} position   in epochs */
    goTo(position) {
      if (!run || live.state !== "here") return;
      if (position >= reached(run)) snapshots.newest();
      else goTo(recordAt(run, position));
    },
    /** Before there is a run. @param {number} neurons   of the first layer */
    empty: (neurons) => grid.empty(neurons),
    /**
     * @param {Frame} now
     * @param {boolean} gone   the server, and with it all snapshots but this
     * @returns {Shown | null}   the snapshot that is shown, if it is not the newest
     */
    update(now, gone) {
      run = now;
      snapshots.follow(now.header.number);
      const shown = snapshots.shown();
      const { records, recipe } = now.header;
      const [strange] = unknownActivations([recipe.activation, recipe.output]);
      const usable = !gone && strange === undefined;
      grid.update(shown ?? now, now, usable);
      onlyPython.hidden = strange === undefined;
      setText(
        onlyPython,
        `Only Python knows ${strange}: the page shows how it learns, but cannot compute with it. Save the ` +
          "network as a " +
          `file, and read with it there: digitlens read --network ${FILE}`,
      );
      attributes(slider, { max: Math.max(0, records - 1), disabled: gone || records < 2 });
      if (!shown) slider.value = String(records - 1);
      const at = shown ? shown.header.position : reached(now);
      attributes(slider, { "aria-valuetext": epochs(at) });
      const when = `after ${epochs(at)} of ${recipe.epochs}`;
      setText(words, shown ? `${capital(when)}${measured(shown.header.measured)}.` : `The newest: ${when}.`);
      attributes(newest, { disabled: !shown });
      for (const button of open) attributes(button, { disabled: !usable || !records });
      attributes(save, { disabled: gone || !records });
      return shown ? shown.header : null;
    },
  };
}

/** @param {string} text */
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** How well the network of a snapshot read. @param {(number | null)[] | null} row   of the curves */
function measured(row) {
  const [cost, accuracy] = [row?.[TEST_COST] ?? null, row?.[TEST_ACCURACY] ?? null];
  if (accuracy === null) return "";
  const costs = cost === null ? "" : `, cost ${cost.toPrecision(3)}`;
  return `: ${(100 * accuracy).toFixed(1)} % of the test images read correctly${costs}`;
}
