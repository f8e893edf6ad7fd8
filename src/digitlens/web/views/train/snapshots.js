// @ts-check
// A slider back through the run, and the network of any snapshot, to be taken elsewhere.

import { unknownActivations } from "../../core/network.js";
import { readModelFile } from "../../model/model_file.js";
import { epochs, reached, recordAt } from "../../train/curves.js";
import { snapshotsOf } from "../../train/snapshots.js";
import { saveFile } from "../shared/clipboard.js";
import { attributes, h, setText } from "../shared/dom.js";
import { weightGrid } from "./weight_grid.js";
import { reasonOf } from "../../texts/language.js";
import { phrase as viewName } from "../../texts/first.js";
import { phrase } from "../../texts/later.js";

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
  const newest = h("button", { class: "small", onclick: snapshots.newest }, phrase("train.snapshots.newest"));
  const open = /** @type {const} */ (["read", "neuron", "learn"]).map((view) =>
    h("button", { onclick: () => openIn(view) }, viewName(`views.${view}`)),
  );
  const save = h("button", { class: "quiet", onclick: () => saveNetwork() }, phrase("train.snapshots.saveAsAFile"));
  const onlyPython = h("p", { role: "note", hidden: true });
  const grid = weightGrid((neuron) => openIn("neuron", neuron));
  const element = h(
    "section",
    {
      class: "snapshots",
      "aria-label": phrase("train.snapshots.snapshotsOfTheRun"),
      "data-part": "train-moments",
      "data-title": phrase("train.snapshots.theSliderBackThroughThe"),
    },
    h("div", { class: "scrub" }, h("label", { for: slider.id }, phrase("train.snapshots.snapshot")), slider, newest),
    h(
      "div",
      { class: "about" },
      words,
      h(
        "div",
        { class: "row take", role: "group", "aria-label": phrase("train.snapshots.openTheNetworkOfThis") },
        h("span", {}, phrase("train.snapshots.openThisNetworkIn")),
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
    app.say(phrase("train.snapshots.theNetworkCouldNotBe", { why: reasonOf(error) }));
  const openIn = async (/** @type {"read" | "neuron" | "learn"} */ view, neuron = 0) => {
    try {
      app.setNetwork(readModelFile(await fetched()), true);
      app.set({ view, layer: 1, neuron, source: null }, "push");
      app.toTop();
      app.say(phrase("train.snapshots.theNetworkOfThisSnapshot"));
    } catch (error) {
      complain(error);
    }
  };
  const saveNetwork = async () => {
    try {
      saveFile(new Blob([new Uint8Array(await fetched())], { type: "application/octet-stream" }), FILE);
      app.say(phrase("train.snapshots.savedAs", { file: FILE }));
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
      setText(onlyPython, phrase("train.snapshots.onlyPythonKnowsThePage", { strange: strange ?? "", file: FILE }));
      attributes(slider, { max: Math.max(0, records - 1), disabled: gone || records < 2 });
      if (!shown) slider.value = String(records - 1);
      const at = shown ? shown.header.position : reached(now);
      attributes(slider, { "aria-valuetext": epochs(at) });
      const when = phrase("train.snapshots.afterOf", { epochs: epochs(at), epochs2: recipe.epochs });
      setText(
        words,
        shown ? `${capital(when)}${measured(shown.header.measured)}.` : phrase("train.snapshots.theNewest", { when }),
      );
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
  const costs = cost === null ? "" : phrase("train.snapshots.cost", { cost: cost.toPrecision(3) });
  return phrase("train.snapshots.ofTheTestImagesRead", { accuracy: (100 * accuracy).toFixed(1), costs });
}
