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
import { within } from "../../texts/language.js";
import { THEMES } from "../shared/theme.js";
import { openWorksheet } from "../shared/worksheet_button.js";
import { phrase } from "../../texts/first.js";

/** @typedef {import("../shared/app.js").App} App */

const THEME_NAMES = {
  dark: () => phrase("tools.tools.dark"),
  light: () => phrase("tools.tools.light"),
  system: () => phrase("tools.tools.asTheSystemSays"),
};

/** @param {App} app */
export function toolsView(app) {
  const networks = networksDialog(app);
  const { share: caution } = app.services;
  const share = caution ? shareDialog(app, caution) : null;
  const copies = copyDialog(app);
  const [name, size, changed] = [
    h("strong"),
    h("span", { class: "size" }),
    h("span", { class: "mark-changed" }, phrase("tools.tools.changed")),
  ];
  // a narrow page shows the number alone
  const accuracy = [h("span", { class: "long" }), h("span"), h("span", { class: "long" })];
  const measured = h("span", { class: "accuracy" }, ...accuracy);
  const chip = h(
    "button",
    {
      class: "chip",
      "aria-haspopup": "dialog",
      title: phrase("tools.tools.theNetworkWhatItIs"),
      onclick: () => networks.show(),
    },
    h("span", { class: "unseen" }, phrase("tools.tools.network")),
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
        app.say(phrase("tools.tools.theNetworkIsAsIt"));
        chip.focus();
      },
    },
    phrase("tools.tools.undoAllChanges"),
  );
  const element = h(
    "div",
    { class: "tools" },
    chip,
    reset,
    share &&
      h(
        "button",
        { class: "quiet", "aria-haspopup": "dialog", onclick: () => share.show() },
        phrase("tools.tools.share"),
      ),
    h(
      "button",
      { class: "quiet", "aria-haspopup": "dialog", onclick: () => copies.show() },
      phrase("tools.tools.copy"),
    ),
    themeButton(app),
    networks.element,
    share?.element,
    copies.element,
  );
  for (const dialog of [networks.element, share?.element, copies.element]) {
    dialog?.addEventListener("click", (event) => {
      if (event.target === dialog && !isOver(dialog, event)) dialog.close(); // a click beside it
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
function isOver(element, { clientX: x, clientY: y }) {
  const { left, right, top, bottom } = element.getBoundingClientRect();
  return x >= left && x <= right && y >= top && y <= bottom;
}

/** Pictures and numbers to take along. @param {App} app */
function copyDialog(app) {
  const picture = () => {
    const canvas = inkCanvas("");
    const { image } = app.reading;
    paintInk(canvas, ground() === "white" ? image.map((ink) => 1 - ink) : image, app.network.shape);
    return canvas;
  };
  const grounds = /** @type {const} */ ([
    ["white", phrase("tools.tools.onAWhiteGround")],
    ["black", phrase("tools.tools.onABlackGround")],
  ]).map(([value, name]) => {
    const box = h("input", { type: "radio", name: "ground", value });
    return { value, box, element: h("label", {}, box, name) };
  });
  const ground = () => grounds.find(({ box }) => box.checked)?.value ?? "black";
  /** @type {[string, string, () => Promise<void>][]} */
  const kinds = [
    [
      phrase("tools.tools.pictureOfTheNetwork"),
      phrase("tools.tools.asItIsOnThe"),
      () =>
        copyPicture(
          app,
          networkFigure(app.root, ground()),
          "network.png",
          phrase("tools.tools.thePictureOfTheNetwork"),
          1,
        ),
    ],
    [
      phrase("tools.tools.imageThatTheNetworkSees"),
      phrase("tools.tools.itsPixelsTenTimesAs"),
      () => copyPicture(app, picture(), "picture.png", phrase("tools.tools.thePicture")),
    ],
    [
      phrase("tools.tools.numbersOfAllNeurons"),
      phrase("tools.tools.biasZAndActivationOf"),
      () =>
        copyText(
          app,
          neuronTable(app.network, app.reading.trace),
          "neurons.tsv",
          phrase("tools.tools.theNumbersOfAllNeurons"),
        ),
    ],
    [
      phrase("tools.tools.numbersOfTheImage"),
      phrase("tools.tools.oneAPixelRowBy"),
      () =>
        copyText(
          app,
          imageTable(app.reading.image, app.network.shape.columns),
          "picture.tsv",
          phrase("tools.tools.theNumbersOfTheImage"),
        ),
    ],
  ];
  if (app.services.journeys.worksheet)
    kinds.push([
      phrase("tools.tools.worksheetToPrint"),
      phrase("tools.tools.anExerciseWithItsKey"),
      async () => {
        element.close(); // one dialog at a time
        await openWorksheet(app);
      },
    ]);
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
  const close = h("button", { class: "quiet", onclick: () => element.close() }, phrase("tools.tools.close"));
  const element = h(
    "dialog",
    { class: "tool-dialog", "aria-labelledby": "copy-title" },
    h("h2", { id: "copy-title" }, phrase("tools.tools.copy")),
    h("p", {}, phrase("tools.tools.toTheClipboardWhereThere")),
    h(
      "fieldset",
      { class: "row" },
      h("legend", { class: "unseen" }, phrase("tools.tools.groundOfPictures")),
      ...grounds.map((one) => one.element),
    ),
    h("div", { class: "offered" }, ...buttons),
    h("div", { class: "row end" }, close),
  );
  return {
    element,
    show() {
      const light = /** @type {HTMLElement} */ (app.root.host).dataset.theme === "light";
      for (const { value, box } of grounds) box.checked = (value === "white") === light;
      element.showModal();
    },
  };
}

/** One button, three states: pressed again, it goes on to the next. @param {App} app */
function themeButton(app) {
  const words = h("span", { class: "unseen" });
  const theme = () => THEME_NAMES[app.theme.chosen()]();
  const icons = { dark: moon(), light: sun(), system: half() };
  const button = h(
    "button",
    {
      class: "quiet theme",
      onclick: () => {
        app.theme.choose(app.theme.next());
        show();
        app.say(phrase("tools.tools.colours", { what: within(theme()) }));
      },
    },
    ...Object.values(icons),
    words,
  );
  const show = () => {
    for (const one of THEMES) icons[one].toggleAttribute("hidden", one !== app.theme.chosen());
    setText(words, phrase("tools.tools.colours2", { theme: theme() }));
    button.title = phrase("tools.tools.coloursPressForTheNext", { what: within(theme()) });
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
