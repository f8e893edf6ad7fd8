// @ts-check
// The weights of the first layer's neurons as pictures, each a button that takes its neuron apart.

import { fullStrength } from "../../core/weights.js";
import { imageOf, imageShape } from "../../train/frames.js";
import { attributes, clear, h, setText } from "../shared/dom.js";
import { inkCanvas, paintWeights } from "../shared/pictures.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../../train/frames.js").Frame} Frame */

const MOST = 64; // pictures, as the server sends them
const FEW = 16; // pictures up to which they are large

/** @param {(neuron: number) => void} open */
export function weightGrid(open) {
  const grid = h("div", { class: "weights" });
  const words = h("p", { class: "dim" });
  const element = h(
    "section",
    {
      class: "looks",
      "aria-label": phrase("train.weightGrid.whatTheFirstLayerLooks"),
      "data-part": "train-weights",
      "data-title": phrase("train.weightGrid.theFirstLayersWeightPictures"),
    },
    h("h3", {}, phrase("train.weightGrid.whatTheFirstLayerLooks")),
    grid,
    words,
  );
  /** @type {HTMLCanvasElement[]} */
  let canvases = [];
  let painted = /** @type {Frame | null} */ (null);

  const build = (/** @type {number} */ count) => {
    if (count === canvases.length) return;
    canvases = Array.from({ length: count }, () => inkCanvas(""));
    const buttons = canvases.map((canvas, j) => {
      const title = phrase("train.weightGrid.neuronTakeItApart", { j });
      attributes(canvas, { role: false, "aria-label": false, "aria-hidden": "true" });
      return h("button", { type: "button", "aria-label": title, title, onclick: () => open(j) }, canvas);
    });
    clear(grid, ...buttons);
    grid.dataset.many = String(count > FEW);
    painted = null;
  };
  const enable = (/** @type {boolean} */ enabled) => {
    for (const button of grid.children) attributes(button, { disabled: !enabled });
  };
  return {
    element,
    /** Before there is a run: as many dark pictures as there will be. @param {number} count */
    empty(count) {
      build(Math.min(count, MOST));
      enable(false);
      setText(words, "");
    },
    /** @param {Frame} seen @param {Frame} run @param {boolean} usable   a neuron can be taken apart in the page */
    update(seen, run, usable) {
      const { sizes } = run.header;
      const count = seen.shapes.pictures?.[0] ?? 0;
      if (count) build(count);
      if (count && seen !== painted) {
        const { pictures } = seen.blocks;
        const [full, shape] = [fullStrength(pictures), imageShape(run.header)];
        canvases.forEach((canvas, j) => paintWeights(canvas, imageOf(pictures, j, shape), full, shape));
        painted = seen;
        const strongest = ((full / 127) * (seen.header.strongest ?? 0)).toPrecision(2); // they came as −127 to 127
        const fewer =
          count < sizes[1]
            ? phrase("train.weightGrid.theFirstOfNeurons", { count, size: sizes[1].toLocaleString("en") })
            : "";
        const choose = usable ? phrase("train.weightGrid.chooseOneToTakeIt") : "";
        setText(words, phrase("train.weightGrid.blueAddsRedTakesAway", { fewer, strongest, choose }));
      }
      enable(usable && count > 0);
    },
  };
}
