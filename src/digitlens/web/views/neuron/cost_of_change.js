// @ts-check
// What a change costs: how many of the test images the network reads now, and how many as it was loaded; which digits
// suffer most; and which hidden neuron matters most, by what is lost when it is silent.

import { count, percent } from "../../core/numbers.js";
import { neuronName } from "../../core/neuron.js";
import { MOST_SILENCED, measuring, testSet } from "../../model/accuracy.js";
import { attributes, clear, h, setText } from "../shared/dom.js";
import { inPieces } from "../shared/in_pieces.js";
import { testImages } from "../shared/test_images.js";
import { reasonOf } from "../../texts/language.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../shared/services.js").Images} Images */
/** @typedef {import("../../model/model_file.js").StoredNetwork} Network */
/** @typedef {import("../../model/accuracy.js").Measured} Measured */
/** @typedef {import("./sliders.js").Change} Change */

const BUDGET = 60; // ms that a change may take before it is done in pieces
const LISTED = 8; // neurons

/**
 * @param {App} app
 * @param {Images} images
 * @param {Change} change
 */
export function costOfChange(app, images, change) {
  const said = h("p", { class: "cost-of-change", role: "status" });
  const off = h("button", { onclick: () => silence() });
  const rank = h("button", { onclick: () => order() }, phrase("neuron.costOfChange.whichNeuronMattersMost"));
  const list = h("ol", { class: "ranking" });
  const about = h("p", { class: "dim" });
  const element = h("div", { class: "costs" }, said, h("div", { class: "row" }, off, rank), about, list);

  /** @type {{of: string, set: ReturnType<typeof measuring>, n: number} | null} */
  let loaded = null;
  let trouble = "";
  let running = 0; // what is computed now; another number ends it
  let shown = /** @type {{network: Network, now: Measured, then: Measured} | null} */ (null);
  let original = /** @type {{network: Network, measured: Measured} | null} */ (null);
  let wanted = /** @type {Network | null} */ (null);
  let ranked = /** @type {Network | null} */ (null);

  /** What the images depend on. */
  const kind = () => JSON.stringify([app.network.shape, app.network.classes, app.network.adjusting]);

  /**
   * Runs to the end: at once if it is short, else in pieces between two frames. null: something newer is wanted.
   * @template T
   * @param {Generator<number, T, void>} work
   * @param {(share: number) => void} progress
   * @returns {Promise<T | null>}
   */
  const finished = (work, progress) => {
    const mine = ++running;
    return inPieces(work, app.life, progress, () => mine === running, BUDGET);
  };
  const percentOf = (/** @type {number} */ share) => `${Math.floor(100 * share)} %`;

  /** The images, prepared for this network; null: there are none, or something newer is wanted. */
  const load = async () => {
    const of = kind();
    if (loaded?.of === of) return loaded;
    original = shown = null;
    const all = await testImages(images, app.network, (text) => setText(said, text));
    const set = await finished(testSet(all, app.network), (share) =>
      setText(
        said,
        phrase("neuron.costOfChange.preparingTestImages", { n: count(all.length), share: percentOf(share) }),
      ),
    );
    if (!set || of !== kind()) return null;
    loaded = { of, set: measuring(set), n: set.n };
    return loaded;
  };
  const measure = async () => {
    const { network } = app;
    if (wanted === network) return;
    wanted = network;
    try {
      const ready = await load();
      if (!ready || wanted !== network) return;
      const progress = (/** @type {number} */ share) =>
        setText(said, phrase("neuron.costOfChange.readingImages", { n: count(ready.n), share: percentOf(share) }));
      if (original?.network !== app.original) {
        const measured = await finished(ready.set.measure(app.original), progress);
        if (!measured) return again();
        original = { network: app.original, measured };
      }
      const now = await finished(ready.set.measure(network), progress);
      if (!now) return again();
      shown = { network, now, then: original.measured };
      trouble = "";
    } catch (error) {
      trouble = reasonOf(error);
    }
    show();
  };
  const again = () => {
    wanted = null;
    if (app.changed) app.life.after(measure, 20);
  };
  const show = () => {
    if (trouble) return setText(said, phrase("neuron.costOfChange.itsAccuracyCannotBeMeasured", { trouble }));
    if (!shown || shown.network !== app.network) return;
    setText(said, sentence(app.network, shown));
  };

  const isSilent = () => {
    const { layer, neuron } = app.state;
    const behind = app.network.layers[layer];
    return (
      behind &&
      Array.from({ length: behind.n }, (_, j) => behind.weights[j * behind.before + neuron]).every((w) => w === 0)
    );
  };
  /** Its weights into the next layer become 0, or what they were. */
  const silence = () => {
    const { layer, neuron } = app.state;
    const loadedLayer = app.original.layers[layer];
    const back = isSilent();
    change(layer + 1, ({ weights, n, before }) => {
      for (let j = 0; j < n; j++) weights[j * before + neuron] = back ? loadedLayer.weights[j * before + neuron] : 0;
    });
  };
  const order = async () => {
    const { network } = app;
    try {
      const ready = await load();
      if (!ready) return;
      const all = await finished(ready.set.measure(network), () => {});
      const found =
        all &&
        (await finished(ready.set.silenced(network), (share) =>
          setText(about, phrase("neuron.costOfChange.silencingOneNeuronAfterThe", { share: percentOf(share) })),
        ));
      if (!all || !found) return setText(about, "");
      ranked = network;
      setText(
        about,
        phrase("neuron.costOfChange.allNeuronsSpeakingItReads", {
          correct: percent(all.correct / ready.n),
          n: count(ready.n),
        }),
      );
      clear(list, ...found.slice(0, LISTED).map((one) => rankedRow(app, one, all.correct, ready.n)));
    } catch (error) {
      setText(about, phrase("neuron.costOfChange.theyCannotBeRankedHere", { why: reasonOf(error) }));
    }
  };
  return {
    element,
    update() {
      const { network, state, changed } = app;
      const hidden = state.layer < network.layers.length;
      const few = network.sizes.slice(1, -1).reduce((sum, n) => sum + n, 0) <= MOST_SILENCED;
      attributes(off, { hidden: !hidden });
      if (hidden)
        setText(
          off,
          isSilent()
            ? phrase("neuron.costOfChange.switchThisNeuronOnAgain")
            : phrase("neuron.costOfChange.switchThisNeuronOff"),
        );
      attributes(rank, { hidden: !few || network.layers.length < 2 });
      if (ranked && ranked !== network) {
        ranked = null;
        clear(list);
        setText(about, "");
      }
      if (!changed) {
        wanted = null;
        if (!trouble) setText(said, "");
      } else if (wanted !== network) app.life.after(measure, 10);
      else show();
    },
  };
}

/**
 * "Of 10,000 test images it reads 88.10 %, before the change 95.27 %; 7s suffer most: 712 of 1,028, before 1,002."
 * @param {Network} network
 * @param {{now: Measured, then: Measured}} figures
 */
function sentence({ classes }, { now, then }) {
  const n = now.of.reduce((sum, one) => sum + one, 0);
  const both = phrase("neuron.costOfChange.onTestImages", {
    n: count(n),
    correct: percent(then.correct / n),
    correct2: percent(now.correct / n),
  });
  const lost = now.correctOf.map((one, j) => then.correctOf[j] - one);
  const worst = lost.indexOf(Math.max(...lost));
  if (lost[worst] <= 0) return `${both}.`;
  const [before, after] = [then, now].map(({ correctOf }) => count(correctOf[worst]));
  const [name, of] = [classes[worst], count(now.of[worst])];
  return name.length === 1
    ? phrase("neuron.costOfChange.sSufferMostOf", { both, name, before, after, of })
    : phrase("neuron.costOfChange.suffersMostOf", { both, name, before, after, of });
}

/**
 * @param {App} app
 * @param {{layer: number, neuron: number, correct: number}} one
 * @param {number} all
 * @param {number} n
 */
function rankedRow(app, { layer, neuron, correct }, all, n) {
  const lost = (100 * (all - correct)) / n;
  const open = () => app.set({ layer, neuron, source: null }, "push");
  const points = phrase("neuron.costOfChange.points", { lost: (lost < 0 ? "+" : "−") + Math.abs(lost).toFixed(2) });
  return h(
    "li",
    {},
    h("button", { class: "quiet", onclick: open }, neuronName(app.network, layer, neuron)),
    ` ${percent(correct / n)} (`,
    h("span", { class: "number" }, points),
    ")",
  );
}
