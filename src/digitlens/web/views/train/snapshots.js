// @ts-check
// The first layer's weights as they change; a slider back through the run; any moment's network, to be taken elsewhere.

import { unknownActivations } from "../../core/network.js";
import { readModelFile } from "../../model/model_file.js";
import { imageOf, imageShape } from "../../train/frames.js";
import { epochs, recordAt, reached } from "../../train/curves.js";
import { fullStrength } from "../../core/weights.js";
import { saveFile } from "../shared/clipboard.js";
import { attributes, clear, h, setText } from "../shared/dom.js";
import { inkCanvas, paintWeights } from "../shared/pictures.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../../train/frames.js").Frame} Frame */
/**
 * @typedef {Object} Shown
 * @property {number} record
 * @property {number} position
 * @property {number} epoch
 * @property {number} mini_batch
 * @property {(number | null)[]} measured
 */

const MOST = 64; // pictures, as the server sends them
const [TEST_COST, TEST_ACCURACY] = [3, 4]; // in a row of the curves

/** @param {App} app @param {() => void} changed */
export function momentsView(app, changed) {
  const { live } = app;
  const grid = h("div", { class: "weights" });
  const slider = h("input", {
    type: "range",
    min: 0,
    max: 0,
    value: 0,
    id: "train-moment",
    "aria-describedby": "train-moment-words",
    oninput: () => scrub(Number(slider.value)),
  });
  const words = h("p", { id: "train-moment-words" });
  const newest = h("button", { class: "small", onclick: () => follow() }, "Newest");
  const onlyPython = h("p", { role: "note", hidden: true });
  const take = /** @type {const} */ (["read", "neuron", "learn"]).map((view) =>
    h("button", { onclick: () => takeTo(view) }, view.charAt(0).toUpperCase() + view.slice(1)),
  );
  const save = h("button", { class: "quiet", onclick: () => keep() }, "Save as a file");
  const more = h("p", { class: "dim" });
  const element = h(
    "section",
    {
      class: "moments",
      "aria-label": "Moments of the run",
      "data-part": "train-moments",
      "data-title": "the slider back through the run",
    },
    h("div", { class: "scrub" }, h("label", { for: "train-moment" }, "Moment"), slider, newest),
    h(
      "div",
      { class: "told-of" },
      words,
      h(
        "div",
        { class: "row take", role: "group", "aria-label": "Take the network of this moment to" },
        h("span", {}, "Take this network to"),
        ...take,
        save,
      ),
    ),
    onlyPython,
  );
  const looks = h(
    "section",
    {
      class: "looks",
      "aria-label": "What the first layer looks for",
      "data-part": "train-weights",
      "data-title": "the first layer’s weight pictures",
    },
    h("h3", {}, "What the first layer looks for"),
    grid,
    more,
  );

  /** @type {Frame | null} */
  let run = null;
  /** @type {Frame | null} */
  let moment = null; // null: the newest
  let wantedAt = /** @type {number | null} */ (null); // the record that somebody wants to see
  let askedAt = /** @type {number | null} */ (null); // the one that was asked for last
  let [ask, waiting] = [0, false];
  /** @type {HTMLCanvasElement[]} */
  let canvases = [];
  let painted = /** @type {Frame | null} */ (null);

  const follow = () => {
    [moment, wantedAt] = [null, null];
    changed();
  };
  const scrub = (/** @type {number} */ at) => {
    if (run && at >= run.header.records - 1) return follow();
    wantedAt = at;
    request();
  };
  /** One question at a time; the newest wish is asked when the answer to the one before has come. */
  const request = () => {
    if (wantedAt === null || waiting) return;
    askedAt = wantedAt;
    waiting = live.send({ type: "moment", at: wantedAt, ask: (ask += 1) });
  };
  live.on("moment", (header, frame) => {
    waiting = false;
    if (!run || header.number !== run.header.number || wantedAt === null) return;
    moment = frame;
    if (askedAt !== wantedAt) request();
    changed();
  });
  live.on("refused", (message) => {
    if (message.field === "at") waiting = false;
  });
  live.on("state", () => (waiting = false));

  const fetched = async () => {
    const record = moment ? moment.header.record : "latest";
    const answer = await fetch(`api/runs/${live.visitor}/${record}.digitlens`);
    if (answer.status === 404) {
      request(); // the nearest that is still kept takes its place
      throw new Error(
        moment ? "this moment is no longer kept, the nearest one is shown now" : "the server no longer knows this run",
      );
    }
    if (!answer.ok) throw new Error(`the server answers ${answer.status}`);
    return new Uint8Array(await answer.arrayBuffer());
  };
  const trouble = (/** @type {unknown} */ error) =>
    app.say(
      "The network cannot be had: " +
        `${error instanceof TypeError ? "the server is gone" : error instanceof Error ? error.message : error}.`,
    );
  const takeTo = async (/** @type {"read" | "neuron" | "learn"} */ view, neuron = 0) => {
    try {
      app.setNetwork(readModelFile(await fetched()), true);
      app.set({ view, layer: 1, neuron, source: null }, "push");
      scrollTo({ top: 0 });
      app.say("The network of this moment is open.");
    } catch (error) {
      trouble(error);
    }
  };
  const keep = async () => {
    try {
      saveFile(new Blob([await fetched()], { type: "application/octet-stream" }), "trained.digitlens");
      app.say("Saved as trained.digitlens.");
    } catch (error) {
      trouble(error);
    }
  };
  const build = (/** @type {number} */ count) => {
    canvases = Array.from({ length: count }, () =>
      h("canvas", { class: "picture", width: 1, height: 1, "aria-hidden": "true" }),
    );
    clear(
      grid,
      ...canvases.map((canvas, j) =>
        h(
          "button",
          {
            type: "button",
            "aria-label": `Neuron ${j}: take it apart`,
            title: `Neuron ${j}: take it apart`,
            onclick: () => takeTo("neuron", j),
          },
          canvas,
        ),
      ),
    );
    grid.dataset.many = String(count > 16);
    painted = null;
  };

  return {
    element,
    looks,
    follow,
    /** Goes to the moment nearest to a place in the run. @param {number} position   in epochs */
    goTo(position) {
      if (!run || live.state !== "here") return;
      if (position >= reached(run)) follow();
      else scrub(recordAt(run, position));
    },
    /** Before there is a run: as many dark pictures as there will be. @param {number} count */
    empty(count) {
      const some = Math.min(count, MOST);
      if (some !== canvases.length) build(some);
      for (const button of grid.children) attributes(button, { disabled: true });
      setText(more, "");
    },
    /**
     * @param {Frame} now
     * @param {boolean} gone   the server, and with it all moments but this
     * @returns {Shown | null}
     */
    update(now, gone) {
      if (run && run.header.number !== now.header.number) [moment, wantedAt, waiting] = [null, null, false];
      run = now;
      const seen = moment ?? now;
      const { header, blocks, shapes } = seen;
      const { records, sizes, recipe } = now.header;
      const count = shapes.pictures?.[0] ?? 0;
      const [strange] = unknownActivations([recipe.activation, recipe.output]);
      if (count && count !== canvases.length) build(count);
      if (count && seen !== painted) {
        const { pictures } = blocks;
        const full = fullStrength(pictures);
        const shape = imageShape(now.header);
        canvases.forEach((canvas, j) => paintWeights(canvas, imageOf(pictures, j, shape), full, shape));
        painted = seen;
        const scale =
          "Blue adds, red takes away, at full strength from " +
          `${((full / 127) * (header.strongest ?? 0)).toPrecision(2)} on.`;
        setText(
          more,
          `${count < sizes[1] ? `The first ${count} of ${sizes[1].toLocaleString("en")} neurons. ` : ""}${scale}` +
            (strange === undefined ? " Choose one to take it apart." : ""),
        );
      }
      onlyPython.hidden = strange === undefined;
      setText(
        onlyPython,
        `Only Python knows ${strange}: the page shows how it learns, but cannot compute with it. Save the network as a ` +
          "file, and read with it there: digitlens read --network trained.digitlens",
      );
      for (const button of grid.children) attributes(button, { disabled: gone || !count || strange !== undefined });
      attributes(slider, { max: Math.max(0, records - 1), disabled: gone || records < 2 });
      if (!moment) slider.value = String(records - 1);
      const at = moment ? header.position : reached(now);
      attributes(slider, { "aria-valuetext": epochs(at) });
      setText(
        words,
        moment
          ? `After ${epochs(at)} of ${recipe.epochs}${then(header.measured)}.`
          : `The newest: after ${epochs(at)} of ${recipe.epochs}.`,
      );
      attributes(newest, { disabled: !moment });
      for (const button of take) attributes(button, { disabled: gone || !records || strange !== undefined });
      attributes(save, { disabled: gone || !records });
      return moment ? moment.header : null;
    },
  };
}

/** How good it was at a moment. @param {(number | null)[] | null} measured */
function then(measured) {
  const [cost, accuracy] = [measured?.[TEST_COST] ?? null, measured?.[TEST_ACCURACY] ?? null];
  return accuracy === null
    ? ""
    : `: ${(100 * accuracy).toFixed(1)} % of the test images read ` +
        `rightly${cost === null ? "" : `, cost ${cost.toPrecision(3)}`}`;
}
