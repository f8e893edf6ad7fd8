// @ts-check
// How many of the test images a network reads correctly, as it is changed by hand: only what a change touches is
// computed again. And how many it would still read if one hidden neuron were silent.
//
// Weights are taken as a model file keeps them, in float32, so that the count is that of `digitlens evaluate` on the
// saved network. What takes longer than a moment is done in pieces: the functions are generators, and yield between
// two pieces the share that is done.

import { ACTIVATIONS } from "../core/network.js";
import { pixelsOf } from "../core/shape.js";
import { STEPS } from "../picture/adjusting.js";
import { mostActive } from "./reading.js";

/** @typedef {import("./model_file.js").StoredNetwork} Network */
/** @typedef {import("../core/network.js").Layer} Layer */
/**
 * @typedef {Object} TestSet   images as the network sees them: of each only the pixels that are not 0
 * @property {number} n
 * @property {Uint32Array} from       (n + 1,): those of image i are number from[i] to from[i + 1] - 1
 * @property {Uint16Array} pixel      which pixel
 * @property {Float64Array} ink       how much
 * @property {Uint8Array} labels      (n,) class indices
 */
/**
 * @typedef {Object} Measured
 * @property {number} correct         of all images
 * @property {number[]} correctOf     of those of each class
 * @property {number[]} of            how many there are of each class
 * @property {Uint32Array} confusion   (classes · classes), row by row: the true class, column: what it is read as
 */
/** @typedef {{layer: Layer, z: Float64Array, a: Float64Array}} Known   (n images · neurons), image after image */
/** @typedef {Generator<number, any, void>} InPieces */

const PIECE = 200_000; // multiplications between two yields
export const MOST_SILENCED = 128; // hidden neurons that are ranked; more would take minutes

/**
 * Test images for a network, prepared as it wants them.
 * @param {{label: number, pixels: Uint8Array}[]} images
 * @param {Pick<Network, "adjusting" | "shape">} network
 * @returns {Generator<number, TestSet, void>}
 */
export function* testSet(images, { adjusting, shape }) {
  const size = pixelsOf(shape);
  const from = new Uint32Array(images.length + 1);
  const pixel = new Uint16Array(images.length * size);
  const ink = new Float64Array(images.length * size);
  let at = 0;
  for (const [i, { pixels }] of images.entries()) {
    let image = Float64Array.from(pixels, (one) => one / 255);
    for (const name of adjusting) image = Float64Array.from(STEPS[name](image, shape));
    for (let k = 0; k < size; k++) {
      if (image[k] === 0) continue;
      pixel[at] = k;
      ink[at++] = image[k];
    }
    from[i + 1] = at;
    if (i % (adjusting.length ? 10 : 500) === 0) yield i / images.length;
  }
  const labels = Uint8Array.from(images, ({ label }) => label);
  return { n: images.length, from, pixel: pixel.slice(0, at), ink: ink.slice(0, at), labels };
}

/** What measures one network after another on the same images. @param {TestSet} set */
export function measuring(set) {
  /** @type {Known[]} */
  let known = [];

  /**
   * The weighted sums of some neurons of the first layer.
   * @param {Layer} layer
   * @param {number[]} which
   * @param {Float64Array} z
   * @returns {Generator<number, void, void>}
   */
  function* firstSums({ weights, biases, n, before }, which, z) {
    let [work, done] = [0, 0];
    for (const j of which) {
      const row = Float64Array.from(weights.subarray(j * before, (j + 1) * before), Math.fround);
      const bias = Math.fround(biases[j]);
      for (let i = 0; i < set.n; i++) {
        let sum = 0;
        for (let k = set.from[i]; k < set.from[i + 1]; k++) sum += row[set.pixel[k]] * set.ink[k];
        z[i * n + j] = sum + bias;
      }
      work += set.ink.length;
      done++;
      if (work > PIECE) {
        work = 0;
        yield (0.8 * done) / which.length;
      }
    }
  }

  /**
   * @param {Network} network
   * @returns {Generator<number, Measured, void>}
   */
  function* measure(network) {
    const next = /** @type {Known[]} */ ([]);
    let same = known.length === network.layers.length; // so far all is as it was
    for (const [l, layer] of network.layers.entries()) {
      const old = known[l];
      const alike = same && old.layer.n === layer.n && old.layer.before === layer.before;
      if (alike && old.layer === layer) {
        next.push(old);
        continue;
      }
      const changed = alike && l === 0 ? changedRows(old.layer, layer) : Array.from({ length: layer.n }, (_, j) => j);
      if (alike && !changed.length) {
        next.push({ ...old, layer });
        continue;
      }
      same = false;
      const z = alike ? old.z.slice() : new Float64Array(set.n * layer.n);
      if (l === 0) yield* firstSums(layer, changed, z);
      else yield* sums(rounded(layer), next[l - 1].a, z);
      const a = new Float64Array(z.length);
      activate(network.activations[l], z, a, layer.n);
      next.push({ layer, z, a });
      yield 0.8 + (0.2 * (l + 1)) / network.layers.length;
    }
    known = next;
    return counted(next[next.length - 1].a, network.classes.length);
  }

  /** @param {Float64Array} outputs @param {number} classes @returns {Measured} */
  function counted(outputs, classes) {
    const [correctOf, of] = [new Array(classes).fill(0), new Array(classes).fill(0)];
    const confusion = new Uint32Array(classes * classes);
    for (let i = 0; i < set.n; i++) {
      const label = set.labels[i];
      of[label]++;
      const read = mostActive(outputs.subarray(i * classes, (i + 1) * classes));
      if (read === label) correctOf[label]++;
      confusion[label * classes + read]++;
    }
    return { correct: correctOf.reduce((sum, one) => sum + one, 0), correctOf, of, confusion };
  }

  /**
   * How many images are read correctly with each hidden neuron silent: its activation 0. Of the network that was
   * measured last.
   * @param {Network} network
   * @returns {Generator<number, {layer: number, neuron: number, correct: number}[], void>}
   */
  function* silenced(network) {
    yield* measure(network);
    const found = [];
    const hidden = network.sizes.slice(1, -1).reduce((sum, n) => sum + n, 0);
    for (let l = 0; l < network.layers.length - 1; l++) {
      const behind = rounded(network.layers[l + 1]);
      const { n } = network.layers[l];
      for (let neuron = 0; neuron < n; neuron++) {
        const z = known[l + 1].z.slice();
        for (let i = 0; i < set.n; i++) {
          const a = known[l].a[i * n + neuron];
          if (a === 0) continue;
          for (let j = 0; j < behind.n; j++) z[i * behind.n + j] -= behind.weights[j * behind.before + neuron] * a;
        }
        let a = new Float64Array(z.length);
        activate(network.activations[l + 1], z, a, behind.n);
        for (let m = l + 2; m < network.layers.length; m++) {
          const further = new Float64Array(set.n * network.layers[m].n);
          yield* sums(rounded(network.layers[m]), a, further);
          a = new Float64Array(further.length);
          activate(network.activations[m], further, a, network.layers[m].n);
        }
        found.push({ layer: l + 1, neuron, correct: counted(a, network.classes.length).correct });
        yield found.length / hidden;
      }
    }
    return found.sort((one, other) => one.correct - other.correct);
  }
  return { measure, silenced };
}

/** The layer as a model file keeps it. @param {Layer} layer @returns {Layer} */
const rounded = (layer) => ({
  ...layer,
  weights: Float64Array.from(layer.weights, Math.fround),
  biases: Float64Array.from(layer.biases, Math.fround),
});

/** W a + b for every image. @param {Layer} layer @param {Float64Array} a @param {Float64Array} z */
function* sums({ weights, biases, n, before }, a, z) {
  const images = z.length / n;
  const every = Math.max(1, Math.floor(PIECE / (n * before)));
  for (let i = 0; i < images; i++) {
    for (let j = 0; j < n; j++) {
      let sum = biases[j];
      for (let k = 0, at = j * before, from = i * before; k < before; k++) sum += weights[at + k] * a[from + k];
      z[i * n + j] = sum;
    }
    if (i % every === every - 1) yield i / images;
  }
}

/** @param {string} name @param {Float64Array} z @param {Float64Array} a @param {number} n */
function activate(name, z, a, n) {
  const { value, wholeLayer } = ACTIVATIONS[name];
  if (!wholeLayer) return a.set(value(z));
  for (let i = 0; i < z.length; i += n) a.set(value(z.subarray(i, i + n)), i);
}

/** The neurons whose weights or bias differ. @param {Layer} one @param {Layer} other @returns {number[]} */
function changedRows(one, other) {
  const rows = [];
  for (let j = 0; j < one.n; j++) {
    let differs = one.biases[j] !== other.biases[j];
    for (let k = j * one.before; !differs && k < (j + 1) * one.before; k++)
      differs = one.weights[k] !== other.weights[k];
    if (differs) rows.push(j);
  }
  return rows;
}
