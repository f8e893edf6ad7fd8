// @ts-check
// Where the pictures of a mini-batch come from: training images and examples from the host, drawings from the pad.
// What was drawn outlives a reload: it is kept in the tab's own storage, as the addresses that bring it back.

import { DIGIT_SHAPE, readsDigits, sameShape, shapeName } from "../../core/shape.js";
import { readPixels } from "../../picture/canvas.js";
import { fromRGBA } from "../../picture/grey.js";
import { prepareGrey } from "../../picture/grey_preparation.js";
import { adjusted } from "../../picture/preparation.js";
import { read } from "../../model/reading.js";
import { fromFragment, START, toFragment, validFor } from "../../model/state.js";
import { dataFor, onPad } from "../shared/data_images.js";
import { phrase } from "../../texts/later.js";
import { reasonOf } from "../../texts/language.js";

/** @typedef {import("../shared/app.js").App} App */
/** @typedef {import("../shared/services.js").LabelledImage} LabelledImage */
/** @typedef {import("../../core/shape.js").Shape} Shape */
/** @typedef {import("../../model/state.js").State} State */
/**
 * @typedef {Object} Collected
 * @property {number} target
 * @property {Float64Array} framed     (pixels,), before any adjusting
 * @property {Shape} shape
 * @property {(adjusting: readonly string[]) => Float64Array} image   what a network sees that wants these adjusting
 *   steps
 * @property {Partial<State>} patch    what puts it on the pad
 * @property {boolean} own             drawn here, by the visitor
 */

const AT_ONCE = 32;
const EXAMPLES = 10; // one of each digit
const KEPT = "digitlens.batch";

/** @param {Storage | null} storage   of the tab @param {() => void} changed */
export function collection(storage, changed) {
  /** @type {Collected[]} */
  let all = [];
  let [source, next] = ["", 0]; // whose training images come next, and from which on
  let examples = false; // there are no training images, and our ten examples take their place
  let busy = false;
  let trouble = "";
  const put = (/** @type {Collected[]} */ pictures) => {
    all = pictures;
    keep(all, storage);
    changed();
  };
  /** @param {App} app @returns {Promise<Collected[]>} */
  const images = async (app) => {
    const { network } = app;
    const now = `${dataFor(network)} ${shapeName(network.shape)}`;
    if (now !== source) [source, next, examples] = [now, 0, false];
    const { images: fetchImages, examples: drawings } = app.services;
    const fetched = examples || !fetchImages ? "" : await fetchImages(network, "training", next, AT_ONCE);
    if (typeof fetched !== "string") {
      next = (next + AT_ONCE) % fetched.total;
      return fetched.images.map((image) => dataImage(image, network));
    }
    if (!readsDigits(network) || !drawings)
      throw new Error(fetched || phrase("learn.batchImages.thereAreNoTrainingImages"));
    if (!examples) app.say(phrase("learn.batchImages.mnistIsNotHereThese"));
    examples = true;
    return exampleDrawings(drawings);
  };
  return {
    all: () => all,
    put,
    /** What the button says that brings more. */
    source: () =>
      examples
        ? phrase("learn.batchImages.theTenExampleDrawings")
        : next
          ? phrase("learn.batchImages.theNextTrainingImages", { many: AT_ONCE })
          : phrase("learn.batchImages.trainingImages", { many: AT_ONCE }),
    trouble: () => trouble,
    /** At first: what was drawn before a reload, or else pictures from the server. @param {App} app */
    async start(app) {
      const drawn = kept(app);
      if (drawn.length) put(drawn);
      else await this.more(app);
    },
    /**
     * Training images, the next 32 each time; where there are none, and the network reads digits, our ten examples.
     * @param {App} app
     */
    async more(app) {
      if (busy) return;
      [busy, trouble] = [true, ""];
      try {
        put([...all.filter(({ own }) => own), ...(await images(app))]);
      } catch (error) {
        const why = reasonOf(error);
        trouble = phrase("learn.batchImages.noImagesCameDrawSome", { why });
        changed();
      }
      busy = false;
    },
  };
}

/**
 * What is on the pad, as the network sees it now.
 * @param {Pick<App, "state" | "reading" | "network">} app
 * @param {number} target
 * @returns {Collected}
 */
export function ofDrawing({ state, reading, network }, target) {
  const adjusts = state.prepare && reading.inkFound;
  const before = adjusts ? reading.stages[reading.stages.length - 1 - network.adjusting.length].image : reading.image;
  const framed = Float64Array.from(before);
  const { strokes, base, baseInk, baseStages, prepare } = state;
  return collected(target, framed, network.shape, adjusts, { strokes, base, baseInk, baseStages, prepare }, true);
}

/** Whether a network can learn from it. @param {Collected} one @param {App["network"]} network */
export const fits = ({ shape, target }, network) => sameShape(shape, network.shape) && target < network.classes.length;

/** @param {Collected[]} all @param {Storage | null} storage */
function keep(all, storage) {
  const addresses = all
    .filter(({ own }) => own)
    .map(({ patch, target }) => toFragment({ ...START, view: "learn", ...patch, target }));
  try {
    storage?.setItem(KEPT, JSON.stringify(addresses));
  } catch {
    // storage that is full or switched off: a reload loses them
  }
}

/** @param {App} app @returns {Collected[]} */
function kept({ network, services }) {
  try {
    const states = /** @type {State[]} */ (JSON.parse(services.storage?.tab?.getItem(KEPT) ?? "[]").map(fromFragment));
    return states
      .map((state) => validFor(state, network))
      .filter(({ strokes, baseInk, target }) => (strokes.length || baseInk) && target !== null)
      .map((state) => ofDrawing({ state, network, reading: read(state, network, state.prepare) }, state.target ?? 0));
  } catch {
    return []; // nothing of ours
  }
}

/**
 * @param {number} target
 * @param {Float64Array} framed
 * @param {Shape} shape
 * @param {boolean} adjusts
 * @param {Partial<State>} patch
 * @param {boolean} own
 * @returns {Collected}
 */
function collected(target, framed, shape, adjusts, patch, own) {
  const known = /** @type {Map<string, Float64Array>} */ (new Map());
  return {
    target,
    framed,
    shape,
    patch,
    own,
    image(adjusting) {
      if (!adjusts || !adjusting.length) return framed;
      const key = adjusting.join();
      const image = known.get(key) ?? adjusted([], framed, [...adjusting], shape).image;
      known.set(key, image);
      return image;
    },
  };
}

/** @param {(digit: number) => Promise<Blob>} drawings @returns {Promise<Collected[]>} */
async function exampleDrawings(drawings) {
  return Promise.all(
    Array.from({ length: EXAMPLES }, async (_, digit) => {
      const picture = await createImageBitmap(await drawings(digit), {
        colorSpaceConversion: "none",
        premultiplyAlpha: "none",
      });
      const { height, width } = picture;
      const data = readPixels(picture, width, height);
      const { image } = prepareGrey(fromRGBA(data, height, width), []);
      const base = /** @type {const} */ ({ kind: "example", digit });
      const patch = { strokes: [], base, baseInk: image, baseStages: null, prepare: true };
      return collected(digit, image, DIGIT_SHAPE, true, patch, false);
    }),
  );
}

/** An image of the data set. @param {LabelledImage} image @param {App["network"]} network @returns {Collected} */
function dataImage(image, network) {
  const patch = { ...onPad(image, dataFor(network), "training"), prepare: true };
  return collected(image.label, patch.baseInk, network.shape, true, patch, false);
}
