// @ts-check
// Learn: back-propagation in numbers, from the correct answer back to any weight, and a gradient descent step.
//
// Five numbered stages, to be opened one after the other; the cost and its gauges come first. What is closed is not
// brought up to date, and all but the cost waits for the next frame, so that drawing is never slowed down.

import { oneOutputView } from "./one_output.js";
import { batchView, withArticle } from "./batch.js";
import { layerGradientsView } from "./layer_gradients.js";
import { chainView } from "./chain_rule.js";
import { read } from "../../model/reading.js";
import { proposedTarget } from "../../model/target.js";
import { dataFor, onPad } from "../shared/data_images.js";
import { copyText } from "../shared/clipboard.js";
import { attributes, clear, h, setText } from "../shared/dom.js";
import { guessSwitch } from "../shared/guess_switch.js";
import { chosenWeight, miniBatchOf, steepestOutput } from "../../core/mini_batch.js";
import { learningTable } from "../../core/tables.js";
import { stages } from "../shared/stages.js";
import { worksheetButton } from "../shared/worksheet_button.js";
import { stepView } from "./step.js";
import { costView } from "./cost.js";
import { outputsView } from "./outputs.js";
import { reasonOf } from "../../texts/language.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../core/mini_batch.js").MiniBatch} MiniBatch */

const BUTTONS = 16; // answers to choose from that fit as buttons; more are a list

/** @param {App} app @returns {{element: HTMLElement, update: () => void}} */
export function learnView(app) {
  let averaged = false;
  /** @type {number | null} */
  let chosen = null; // the output whose gradients are shown; null: the one with the largest
  /** @type {MiniBatch | null} */
  let batch = null;
  let frame = 0;

  const target = () => proposedTarget(app);
  const chooseOutput = (/** @type {number} */ output) => {
    chosen = output;
    app.set({});
  };
  const cost = costView();
  const slopes = outputsView((output) => {
    chooseOutput(output);
    steps.open(2);
  });
  const [last, back, chain, step] = [
    oneOutputView(app, chooseOutput),
    layerGradientsView(app),
    chainView(app),
    stepView(app),
  ];
  const pictures = batchView(app, { label: target, alone: () => showBatch(false) });
  const collected = h("div", {}, pictures.element);

  const heading = h("h2", {}, phrase("learn.learn.howWouldItLearnFrom"));
  const guess = guessSwitch(app);
  const modes = [phrase("learn.learn.oneExample"), phrase("learn.learn.aMiniBatchAveraged")].map((text, i) =>
    h("button", { onclick: () => showBatch(i === 1) }, text),
  );
  const answers = h("div", { class: "answers", role: "group", "aria-label": phrase("learn.learn.theCorrectAnswer") });
  const question = h("p", { id: "learn-question" });
  const reads = h("p", { class: "dim" });
  const answer = h("div", { "data-part": "answer" }, reads); // a teacher may hide it; what is in it comes and goes
  const nothing = h("p", { class: "nothing" }, phrase("learn.learn.drawSomethingOrPickA"));
  const { images } = app.services;
  const misread =
    images &&
    h(
      "p",
      { class: "row" },
      h("button", { onclick: () => findMisread(app, images) }, phrase("learn.learn.takeAMisreadTestImage")),
    );
  const copy = h(
    "button",
    {
      onclick: () =>
        batch &&
        copyText(
          app,
          learningTable(batch, chosenWeight(batch, app.state), step.learningRate()),
          "back-propagation.tsv",
          phrase("learn.learn.theNumbers"),
        ),
    },
    phrase("learn.learn.copyTheNumbers"),
  );
  const worksheet = worksheetButton(app);

  const steps = stages(
    [
      { name: "learn-outputs", title: phrase("learn.learn.gradientsOfTheOutputs"), body: slopes.element },
      { name: "learn-last", title: phrase("learn.learn.oneOutputBiasWeightsNeurons"), body: last.element },
      { name: "learn-layers", title: phrase("learn.learn.backThroughTheLayers"), body: back.element },
      { name: "learn-chain", title: phrase("learn.learn.oneWeightTheChainRule"), body: chain.element },
      { name: "learn-step", title: phrase("learn.learn.aGradientDescentStep"), body: step.element },
    ],
    () => later(),
  );
  const first = h(
    "section",
    { class: "stage first", "data-part": "learn-cost", "data-title": phrase("learn.learn.theCostAndItsTerms") },
    cost.element,
    h("div", { class: "row" }, steps.begin),
  );
  const all = h("div", { class: "all" }, first, steps.element, h("div", { class: "row end" }, worksheet, copy));
  const element = h(
    "article",
    { class: "learn-view" },
    h(
      "div",
      { class: "head" },
      heading,
      h(
        "div",
        { class: "row modes", role: "group", "aria-label": phrase("learn.learn.learnFrom") },
        ...modes,
        guess.element,
      ),
    ),
    question,
    answers,
    answer,
    misread,
    collected,
    nothing,
    all,
  );
  let listed = "";

  const showBatch = (/** @type {boolean} */ on) => {
    averaged = on;
    if (on) pictures.start();
    app.set({});
  };
  const later = () => {
    frame ||= app.life.frame(() => {
      frame = 0;
      if (!batch || !element.isConnected) return;
      const output = chosen !== null && chosen < batch.targets.length ? chosen : steepestOutput(batch);
      const weight = chosenWeight(batch, app.state);
      if (steps.isOpen(1)) slopes.update(batch, output);
      if (steps.isOpen(2)) last.update(batch, output, weight);
      if (steps.isOpen(3)) back.update(batch, weight);
      if (steps.isOpen(4)) chain.update(batch, weight);
      if (steps.isOpen(5)) step.update(batch, told(app, batch));
    });
  };
  const list = () => {
    const { classes } = app.network;
    if (listed === classes.join("\n")) return;
    listed = classes.join("\n");
    if (classes.length <= BUTTONS)
      clear(
        answers,
        ...classes.map((name, j) =>
          h(
            "button",
            { onclick: () => app.set({ target: j }), "aria-label": phrase("learn.learn.itShouldHaveBeen", { name }) },
            name,
          ),
        ),
      );
    else
      clear(
        answers,
        h(
          "select",
          {
            "aria-labelledby": "learn-question",
            onchange: (/** @type {any} */ event) => app.set({ target: Number(event.target.value) }),
          },
          ...classes.map((name, j) => h("option", { value: j }, name)),
        ),
      );
  };
  let single = /** @type {{network: unknown, image: unknown, target: number} | null} */ (null); // what it was made of
  /** @type {{network: unknown, pictures: unknown[]}} */
  let known = { network: null, pictures: [] };
  const learnt = () => {
    if (!averaged) {
      const now = { network: app.network, image: app.reading.image, target: target() };
      if (!app.reading.inkFound) return null;
      if (
        batch &&
        single &&
        Object.entries(now).every(([name, one]) => single?.[/** @type {keyof typeof now} */ (name)] === one)
      )
        return batch;
      single = now;
      return miniBatchOf(now.network, [now]);
    }
    single = null;
    const examples = pictures.examples();
    const now = examples.flatMap(({ image, target }) => [image, target]);
    const same =
      batch &&
      known.network === app.network &&
      known.pictures.length === now.length &&
      now.every((one, i) => one === known.pictures[i]);
    known = { network: app.network, pictures: now };
    if (same) return batch;
    return examples.length ? miniBatchOf(app.network, examples) : null;
  };

  return {
    element,
    update() {
      list();
      guess.update();
      if (!averaged) known = { network: null, pictures: [] };
      batch = learnt();
      for (const [i, button] of modes.entries()) attributes(button, { "aria-pressed": String(averaged === (i === 1)) });
      const now = target();
      for (const [j, button] of Array.from(answers.children).entries()) {
        if (button instanceof HTMLSelectElement) button.value = String(now);
        else attributes(button, { "aria-pressed": String(j === now) });
      }
      const { classes } = app.network;
      setText(
        question,
        averaged ? phrase("learn.learn.theClassOfTheDrawing") : phrase("learn.learn.theCorrectAnswer2"),
      );
      setText(reads, readsAs(app, now));
      attributes(reads, { hidden: averaged || !app.reading.inkFound });
      attributes(collected, { hidden: !averaged });
      if (misread) attributes(misread, { hidden: averaged });
      if (averaged) pictures.update(batch);
      attributes(nothing, { hidden: averaged || batch !== null });
      attributes(all, { hidden: batch === null });
      setText(
        heading,
        averaged
          ? phrase("learn.learn.howWouldItLearnFrom2")
          : app.hidden.includes("answer") && app.state.target === null
            ? phrase("learn.learn.howWouldItLearnFrom")
            : phrase("learn.learn.howWouldItLearnThat", { one: withArticle(classes[now]) }),
      );
      app.teach(batch && { batch });
      if (!batch) return;
      cost.update(batch);
      later();
    },
  };
}

const AT_ONCE = 100; // test images
let looked = 0; // test images that were looked at until now

/**
 * Puts the next test image that the network misreads onto the pad.
 * @param {App} app
 * @param {import("../shared/services.js").Images} images
 */
async function findMisread(app, images) {
  const { network } = app;
  try {
    for (let total = 1, seen = 0; seen < total; ) {
      const some = await images(network, "test", looked, AT_ONCE);
      if (typeof some === "string") throw new Error(some);
      total = some.total;
      for (const image of some.images) {
        looked = (looked + 1) % total;
        seen++;
        const patch = { ...onPad(image, dataFor(network), "test"), target: null };
        const { digit } = read({ ...app.state, ...patch }, network, app.state.prepare);
        if (digit !== image.label) return app.set(patch);
      }
    }
    app.say(phrase("learn.learn.itMisreadsNoneOfThe"));
  } catch (error) {
    app.say(phrase("learn.learn.noTestImage", { why: reasonOf(error) }));
  }
}

/** @param {App} app @param {number} target @returns {string} */
function readsAs({ network, reading, state }, target) {
  const name = network.classes[reading.digit];
  if (reading.digit !== target && state.target === null && !(state.base && "digit" in state.base)) {
    const other = network.classes[target];
    return phrase("learn.learn.itReadsSupposeThatIt", {
      one: withArticle(name),
      two: withArticle(other),
    });
  }
  if (reading.digit !== target) return phrase("learn.learn.itReads", { one: withArticle(name) });
  if (state.target === null) return phrase("learn.learn.itReadsSoThereIs", { one: withArticle(name) });
  return phrase("learn.learn.itReadsAlreadySoThere", { one: withArticle(name) });
}

/** Who was told what, for the list of steps. @param {App} app @param {MiniBatch} batch */
function told({ network }, { steps }) {
  return steps.length > 1 ? phrase("learn.learn.pictures", { n: steps.length }) : network.classes[steps[0].target];
}
