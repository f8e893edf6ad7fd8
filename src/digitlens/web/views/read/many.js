// @ts-check
// Many pictures at once: a table of each with its answer and how sure that is, the most doubtful first. A row leads to
// the picture on the pad; all rows can be saved as a CSV file.

import { asCsv, byDoubt, rowOf, tells } from "../../model/many.js";
import { saveFile } from "../shared/clipboard.js";
import { attributes, clear, h, setText } from "../shared/dom.js";
import { inkCanvas, paintInk } from "../shared/pictures.js";
import { openedPicture } from "./picture_opener.js";
import { closeSheets, opened } from "./sheets.js";
import * as words from "./many_words.js";
import { reasonOf } from "../../texts/language.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../model/many.js").Picture} Picture */
/** @typedef {import("../../model/many.js").Row} Row */

const STYLE = "views/read/many.css";
const MOST = 2000; // pictures
const SHOWN = 200; // rows

/**
 * Reads pictures one after the other, and shows a table of them. Throws an Error in words where there are too many.
 * @param {App} app
 * @param {File[]} files
 */
export async function readMany(app, files) {
  if (files.length > MOST) throw new Error(phrase("many.many.areHereAndAtMost", { n: files.length, most: MOST }));
  closeSheets(app);
  await app.services.styles(app.root, [STYLE]);
  const pictures = /** @type {Picture[]} */ ([]);
  let [stopped, closed] = [false, false];
  const table = tableView(app, pictures, () => close());
  const gone = opened(app, () => close());
  const close = () => {
    [stopped, closed] = [true, true];
    gone();
    undo();
    table.element.remove();
  };
  const undo = app.onUpdate(() => !closed && table.update());
  app.root.querySelector("#network")?.prepend(table.element);
  table.stop.addEventListener("click", () => (stopped = true));
  if (table.element.getBoundingClientRect().top > innerHeight / 2) table.element.scrollIntoView();
  for (const [i, file] of files.entries()) {
    if (stopped) break;
    table.progress(i, files.length);
    const name = file.webkitRelativePath || file.name;
    try {
      const { prepared } = await openedPicture(app, file);
      pictures.push({ name, prepared, error: "" });
    } catch (error) {
      pictures.push({ name, prepared: null, error: reasonOf(error) });
    }
    table.update();
    await new Promise((go) => app.life.after(() => go(null)));
    if (app.life.signal.aborted) return;
  }
  table.progress(pictures.length, pictures.length);
}

/** @param {App} app @param {Picture[]} pictures @param {() => void} close */
function tableView(app, pictures, close) {
  const title = h("h2", { id: "many-title" });
  const status = h("p", { class: "dim", role: "status" });
  const bar = h("progress", { max: 1, value: 0, "aria-labelledby": "many-title" });
  const stop = h("button", { type: "button" }, words.stop());
  const save = h("button", { type: "button", onclick: () => saved() }, words.saveCsv());
  const body = h("tbody");
  const sureHead = h("th", { scope: "col" });
  const note = h("p", { class: "dim" });
  const element = h(
    "section",
    { class: "many", "aria-labelledby": "many-title", "data-part": "many" },
    h(
      "div",
      { class: "row" },
      title,
      save,
      h("button", { type: "button", class: "quiet", onclick: close }, words.close()),
    ),
    h("div", { class: "row reading" }, bar, stop),
    h(
      "div",
      { class: "rows", tabindex: 0, role: "group", "aria-labelledby": "many-title" },
      h(
        "table",
        { "data-part": "answer" },
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            h("th", { scope: "col" }, words.heads().picture),
            h("th", { scope: "col" }, words.heads().answer),
            sureHead,
          ),
        ),
        body,
      ),
    ),
    status,
    note,
  );
  const rows = /** @type {Map<Picture, Row>} */ (new Map());
  let [network, chosen] = [app.network, /** @type {Picture | null} */ (null)];
  let [shown, waiting] = ["", 0];

  const saved = () => {
    const all = pictures.map((picture) => rowFor(picture));
    saveFile(new Blob([asCsv(all, app.network)], { type: "text/csv" }), "digitlens.csv");
  };
  /** @param {Picture} picture */
  const rowFor = (picture) => {
    const row = rows.get(picture) ?? rowOf(picture, app.network, app.state);
    rows.set(picture, row);
    return row;
  };
  const list = () => {
    const all = byDoubt(pictures.map(rowFor));
    const key = `${pictures.length} ${app.network.name} ${pictures.indexOf(/** @type {any} */ (chosen))}`;
    if (key === shown && rows.size) return;
    shown = key;
    setText(sureHead, tells(app.network) ? words.heads().confidence : words.heads().output);
    const put = (/** @type {Picture} */ picture) => {
      if (!picture.prepared) return;
      chosen = picture;
      app.set({
        strokes: [],
        base: { kind: "picture", name: picture.name },
        baseInk: picture.prepared.image,
        baseStages: picture.prepared.stages,
      });
    };
    clear(body, ...all.slice(0, SHOWN).map((row) => rowView(app, row, row.picture === chosen, put)));
    setText(
      note,
      [
        words.readBy(app.network.name),
        tells(app.network) ? "" : words.outputsOnly(),
        words.fewer(SHOWN, all.length),
      ].join(" "),
    );
  };
  return {
    element,
    stop,
    /** @param {number} done @param {number} all */
    progress(done, all) {
      const over = done === all;
      bar.value = done / Math.max(1, all);
      attributes(bar, { hidden: over });
      attributes(stop, { hidden: over });
      setText(title, words.title(all));
      setText(status, over ? "" : words.reading(done + 1, all));
      attributes(save, { disabled: !over });
      if (over) list();
    },
    update() {
      if (network !== app.network) {
        network = app.network;
        shown = "";
        rows.clear();
      }
      app.life.cancel(waiting);
      waiting = app.life.after(list, 60);
    },
  };
}

/** @param {App} app @param {Row} row @param {boolean} chosen @param {(picture: Picture) => void} put */
function rowView({ network }, { picture, answer, sure, second, note }, chosen, put) {
  const canvas = inkCanvas("");
  attributes(canvas, { role: "presentation", "aria-label": false });
  if (picture.prepared) paintInk(canvas, picture.prepared.image, network.shape);
  const name = h(
    "button",
    {
      type: "button",
      class: "quiet",
      disabled: !picture.prepared,
      title: picture.prepared && words.open(),
      "aria-current": chosen && "true",
      onclick: () => put(picture),
    },
    canvas,
    h(
      "span",
      { class: "text" },
      h("span", { class: "name" }, picture.name),
      note ? h("span", { class: "note dim" }, note) : null,
    ),
  );
  return h(
    "tr",
    { class: answer === "" ? "none" : null },
    h("th", { scope: "row" }, name),
    h("td", {}, h("strong", {}, answer || "–")),
    h(
      "td",
      { class: "number" },
      answer === "" ? "" : words.sure(sure, tells(network)),
      answer === "" || sure > 0.9 ? null : h("span", { class: "note dim" }, words.orElse(second)),
    ),
  );
}
