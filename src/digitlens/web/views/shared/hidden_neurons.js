// @ts-check
// What the hidden neurons of a network look for. It comes from what the laboratory has measured on exactly this
// network, which its fingerprint tells; else from the server, where that has this very network; else it is computed
// here, as far as that can be done in a page.

import { bestParts, inkedPixels } from "../../core/edges_and_bars.js";
import { mostExciting } from "../../core/excitement.js";
import { forward } from "../../core/network.js";
import { pixelsOf, readsDigits } from "../../core/shape.js";
import { fingerprint } from "../../model/fingerprint.js";
import { STEPS } from "../../picture/adjusting.js";
import { dataFor } from "./data_images.js";
import { inPieces } from "./in_pieces.js";
import { unpacked } from "./unpacked.js";
import { reasonOf } from "../../texts/language.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("./services.js").Findings} Findings */
/** @typedef {import("./services.js").LookedFor} LookedFor */
/** @typedef {import("../../model/model_file.js").StoredNetwork} Network */
/** @typedef {import("../../core/network.js").Trace} Trace */
/** @typedef {{ink: Float64Array, label: number, number: number}} Image   as the network sees it */
/** @typedef {{images: Image[], pixels: number[], ink: number, why: string}} Shown   why: there are none */
/**
 * @typedef {Object} Hidden
 * @property {(network: Network) => Promise<Findings | null>} measured   on this network, and no other
 * @property {(network: Network, layer: number, neuron: number, how?: {fetches?: boolean, exciting?: boolean}) =>
 *   Promise<LookedFor | string | null>} look   in words, where it cannot be had now; null: test images would have to be
 *   fetched first, and `fetches` does not say so
 */

const AT_MOST = 1000; // test images that are looked at here
const DIGIT_INK = 102; // full pixels of ink in a digit, where no images are there to tell
const STRONGEST = 10;

const known = /** @type {WeakMap<App, Hidden>} */ (new WeakMap());

/** @param {App} app @returns {Hidden} */
export function hiddenNeurons(app) {
  const found = known.get(app) ?? made(app);
  known.set(app, found);
  return found;
}

/** @param {App} app @returns {Hidden} */
function made(app) {
  const { services, life } = app;
  const findings = /** @type {Map<string, Promise<Findings | null>>} */ (new Map());
  const shown = /** @type {Map<string, Promise<Shown>>} */ (new Map());
  const parts = /** @type {WeakMap<object, Promise<(import("../../core/edges_and_bars.js").Part | null)[] | null>>} */ (
    new WeakMap()
  );

  const responses = /** @type {WeakMap<object, Promise<Trace[] | null>>} */ (new WeakMap());

  const measured = (/** @type {Network} */ network) => {
    const of = fingerprint(network);
    const coming = findings.get(of) ?? Promise.resolve(services.laboratory?.findings(of) ?? null);
    findings.set(of, coming);
    return coming.catch(() => {
      findings.delete(of); // another time it is tried again
      return null;
    });
  };
  /** The images to show to this network, as it sees them. @param {Network} network */
  const imagesFor = (network) => {
    const kind = kindOf(network);
    const coming = shown.get(kind) ?? prepared(network);
    shown.set(kind, coming);
    return coming.catch((error) => {
      shown.delete(kind);
      return nothing(reasonOf(error));
    });
  };
  /** @param {Network} network @returns {Promise<Shown>} */
  const prepared = async (network) => {
    if (!services.images) return nothing(phrase("shared.hiddenNeurons.thisPageHasNoTest"));
    const some = await services.images(network, "test", 0, AT_MOST);
    if (typeof some === "string") return nothing(some);
    const work = (function* () {
      const images = /** @type {Image[]} */ ([]);
      for (const { pixels, label, number } of some.images) {
        let ink = Float64Array.from(pixels, (one) => one / 255);
        for (const name of network.adjusting) ink = Float64Array.from(STEPS[name](ink, network.shape));
        images.push({ ink, label, number });
        yield images.length / some.images.length;
      }
      return images;
    })();
    const images = (await inPieces(work, life, () => {})) ?? [];
    const inks = images.map(({ ink }) => ink);
    const all = inks.reduce((sum, ink) => sum + ink.reduce((one, value) => one + value, 0), 0);
    return {
      images,
      pixels: readsDigits(network) ? inkedPixels(inks) : [],
      ink: all / Math.max(1, images.length),
      why: "",
    };
  };
  /** @param {Network} network @param {number[]} pixels */
  const partsOf = (network, pixels) => {
    const [first] = network.layers;
    const coming = parts.get(first) ?? inPieces(bestParts(first, pixels), life, () => {});
    parts.set(first, coming);
    return coming;
  };

  /** What the network makes of the images. @param {Network} network @param {Image[]} images */
  const responsesOf = async (network, images) => {
    const coming = responses.get(network.layers) ?? inPieces(reading(network, images), life, () => {});
    responses.set(network.layers, coming);
    return (await coming) ?? [];
  };

  /**
   * @param {Network} network @param {number} layer @param {number} neuron
   * @param {boolean} excites   with the picture that excites it most, which takes a moment
   * @returns {Promise<LookedFor>}
   */
  const computed = async (network, layer, neuron, excites) => {
    const { images, pixels, ink, why } = await imagesFor(network);
    const responses = await responsesOf(network, images);
    const order = images
      .map((image, i) => ({
        image,
        z: responses[i].z[layer - 1][neuron],
        activation: responses[i].a[layer][neuron],
      }))
      .sort((one, other) => other.z - one.z)
      .slice(0, STRONGEST);
    const start = order[0]?.image.ink ?? new Float64Array(pixelsOf(network.shape));
    const exciting =
      excites && (images.length || readsDigits(network))
        ? mostExciting(network, layer, neuron, ink || DIGIT_INK, start)
        : null;
    const part = layer === 1 && pixels.length ? ((await partsOf(network, pixels))?.[neuron] ?? null) : null;
    return {
      here: true,
      why,
      on: dataFor(network),
      images: images.length,
      strongest: order.map(({ image, activation }) => ({
        ink: Uint8Array.from(image.ink, (one) => Math.round(255 * one)),
        label: network.classes[image.label],
        number: image.number,
        activation,
      })),
      exciting: exciting && {
        ink: exciting.picture.map((one) => 255 * one),
        activation: exciting.activation,
      },
      part: part && { kind: part.kind, explained: part.explained, expected: null, p: null, weights: part.picture },
    };
  };

  return {
    measured,
    async look(network, layer, neuron, { fetches = false, exciting = true } = {}) {
      const found = await measured(network);
      if (found) return fromFile(found, layer, neuron);
      const told = services.looksFor ? await services.looksFor(fingerprint(network), layer, neuron) : null;
      if (told) return told;
      if (!fetches && services.images && !shown.has(kindOf(network))) return null;
      return computed(network, layer, neuron, exciting);
    },
  };
}

/** @param {Network} network @param {Image[]} images @returns {Generator<number, Trace[], void>} */
function* reading(network, images) {
  const all = /** @type {Trace[]} */ ([]);
  for (const { ink } of images) {
    const { z, a } = forward(network, ink);
    all.push({ z: z.slice(0, -1), a: [new Float64Array(0), ...a.slice(1, -1)] }); // the image itself is kept once
    yield all.length / images.length;
  }
  return all;
}

/** What the images for a network depend on. @param {Network} network */
const kindOf = ({ shape, classes, adjusting }) => JSON.stringify([shape, classes, adjusting]);

/** @param {string} why @returns {Shown} */
const nothing = (why) => ({ images: [], pixels: [], ink: 0, why });

/** @param {Findings} findings @param {number} layer @param {number} neuron @returns {LookedFor} */
export function fromFile({ on, images, neurons }, layer, neuron) {
  return unpacked({ on, images, ...neurons[layer - 1][neuron] });
}
