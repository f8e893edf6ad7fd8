// @ts-check
// A second opinion under the answer: what the larger network reads, how sure it is, and whether this is a digit at all.
//
// It comes after the first reading, and is asked when the pen rests, so that drawing never waits for it.

import { readsDigits } from "../../core/shape.js";
import { confidence } from "../../model/calibration.js";
import { judge } from "../../picture/familiarity.js";
import { read, unadjusted } from "../../model/reading.js";
import { attributes, h, setText } from "../shared/dom.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../model/model_file.js").StoredNetwork} Network */

const NAME = "reader";
const REST = 60; // ms without a change

/**
 * What is to be said of a picture, by the network that is asked.
 * @param {import("../../model/state.js").State} state
 * @param {Network} network
 * @returns {{text: string, isDigit: boolean}}
 */
function opinion(state, network) {
  const { trace, digit, inkFound } = read(state, network, state.prepare);
  if (!inkFound) return { text: "", isDigit: false };
  const seen = network.familiarity && judge(network.familiarity, unadjusted(state, network, state.prepare));
  if (seen && !seen.isDigit)
    return { text: phrase("read.opinion.noDigitSays", { name: network.name, reason: seen.reason }), isDigit: false };
  const sure = network.calibration ? confidence(network.calibration, trace.z[trace.z.length - 1]) : null;
  const how =
    sure === null
      ? ""
      : sure > 0.995
        ? phrase("read.opinion.andIsMoreThan99")
        : phrase("read.opinion.andIsSure", { sure: Math.round(100 * sure) });
  return {
    text: phrase("read.opinion.reads", { name: network.name, name2: network.classes[digit], how }),
    isDigit: true,
  };
}

/**
 * The view, in its place under the answer; none where there is no larger network. Throws where nobody answers.
 * @param {App} app
 */
export async function openOpinion(app) {
  const { networks } = app.services;
  const offered = await networks.offered();
  if (offered.length && !offered.some(({ name }) => name === NAME)) return []; // the host has none
  const views = [opinionView(app, await networks.fetch(NAME))];
  app.root.querySelector(".answer")?.append(...views.map((view) => view.element));
  return views;
}

/** @param {App} app @param {Network} larger */
function opinionView(app, larger) {
  const words = h("span");
  const use = h(
    "button",
    {
      class: "quiet",
      onclick: () => {
        app.setNetwork(larger, true);
        app.say(phrase("read.opinion.isLoaded", { name: larger.name, sizes: larger.sizes.join("-") }));
      },
    },
    phrase("read.opinion.lookInsideIt"),
  );
  const element = h("p", { class: "opinion" }, words, " ", use);
  let waiting = 0;
  const show = () => {
    const own = app.original.name === larger.name && !app.changed;
    const asked = readsDigits(app.network); // it reads digits alone
    const { text, isDigit } = asked ? opinion(app.state, larger) : { text: "", isDigit: false };
    setText(words, text);
    attributes(element, { hidden: !text, "data-digit": String(isDigit) });
    attributes(use, { hidden: own });
  };
  return {
    element,
    update() {
      app.life.cancel(waiting);
      waiting = app.life.after(show, REST);
    },
  };
}
