// @ts-check
// Edges or loops? What the laboratory has measured: the question, the answers with their uncertainty and their
// controls, how it was done; and the network here, neuron by neuron.

import { attributes, clear, h, setText } from "../shared/dom.js";
import { areasPlot, countsPlot, helpedTable } from "./figures.js";
import { neuronsView } from "./neurons.js";
import * as words from "./words.js";
import { reasonOf } from "../../texts/language.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../shared/services.js").Study} Study */

/** @param {App} app @returns {{element: HTMLElement, update: () => void}} */
export function labView(app) {
  const answers = h("div", { class: "answers" });
  const measured = h("p", { class: "dim", role: "status" });
  const more = h("div", { class: "more" });
  const neurons = neuronsView(app);
  const element = h(
    "article",
    { class: "lab-view" },
    h("div", { class: "lead" }, h("h2", {}, words.title()), h("p", {}, words.lead()), measured),
    answers,
    more,
    neurons.element,
  );
  let [asked, there] = [false, false];
  const ask = async () => {
    asked = true;
    try {
      if (!app.services.laboratory) throw new Error(phrase("lab.lab.thisPageHasNoFiles"));
      const study = await app.services.laboratory.study();
      there = true;
      show(study);
    } catch (error) {
      setText(measured, `${words.noStudy()}${reasonOf(error)}.`);
    }
  };
  const show = (/** @type {Study} */ study) => {
    setText(measured, words.measuredOn(study));
    const { first, second, whole } = study;
    const cards = [answer(words.askFirst(), first.answer, countsPlot(first), words.onFirst(first))];
    if (second)
      cards.push(
        answer(
          words.askSecond(),
          second.answer,
          areasPlot(second.clear, areasOf(second), words.onAreas(second.clear)),
          words.onSecond(second),
        ),
      );
    if (whole)
      cards.push(
        answer(
          words.askWhole(),
          whole.answer,
          kindsPlot(whole.kinds),
          words.onWhole(),
          ...whole.kinds.map(words.onKind),
        ),
      );
    clear(answers, ...cards);
    clear(
      more,
      h("section", {}, h("h3", {}, words.askHelp()), h("p", {}, words.onHelp()), helpedTable(study.helped)),
      h(
        "section",
        {},
        h("h3", {}, words.howMeasured()),
        ...words.methods().map((one) => h("p", {}, one)),
        second && h("p", {}, words.onCauses(second)),
      ),
    );
  };
  return {
    element,
    update() {
      if (!asked || (!there && !measured.textContent)) ask();
      neurons.update();
      attributes(more, { hidden: !there });
    },
  };
}

/** @param {string} question @param {string} verdict @param {Node} figure @param {string[]} texts */
function answer(question, verdict, figure, ...texts) {
  return h(
    "section",
    { class: "verdict" },
    h("h3", {}, question),
    h("p", { class: "chip-answer" }, words.ANSWERS[verdict]?.() ?? verdict),
    figure,
    h("div", {}, ...texts.map((text) => h("p", {}, text))),
  );
}

/** @param {NonNullable<Study["second"]>} second */
const areasOf = ({ clearest, before, over_all_digits: over }) => [
  { name: words.AREAS.before(), value: before, strong: false },
  { name: words.AREAS.trained(), value: clearest, strong: true },
  { name: words.AREAS.over(), value: over, strong: false },
];

/** @param {NonNullable<Study["whole"]>["kinds"]} kinds */
function kindsPlot(kinds) {
  const rows = kinds.map(({ name, area, before }) => ({
    name: words.KINDS[name]?.() ?? name,
    value: area,
    before,
    strong: true,
  }));
  return areasPlot(null, rows, words.areasChanged());
}
