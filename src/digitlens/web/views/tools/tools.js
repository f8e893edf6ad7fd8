// @ts-check
// The tools in the header: which network this is, a link to what one sees, copies of it, and the theme.

import { copyPicture, copyText } from "../shared/clipboard.js";
import { h, setText, svg } from "../shared/dom.js";
import { networkFigure } from "./figure.js";
import { imageTable, neuronTable } from "../../core/tables.js";
import { accuracyOf, sizeOf, wasChanged } from "../../model/provenance.js";
import { networksDialog } from "./networks.js";
import { inkCanvas, paintInk } from "../shared/pictures.js";
import { shareDialog } from "./share.js";
import { THEMES } from "../shared/theme.js";

/** @typedef {import("../shared/app.js").App} App */

const THEME_NAMES = { dark: "Dark", light: "Light", system: "As the system says" };

/** @param {App} app */
export function toolsView(app) {
  const networks = networksDialog(app);
  const { share: caution } = app.services;
  const share = caution ? shareDialog(app, caution) : null;
  const copies = copyDialog(app);
  const [name, size, changed] = [
    h("strong"),
    h("span", { class: "size" }),
    h("span", { class: "mark-changed" }, "changed"),
  ];
  // a narrow page shows the number alone
  const accuracy = [h("span", { class: "long" }), h("span"), h("span", { class: "long" })];
  const measured = h("span", { class: "accuracy" }, ...accuracy);
  const chip = h(
    "button",
    {
      class: "chip",
      "aria-haspopup": "dialog",
      title: "The network: what it is, others, open, save",
      onclick: () => networks.show(),
    },
    h("span", { class: "unseen" }, "Network "),
    name,
    changed,
    size,
    measured,
  );
  const reset = h(
    "button",
    {
      class: "quiet reset",
      onclick: () => {
        app.resetNetwork();
        app.say("The network is as it was loaded.");
        chip.focus();
      },
    },
    "Undo all changes",
  );
  const element = h(
    "div",
    { class: "tools" },
    chip,
    reset,
    share && h("button", { class: "quiet", "aria-haspopup": "dialog", onclick: () => share.show() }, "Share"),
    h("button", { class: "quiet", "aria-haspopup": "dialog", onclick: () => copies.element.showModal() }, "Copy"),
    themeButton(app),
    networks.element,
    share?.element,
    copies.element,
  );
  for (const dialog of [networks.element, share?.element, copies.element]) {
    dialog?.addEventListener("click", (event) => {
      if (event.target === dialog && !within(dialog, event)) dialog.close(); // a click beside it
    });
  }

  return {
    element,
    update() {
      const { network, original } = app;
      setText(name, original.name);
      setText(size, sizeOf(network));
      const parts = accuracyOf(original.provenance).split(/([\d.]+ %)/);
      for (const [i, part] of accuracy.entries()) setText(part, parts[i] ?? "");
      reset.hidden = !app.changed;
      changed.hidden = !app.changed && !wasChanged(original);
      measured.hidden = app.changed; // it was measured before
      networks.update();
    },
  };
}

/** @param {HTMLElement} element @param {MouseEvent} event */
function within(element, { clientX: x, clientY: y }) {
  const { left, right, top, bottom } = element.getBoundingClientRect();
  return x >= left && x <= right && y >= top && y <= bottom;
}

/** Pictures and numbers to take along. @param {App} app */
function copyDialog(app) {
  const picture = () => {
    const canvas = inkCanvas("");
    paintInk(canvas, app.reading.image, app.network.shape);
    return canvas;
  };
  /** @type {[string, string, () => Promise<void>][]} */
  const kinds = [
    [
      "Picture of the network",
      "as it is on the page, PNG",
      () => copyPicture(app, networkFigure(app.root), "network.png", "The picture of the network", 1),
    ],
    [
      "Image that the network sees",
      "its pixels ten times as large, PNG",
      () => copyPicture(app, picture(), "picture.png", "The picture"),
    ],
    [
      "Numbers of all neurons",
      "bias, z and activation of each: a table for a spreadsheet",
      () => copyText(app, neuronTable(app.network, app.reading.trace), "neurons.tsv", "The numbers of all neurons"),
    ],
    [
      "Numbers of the image",
      "one a pixel, row by row",
      () =>
        copyText(
          app,
          imageTable(app.reading.image, app.network.shape.columns),
          "picture.tsv",
          "The numbers of the image",
        ),
    ],
  ];
  const buttons = kinds.map(([what, how, copy]) =>
    h(
      "button",
      {
        onclick: async () => {
          await copy();
          element.close();
        },
      },
      h("strong", {}, what),
      h("span", { class: "dim" }, how),
    ),
  );
  const close = h("button", { class: "quiet", onclick: () => element.close() }, "Close");
  const element = h(
    "dialog",
    { class: "tool-dialog", "aria-labelledby": "copy-title" },
    h("h2", { id: "copy-title" }, "Copy"),
    h("p", {}, "To the clipboard; where there is none, it is saved as a file."),
    h("div", { class: "offered" }, ...buttons),
    h("div", { class: "row end" }, close),
  );
  return { element };
}

/** One button, three states: pressed again, it goes on to the next. @param {App} app */
function themeButton(app) {
  const words = h("span", { class: "unseen" });
  const icons = { dark: moon(), light: sun(), system: half() };
  const button = h(
    "button",
    {
      class: "quiet theme",
      onclick: () => {
        app.theme.choose(app.theme.next());
        show();
        app.say(`Colours: ${THEME_NAMES[app.theme.chosen()].toLowerCase()}.`);
      },
    },
    ...Object.values(icons),
    words,
  );
  const show = () => {
    for (const one of THEMES) icons[one].toggleAttribute("hidden", one !== app.theme.chosen());
    setText(words, `Colours: ${THEME_NAMES[app.theme.chosen()]}`);
    button.title = `Colours: ${THEME_NAMES[app.theme.chosen()].toLowerCase()}. Press for the next`;
  };
  show();
  return button;
}

/** @param {...SVGElement} shapes */
const icon = (...shapes) =>
  svg("svg", { viewBox: "0 0 24 24", width: 20, height: 20, "aria-hidden": "true" }, ...shapes);
const moon = () =>
  icon(svg("path", { d: "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z", fill: "currentColor" }));
const half = () =>
  icon(
    svg("circle", { cx: 12, cy: 12, r: 8.5, fill: "none", stroke: "currentColor", "stroke-width": 2 }),
    svg("path", { d: "M12 3.5a8.5 8.5 0 0 1 0 17z", fill: "currentColor" }),
  );
const sun = () =>
  icon(
    svg("circle", { cx: 12, cy: 12, r: 4.5, fill: "currentColor" }),
    svg("path", {
      d: "M12 1.5v4M12 18.5v4M1.5 12h4M18.5 12h4M4.6 4.6l2.8 2.8M16.6 16.6l2.8 2.8M4.6 19.4l2.8-2.8M16.6 7.4l2.8-2.8",
      stroke: "currentColor",
      "stroke-width": 2,
      "stroke-linecap": "round",
    }),
  );
