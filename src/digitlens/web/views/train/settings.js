// @ts-check
// The settings of a training, each with what is wrong with it in words; Live and the learning rate come first.

import { inShort } from "../../train/plan.js";
import { LIVE_EPOCHS, text } from "../../train/settings.js";
import { attributes, clear, h, setText } from "../shared/dom.js";
import { choice, number, preparing, rate } from "./fields.js";
import { layersField } from "./layers.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../train/settings.js").Choices} Choices */
/** @typedef {import("../../train/settings.js").Settings} Settings */
/** @typedef {import("../../train/settings.js").Wanted} Wanted */
/** @typedef {import("./fields.js").Change} Change */
/** @typedef {import("./fields.js").Control} Control */

const MORE = ["augmentation", "weight_decay", "averaging", "validation", "preparation"];

/** @param {App} app @param {Change} change @param {HTMLElement} data   which digits it learns from */
export function settingsView(app, change, data) {
  const recipes = h("div", { class: "row", role: "group", "aria-label": "Start from the settings of" });
  const short = h("p", { class: "dim" });
  const live = h(
    "button",
    {
      type: "button",
      role: "switch",
      class: "switch",
      "aria-checked": "false",
      onclick: () => change({ live: app.state.settings.live === "1" ? null : "1" }),
    },
    "Live",
  );
  const slow = h("p", { class: "dim" });
  const fields = /** @type {Record<string, Control>} */ ({
    learning_rate: rate(change),
    hidden: layersField((sizes) => change({ hidden: sizes })),
    activation: choice("activation", "Activation", change, "What hidden neurons make of their sums."),
    output: choice("output", "Output", change, "What the ten outputs make of their sums."),
    cost: choice("cost", "Cost", change, "How wrong an answer is, as a number."),
    initialisation: choice("initialisation", "Initialisation", change, "From what the first weights are drawn."),
    optimiser: choice("optimiser", "Optimiser", change, "What is made of the gradient at each step."),
    momentum: number("momentum", "Momentum", change, "The share of its speed that each step keeps."),
    schedule: choice("schedule", "Schedule", change, "How the learning rate goes on from where it begins."),
    mini_batch: number("mini_batch", "Mini-batch", change, "So many images are shown before the weights move.", true),
    epochs: number("epochs", "Epochs", change, "How many times it goes through all images.", true),
    labels: choice(
      "labels",
      "Labels",
      change,
      "Random ones can only be learned by heart: see what becomes of the test images.",
    ),
    seed: number("seed", "Seed", change, "Everything random comes from it: the same seed, the same run.", true),
    augmentation: choice(
      "augmentation",
      "Augmentation",
      change,
      "Every image is bent a little, in every epoch in another way.",
    ),
    weight_decay: number(
      "weight_decay",
      "Weight decay",
      change,
      "Every step takes this share, times the rate, off each weight.",
    ),
    averaging: number(
      "averaging",
      "Averaging",
      change,
      "The share of a running mean of the weights that each step keeps.",
    ),
    validation: number(
      "validation",
      "Held out",
      change,
      "So many training images are set aside, and not learned from.",
      true,
    ),
    preparation: preparing(change),
  });
  const errors = /** @type {Record<string, HTMLElement>} */ ({});
  for (const [field, { element }] of Object.entries(fields)) {
    errors[field] = h("p", { class: "wrong", id: `train-${field}-wrong`, role: "alert" });
    element.append(errors[field]);
  }
  const { learning_rate: first, ...others } = fields;
  const those = (/** @type {boolean} */ late) =>
    Object.keys(others)
      .filter((field) => MORE.includes(field) === late)
      .map((field) => others[field].element);
  const rest = h("details", { class: "more" }, h("summary", {}, "More"), h("div", { class: "fields" }, ...those(true)));
  const quick = h(
    "section",
    { class: "quick", "aria-label": "Live, and the learning rate" },
    h("div", { class: "live" }, live, slow),
    first.element,
  );
  const element = h(
    "div",
    { class: "settings" },
    h("div", { class: "base" }, h("h3", {}, "Start from"), recipes, short),
    data,
    h("div", { class: "fields" }, ...those(false)),
    rest,
  );
  let listed = "";

  return {
    element,
    quick,
    fields: Object.keys(fields),
    /** @param {Choices} choices @param {Settings} typed @param {Wanted} wanted @param {Record<string, string>} wrong @param {any} header */
    update(choices, typed, { base, fields: changed }, wrong, header) {
      const names = Object.keys(choices.recipes);
      if (listed !== names.join()) {
        listed = names.join();
        const nothing = Object.fromEntries(
          Object.keys(choices.recipes[base])
            .filter((field) => field !== "data")
            .map((field) => [field, null]),
        );
        clear(
          recipes,
          ...names.map((name) =>
            h(
              "button",
              {
                type: "button",
                "data-recipe": name,
                onclick: () => change({ ...nothing, recipe: name === "video" ? null : name }),
              },
              name,
            ),
          ),
        );
      }
      for (const button of recipes.children)
        attributes(button, { "aria-pressed": String(button.getAttribute("data-recipe") === base) });
      setText(short, inShort(choices.recipes[base]));
      const recipe = { ...choices.recipes[base], ...changed };
      const on = typed.live === "1";
      attributes(live, { "aria-checked": String(on) });
      quick.dataset.live = String(on);
      const plain =
        header && header.engine
          ? header.engine === "compiled"
            ? ""
            : header.fallback_reason || "the compiled one is not here"
          : choices.engine === "compiled"
            ? ""
            : "the compiled one is not here";
      setText(
        slow,
        plain
          ? `On the plain engine, which is slower: ${plain}.`
          : on
            ? `${recipe.epochs === 1 ? "One epoch" : `${recipe.epochs} epochs`} from the same seed, at every change.`
            : `Switched on, it trains ${LIVE_EPOCHS} epochs anew at every movement of the slider.`,
      );
      for (const [field, control] of Object.entries(fields)) {
        control.show(typed[field] ?? text(recipe[field]), choices);
        setText(errors[field], wrong[field] ?? "");
        for (const input of control.element.querySelectorAll("input, select"))
          attributes(input, {
            "aria-invalid": wrong[field] ? "true" : false,
            "aria-describedby": wrong[field] ? `train-${field}-wrong` : false,
          });
      }
      attributes(fields.momentum.element, { hidden: recipe.optimiser === "gradient_descent" && !wrong.momentum });
      if (MORE.some((field) => wrong[field])) attributes(rest, { open: true });
    },
  };
}
