// @ts-check
// A neuron's weighted sum, written out: the largest terms, what all others add up to, the bias, z, and a.
//
// The numbers are rounded by the rule of ../neuron.js: what stands in the last column adds up exactly.

import { ACTIVATIONS } from "../../core/network.js";
import { inputName, neuronName, printed } from "../../core/neuron.js";
import { count, fixed, plain } from "../../core/numbers.js";
import { sumTable } from "../../core/tables.js";
import { copyText } from "../shared/clipboard.js";
import { attributes, clear, h, setText } from "../shared/dom.js";
import { worksheetButton } from "../shared/worksheet_button.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../core/neuron.js").NeuronSum} NeuronSum */
/** @typedef {import("../shared/inputs.js").Focus} Focus */

const CHOICES = [6, 12];

/**
 * @param {App} app
 * @returns {{element: HTMLElement, terms: () => number, update: (focus: Focus, sum: NeuronSum) => void}}
 */
export function sumView(app) {
  let terms = CHOICES[0];
  const choices = CHOICES.map((many) =>
    h(
      "button",
      {
        onclick: () => choose(many),
        "aria-pressed": String(many === terms),
        "aria-label": phrase("neuron.sum.listTheLargestTerms", { many }),
      },
      many,
    ),
  );
  const choose = (/** @type {number} */ many) => {
    terms = many;
    for (const [i, button] of choices.entries()) attributes(button, { "aria-pressed": String(CHOICES[i] === many) });
    app.set({});
  };
  const intro = h("p", { class: "dim" });
  const rows = Array.from({ length: Math.max(...CHOICES) }, () => termRow(app));
  const [others, bias, z, a] = [totalRow("others"), totalRow("bias"), totalRow("z"), totalRow("a")];
  const heads = [
    phrase("neuron.sum.from"),
    phrase("neuron.sum.activation"),
    phrase("neuron.sum.timesWeight"),
    phrase("neuron.sum.product"),
  ].map((name, i) => h("th", { scope: "col", class: i ? "right" : "" }, name));
  const body = h("tbody");
  const table = h(
    "table",
    { class: "sum" },
    h("caption", { class: "unseen" }, phrase("neuron.sum.theWeightedSumTermBy")),
    h("thead", {}, h("tr", {}, ...heads)),
    body,
    h("tfoot", {}, others.element, bias.element, z.element, a.element),
  );
  /** @type {Focus | null} */
  let latest = null;
  const copy = h(
    "button",
    {
      onclick: () =>
        latest &&
        copyText(
          app,
          sumTable(latest),
          `neuron-${latest.layer}-${latest.neuron}.tsv`,
          phrase("neuron.sum.theNumbersTabSeparated"),
        ),
    },
    phrase("neuron.sum.copyTheNumbers"),
  );
  const element = h(
    "section",
    { class: "neuron-sum", "data-part": "neuron-sum" },
    h("h3", {}, phrase("neuron.sum.theWeightedSum")),
    intro,
    table,
    h(
      "div",
      { class: "row" },
      h(
        "div",
        { class: "row", role: "group", "aria-label": phrase("neuron.sum.howManyTermsAreListed") },
        h("span", { class: "dim" }, phrase("neuron.sum.largestTerms")),
        ...choices,
      ),
      h("div", { class: "row" }, copy, worksheetButton(app)),
    ),
  );

  return {
    element,
    terms: () => terms,
    update(focus, sum) {
      latest = focus;
      const { network, layer, source } = focus;
      const text = printed(sum);
      setText(intro, phrase("neuron.sum.products", { n: focus.inputs.length, count: count(focus.inputs.length) }));
      if (body.childElementCount !== sum.terms.length)
        clear(body, ...rows.slice(0, sum.terms.length).map((one) => one.element));
      for (const [i, term] of sum.terms.entries()) {
        const one = rows[i];
        one.source = term.source;
        setText(one.button, inputName(network, layer, term.source));
        attributes(one.button, { "aria-pressed": String(term.source === source) });
        setText(one.input, plain(term.input, 3));
        signed(one.weight, fixed(term.weight));
        signed(one.product, text.products[i]);
      }
      const [rest, silent] = [count(sum.others), count(sum.silent)];
      setText(
        others.name,
        sum.silent
          ? phrase("neuron.sum.theOtherAre0Add", { rest, silent })
          : phrase("neuron.sum.theOtherAddUpTo", { rest }),
      );
      signed(others.value, text.rest);
      setText(bias.name, phrase("neuron.sum.bias"));
      signed(bias.value, text.bias);
      setText(z.name, "z");
      signed(z.value, text.z);
      const name = sum.function;
      setText(
        a.name,
        ACTIVATIONS[name].wholeLayer
          ? phrase("neuron.sum.aOfAllZ", { name, size: network.sizes[layer] })
          : `a = ${name}(${typographic(text.z)})`,
      );
      setText(a.value, plain(sum.activation, 3));
    },
  };
}

/** @param {App} app */
function termRow(app) {
  const button = h("button", {
    class: "quiet",
    "aria-pressed": "false",
    onclick: () => app.set({ source: one.source }),
  });
  const [input, weight, product] = ["", "", ""].map(() => h("td", { class: "number right" }));
  const one = {
    element: h("tr", {}, h("th", { scope: "row" }, button), input, weight, product),
    button,
    input,
    weight,
    product,
    source: 0,
  };
  return one;
}

/** @param {string} kind */
function totalRow(kind) {
  const name = h("th", { scope: "row", colspan: 3 });
  const value = h("td", { class: "number right" });
  return { element: h("tr", { class: kind }, name, value), name, value };
}

/** The minus of print instead of the keyboard's. @param {string} text */
function typographic(text) {
  return text.replace("-", "−");
}

/** A number with its sign, and the sign's colour. @param {HTMLElement} cell @param {string} text */
function signed(cell, text) {
  setText(cell, typographic(text));
  attributes(cell, { class: `number right ${/^[-−]/.test(text) ? "negative" : "positive"}` });
}
