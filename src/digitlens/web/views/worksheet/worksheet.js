// @ts-check
// An exercise to print, of what is on the page: a neuron's sum, one step of back-propagation, a confusion matrix; with
// the answers on another page. It is printed, or saved as a file, in the tab.

import { backPropagate } from "../../core/backward.js";
import { count } from "../../core/numbers.js";
import { drawn, MOST_CLASSES, matrixExercise, stepExercise, sumExercise } from "./exercise.js";
import { measuring, testSet } from "../../model/accuracy.js";
import { wasChanged } from "../../model/provenance.js";
import { proposedTarget } from "../../model/target.js";
import { saveFile } from "../shared/clipboard.js";
import { attributes, clear, h, setText } from "../shared/dom.js";
import { inPieces } from "../shared/in_pieces.js";
import { testImages } from "../shared/test_images.js";
import { documentOf, sheetsOf } from "./paper.js";
import { reasonOf } from "../../texts/language.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../shared/services.js").Matrix} Matrix */
/** @typedef {"sum" | "step" | "matrix"} Kind */

const MOST_SEED = 999_999;

/**
 * Opens the worksheet; it goes when it is closed.
 * @param {App} app
 * @param {Matrix | null} [matrix]   the one that is on the page; null: that of the network on the test images
 */
export function openWorksheet(app, matrix = null) {
  const { root, services } = app;
  const changed = app.changed || wasChanged(app.network);
  const name = changed ? phrase("worksheet.worksheet.changed", { name: app.network.name }) : app.network.name;
  const kinds = offered(app, matrix);
  let measured = matrix;
  let number = 0; // of what was asked for last

  const boxes = Object.fromEntries(
    Object.entries(kinds).map(([kind, on]) => [
      kind,
      h("input", { type: "checkbox", checked: on, onchange: () => show() }),
    ]),
  );
  const names = /** @type {Record<Kind, string>} */ ({
    sum: phrase("core.worksheet.aNeuronsSum"),
    step: phrase("core.worksheet.oneStepOfLearning"),
    matrix: phrase("core.worksheet.aConfusionMatrixToRead"),
  });
  const seed = h("input", {
    type: "number",
    min: 0,
    max: MOST_SEED,
    step: 1,
    value: 0,
    required: true,
    oninput: () => show(),
  });
  const other = h(
    "button",
    {
      class: "quiet",
      onclick: () => {
        seed.value = String((Number(seed.value) + 1) % (MOST_SEED + 1));
        show();
      },
    },
    phrase("worksheet.worksheet.otherBlanks"),
  );
  const grounds = h(
    "select",
    { onchange: () => show() },
    h("option", { value: "white" }, phrase("worksheet.worksheet.white")),
    h("option", { value: "black" }, phrase("worksheet.worksheet.black")),
  );
  const said = h("p", { class: "dim", role: "status" });
  const print = services.label
    ? null
    : h("button", { class: "main", onclick: () => window.print() }, phrase("worksheet.worksheet.print"));
  const save = h("button", { onclick: () => saveAs() }, phrase("worksheet.worksheet.saveAsAFile"));
  const preview = h("div", {
    class: "preview",
    tabindex: 0,
    role: "group",
    "aria-label": phrase("worksheet.worksheet.preview"),
  });
  const paper = h("div", { class: "paper" }); // what is printed
  const element = h(
    "dialog",
    { class: "tool-dialog worksheet", "aria-labelledby": "worksheet-title" },
    h("h2", { id: "worksheet-title" }, phrase("worksheet.worksheet.worksheet")),
    h("p", {}, phrase("worksheet.worksheet.anExerciseToPrint")),
    h(
      "fieldset",
      {},
      h("legend", {}, phrase("worksheet.worksheet.exercises")),
      ...Object.entries(boxes).map(([kind, box]) => h("label", {}, box, names[/** @type {Kind} */ (kind)])),
    ),
    h(
      "div",
      { class: "row" },
      h("label", {}, phrase("worksheet.worksheet.seed"), " ", seed),
      other,
      h("label", {}, phrase("worksheet.worksheet.ground"), " ", grounds),
    ),
    said,
    preview,
    h(
      "div",
      { class: "row end" },
      print,
      save,
      h("button", { class: "quiet", onclick: () => element.close() }, phrase("worksheet.worksheet.close")),
    ),
  );
  const saveAs = () => {
    const html = documentOf(/** @type {HTMLElement[]} */ (Array.from(preview.children)), ground(), root);
    saveFile(new Blob([html], { type: "text/html" }), "worksheet.html");
    app.say(phrase("worksheet.worksheet.savedAs", { file: "worksheet.html" }));
  };
  const ground = () => /** @type {"white" | "black"} */ (grounds.value);
  const wanted = (/** @type {Kind} */ kind) => boxes[kind]?.checked ?? false;

  /** The confusion matrix; null: something newer is wanted, or there is none, and why was said. */
  const theMatrix = async () => {
    if (measured || !services.images) return measured;
    const mine = number;
    const still = () => mine === number;
    try {
      setText(said, phrase("worksheet.worksheet.readingTheTestImages"));
      const all = await testImages(services.images, app.network);
      const set = await inPieces(testSet(all, app.network), app.life, () => {}, still);
      const found = set && (await inPieces(measuring(set).measure(app.network), app.life, () => {}, still));
      measured = found && { name, classes: app.network.classes, counts: found.confusion };
    } catch (error) {
      boxes.matrix.checked = false;
      setText(said, phrase("worksheet.worksheet.noConfusionMatrix", { why: reasonOf(error) }));
    }
    return still() ? measured : null;
  };
  const show = async () => {
    const mine = ++number;
    const whole = seed.checkValidity() && Object.values(boxes).some((box) => box.checked);
    setText(said, whole ? "" : phrase("worksheet.worksheet.chooseAnExercise"));
    const found = whole && wanted("matrix") ? await theMatrix() : null;
    if (mine !== number) return;
    if (found) setText(said, "");
    const pages = whole ? exercises(app, Number(seed.value), { sum: wanted("sum"), step: wanted("step") }, found) : [];
    const onPicture = wanted("sum") || wanted("step");
    const title = onPicture
      ? phrase("worksheet.worksheet.readsAPicture", { name })
      : phrase("worksheet.worksheet.whatItConfuses", { name: found?.name ?? name });
    clear(preview, ...(pages.length ? sheetsOf(title, onPicture ? pictureOf(app, name) : null, pages, ground()) : []));
    clear(paper, ...Array.from(preview.children, (sheet) => sheet.cloneNode(true)));
    for (const button of [print, save]) if (button) attributes(button, { disabled: !pages.length });
  };

  root.append(element, paper);
  root.host.setAttribute("data-worksheet", "");
  element.addEventListener("close", () => {
    number++;
    root.host.removeAttribute("data-worksheet");
    element.remove();
    paper.remove();
  });
  show();
  element.showModal();
}

/**
 * The exercises that there are, and whether each is chosen to begin with.
 * @param {App} app
 * @param {Matrix | null} matrix
 * @returns {Partial<Record<Kind, boolean>>}
 */
function offered({ state, reading, network, services }, matrix) {
  const view = state.view === "story" ? state.shows : state.view;
  const fits = (matrix?.classes ?? network.classes).length <= MOST_CLASSES;
  const trains = matrix !== null || view === "train" || view === "compare" || !reading.inkFound;
  return {
    ...(reading.inkFound && { sum: !trains && view !== "learn", step: !trains && view !== "neuron" }),
    ...(fits && (matrix || services.images) && { matrix: trains }),
  };
}

/**
 * The exercises, page by page. In Neuron the sum is that of its neuron, in Learn the weight is the chosen one.
 * @param {App} app
 * @param {number} seed
 * @param {{sum: boolean, step: boolean}} wanted
 * @param {Matrix | null} matrix
 */
function exercises(app, seed, { sum, step }, matrix) {
  const { network, reading, state } = app;
  const view = state.view === "story" ? state.shows : state.view;
  const which = drawn(network, reading.trace, seed, view === "neuron" ? state : null);
  const onPicture = [];
  if (sum) onPicture.push(sumExercise(network, reading.trace, which));
  if (step) {
    const target = proposedTarget(app);
    const ofOutput = { layer: network.layers.length, neuron: target, source: which.source };
    const { layer, neuron, source } = state;
    const weight = view === "learn" && source !== null ? { layer, neuron, source } : ofOutput;
    onPicture.push(stepExercise(backPropagate(network, reading.image, target), weight));
  }
  const { classes = [], counts = [] } = matrix ?? {};
  return [
    ...(onPicture.length ? [onPicture] : []),
    ...(matrix ? [[matrixExercise(classes, counts, which.asked % classes.length)]] : []),
  ];
}

/** What the network sees, and reads it as. @param {App} app @param {string} name */
function pictureOf({ network, reading }, name) {
  const { rows, columns } = network.shape;
  return {
    said: phrase("worksheet.worksheet.theNetworkSees", {
      name,
      sizes: network.sizes.map(count).join("-"),
      rows,
      columns,
      label: network.classes[reading.digit],
    }),
    ink: reading.image,
    shape: network.shape,
  };
}
