// @ts-check
// The form of a comparison: what differs, its two values, epochs, seeds and data; each with what is wrong with it.

import { compared, EPOCHS, RATE, SEEDS } from "../../train/duel.js";
import { inSentence } from "../../train/schema.js";
import { attributes, clear, h, setText } from "../shared/dom.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../../train/duel.js").Duel} Duel */
/** @typedef {import("../../train/run_state.js").Refusal} Refusal */
/** @typedef {import("../../train/schema.js").Field} Field */
/** @typedef {import("../../train/settings.js").Choices} Choices */
/** @typedef {import("../../train/settings.js").Settings} Settings */
/** @typedef {(patch: Record<string, string | null>) => void} Change */

const SIDES = /** @type {const} */ (["first", "second"]);
const NUMBERS = /** @type {const} */ (["learning_rate", "epochs", "seeds"]);
const DATA = /** @type {Record<string, () => string>} */ ({
  mnist: () => "MNIST",
  pen: () => phrase("compare.form.penDigits"),
  "pen-small": () => phrase("compare.form.20000PenDigits"),
  folder: () => phrase("compare.form.yourOwnFolder"),
});
const rates = () => phrase("compare.form.theRateThatSuitsOne");

/** @param {Change} change */
export function comparisonForm(change) {
  const vary = h("select", {
    id: "compare-vary",
    onchange: () => change({ vary: vary.value, first: null, second: null }),
  });
  const data = h("select", { id: "compare-data", onchange: () => change({ data: data.value }) });
  const sides = SIDES.map((field, i) => sideField(field, "AB"[i], change));
  const numbers = [
    numberField("learning_rate", phrase("compare.form.learningRate"), RATE, change),
    numberField("epochs", phrase("compare.form.epochs"), EPOCHS, change),
    numberField("seeds", phrase("compare.form.seeds"), SEEDS, change),
  ];
  const note = h("p", { class: "dim" });
  let listed = "";

  /** Fills the lists, where something else can be chosen now. @param {Choices} choices @param {string} varied */
  const list = (choices, varied) => {
    const offered = compared(choices);
    const here = choices.data.filter((one) => one.here).map(({ name }) => name);
    const key = `${varied} ${offered.map(({ name }) => name)} ${here}`;
    if (listed === key) return;
    listed = key;
    clear(data, ...here.map((name) => h("option", { value: name }, DATA[name]?.() ?? name)));
    clear(vary, ...offered.map((field) => h("option", { value: field.name }, inSentence(field))));
    const field = offered.find(({ name }) => name === varied) ?? offered[0];
    for (const side of sides) side.ask(field);
  };
  return {
    elements: [
      h("div", { class: "field wide" }, h("label", { for: "compare-vary" }, phrase("compare.form.whatDiffers")), vary),
      h("div", { class: "sides" }, ...sides.map((side) => side.element)),
      h("div", { class: "fields" }, ...numbers.map((field) => field.element)),
      h(
        "div",
        { class: "field wide" },
        h("label", { for: "compare-data" }, phrase("compare.form.bothLearnFrom")),
        data,
      ),
    ],
    note,
    /** Those with a place of their own for what is wrong with them. */
    fields: /** @type {readonly string[]} */ ([...SIDES, ...NUMBERS]),
    /** @param {Choices} choices @param {Settings} settings @param {Duel} duel @param {Refusal | null} refused */
    update(choices, settings, duel, refused) {
      list(choices, duel.vary);
      vary.value = duel.vary;
      data.value = duel.data;
      const wrong = (/** @type {string} */ field) =>
        duel.errors[field] ?? (refused?.field === field ? refused.error : "");
      for (const [i, side] of sides.entries()) side.show(duel.sides[i], wrong(SIDES[i]));
      for (const [i, field] of numbers.entries()) {
        const name = NUMBERS[i];
        const usual = { learning_rate: rateOf(choices, settings), epochs: EPOCHS, seeds: SEEDS };
        field.show(settings[name] ?? usual[name], wrong(name));
        attributes(field.element, { hidden: name === duel.vary });
      }
      setText(note, duel.vary === "learning_rate" ? "" : rates());
    },
  };
}

/** The learning rate that both sides have where none is typed. @param {Choices} choices @param {Settings} settings */
const rateOf = ({ recipes }, { recipe }) => (recipe ? String(recipes[recipe]?.learning_rate ?? RATE) : RATE);

/** What is wrong with a field, beside its input. @param {string} name */
function complaint(name) {
  const element = h("p", { class: "wrong", id: `compare-${name}-wrong`, role: "alert" });
  return {
    element,
    /** @param {HTMLElement} input @param {string} words */
    show(input, words) {
      setText(element, words);
      attributes(input, {
        "aria-invalid": words ? "true" : false,
        "aria-describedby": words ? element.id : false,
      });
    },
  };
}

/**
 * @param {"learning_rate" | "epochs" | "seeds"} name
 * @param {string} label
 * @param {string} usual
 * @param {Change} change
 */
function numberField(name, label, usual, change) {
  const wrong = complaint(name);
  const input = h("input", {
    id: `compare-${name}`,
    type: "text",
    inputmode: "decimal",
    autocomplete: "off",
    oninput: () => change({ [name]: input.value.trim() === usual ? null : input.value.trim() }),
  });
  const title = h("label", { for: input.id }, label);
  return {
    element: h("div", { class: "field", "data-field": name }, title, input, wrong.element),
    /** @param {string} value @param {string} words */
    show(value, words) {
      if (value !== input.value.trim()) input.value = value;
      wrong.show(input, words);
    },
  };
}

/**
 * One side: the value of what differs.
 * @param {"first" | "second"} name
 * @param {string} letter
 * @param {Change} change
 */
function sideField(name, letter, change) {
  const wrong = complaint(name);
  const id = `compare-${name}`;
  const element = h("div", { class: "side", "data-side": letter, "data-field": name });
  let input = /** @type {HTMLInputElement | HTMLSelectElement} */ (h("input", { id }));
  const tell = () => change({ [name]: input.value.trim() });
  return {
    element,
    /** Asks for a value of this field. @param {Field} field */
    ask(field) {
      const options = field.choices.map(([value, text]) => h("option", { value }, text));
      input = options.length
        ? h("select", { id, onchange: tell }, ...options)
        : h("input", { id, type: "text", autocomplete: "off", oninput: tell });
      const title = h("label", { for: id }, h("span", { class: "letter" }, letter), ` ${inSentence(field)}`);
      clear(element, title, input, wrong.element);
    },
    /** @param {string} value @param {string} words */
    show(value, words) {
      if (input.value.trim() !== value) input.value = value;
      wrong.show(input, words);
    },
  };
}
