// @ts-check
// A run in the kernel's memory: where it stands, and what it learns from. The twin of learning/compiled_engine.py, of
// learning/single_example.py and of the position in server/training/run_cursor.py.
//
// It works in slices of a few milliseconds, between which messages are heard; with the same recipe and images it comes
// to the same bits wherever slices end, and wherever it was interrupted. No DOM.

import { pixelsOf } from "../../core/shape.js";
import { grids } from "./augmentation.js";
import { lanesOf, pack } from "./kernel.js";
import { initialNetwork, orderOf, rate, rates } from "./recipe.js";
import { activationsOf, sizesOf } from "./shape_of.js";

/** @typedef {import("./kernel.js").Kernel} Kernel */
/** @typedef {import("./kernel.js").Pictures} Pictures */
/** @typedef {import("./recipe.js").Recipe} Recipe */
/** @typedef {import("../schema.js").Steps} Steps */
/** @typedef {import("./images.js").Split} Split */
/** @typedef {import("./images.js").Part} Part */
/** @typedef {{cost: number, accuracy: number}} Measured */
/**
 * Where a run stands, complete. Arrays are laid out as the kernel has them.
 * @typedef {Object} State
 * @property {number} epoch       epochs completed
 * @property {number} miniBatch   mini-batches completed in the epoch under way
 * @property {number} taken       single examples learned of the mini-batch under way
 * @property {number} steps       the optimiser has taken
 * @property {number} seconds     spent training so far
 * @property {Float32Array} weights
 * @property {Float32Array[]} memory
 * @property {Float32Array | null} average
 */
/** @typedef {{pictures: Pictures, labels: number}} Stored   a part of the images, in the kernel's memory */
/** @typedef {{which: number, digit: number, costBefore: number, costAfter: number}} Example */

const LARGEST = 1e6; // the largest weight that a model file may hold
const SLICE = 0.012; // seconds
const SLICED = 8_192; // images handed over for that time, more than can be done
const DRAWN = 1_024; // images distorted together
export const MEASURED = 4_096; // images measured together

export class Run {
  /**
   * @param {Kernel} kernel
   * @param {{recipe: Recipe, steps: Steps}} request
   * @param {Split} split
   * @param {(part: "training" | "validation" | "test") => Pictures} list   without their zeros, kept by others
   * @param {State | null} state   null: at the beginning
   */
  constructor(kernel, { recipe, steps }, split, list, state) {
    const pixels = pixelsOf(split.shape);
    this.kernel = kernel;
    this.recipe = recipe;
    this.split = split;
    this.sizes = sizesOf(recipe, split.classes, pixels);
    this.activations = activationsOf(recipe);
    this.settings = steps;
    this.batches = Math.ceil(split.training.which.length / recipe.mini_batch);
    this.floats = lanesOf(this.sizes);
    this.engine = kernel.engine(this.sizes, this.activations, recipe.cost);
    this.optimiser = kernel.can.optimisers.indexOf(recipe.optimiser);
    this.held = /** @type {number[]} */ ([]); // what is given back in the end
    const first = state?.weights ?? pack(initialNetwork(recipe, split.classes, pixels), this.sizes);
    const nothing = new Float32Array(this.floats);
    this.weights = this.#hold(first);
    this.memory = Array.from({ length: kernel.can.memories[this.optimiser] }, (_, i) =>
      this.#hold(state?.memory[i] ?? nothing),
    );
    this.average = this.settings.running_mean ? this.#hold(state?.average ?? first) : 0;
    this.epoch = state?.epoch ?? 0;
    this.miniBatch = state?.miniBatch ?? 0;
    this.taken = state?.taken ?? 0;
    this.steps = state?.steps ?? 0;
    this.seconds = state?.seconds ?? 0;
    this.sums = this.#hold(new Float64Array(2));
    this.stored = /** @type {Record<string, Stored>} */ ({});
    for (const part of /** @type {const} */ (["training", "validation", "test"]))
      if (split[part].which.length)
        this.stored[part] = { pictures: list(part), labels: this.#hold(split[part].labels) };
    this.order = { epoch: -1, at: 0, rates: 0, numbers: /** @type {Uint32Array} */ (new Uint32Array(0)) };
    this.drawn = { epoch: -1, first: 0, last: 0, stored: /** @type {Stored | null} */ (null), order: 0 };
  }

  /** @param {Uint8Array | Float32Array | Float64Array} numbers */
  #hold(numbers) {
    const at = this.kernel.put(numbers);
    this.held.push(at);
    return at;
  }

  get finished() {
    return this.epoch >= this.recipe.epochs;
  }

  /** Epochs from the start. */
  get position() {
    return this.epoch + (this.miniBatch * this.recipe.mini_batch + this.taken) / this.split.training.which.length;
  }

  /** The learning rate of the last step. */
  get rate() {
    const last = Math.max(0, this.epoch * this.batches + this.miniBatch - 1);
    return rate(this.recipe, this.settings, last / this.batches / this.recipe.epochs);
  }

  /** What has been learned so far, as the kernel has it: the running mean, where there is one. @returns {number} */
  get learned() {
    return this.average || this.weights;
  }

  /** A copy of it. @returns {Float32Array} */
  lanes() {
    return this.kernel.floats(this.learned, this.floats).slice();
  }

  /** Where it stands, as a copy. @returns {State} */
  state() {
    const copy = (/** @type {number} */ at) => this.kernel.floats(at, this.floats).slice();
    const { epoch, miniBatch, taken, steps, seconds } = this;
    const numbers = { weights: copy(this.weights), memory: this.memory.map(copy) };
    return { epoch, miniBatch, taken, steps, seconds, ...numbers, average: this.average ? copy(this.average) : null };
  }

  /**
   * Learn for a slice of time, mini-batches of this epoch up to number `until`.
   * @param {number} until
   * @returns {boolean}   whether it has come there
   */
  slice(until) {
    const size = this.recipe.mini_batch;
    const end = Math.min(until, this.miniBatch + Math.max(1, Math.floor(SLICED / size)));
    const began = performance.now();
    this.#order();
    const { stored, order, last } = this.#stretch(end);
    const { rates: at } = this.order;
    const count = Math.min(last * size, this.split.training.which.length) - this.miniBatch * size;
    const done = this.#learn(stored, order, count, size, at + 8 * this.miniBatch, SLICE);
    this.#forward(done, began);
    return this.miniBatch >= until || this.miniBatch === 0;
  }

  /** Learn from the next image of the order alone. @returns {Example} */
  example() {
    this.#order();
    const { mini_batch: size } = this.recipe;
    const count = this.split.training.which.length;
    const number = this.miniBatch * size + this.taken;
    const which = this.order.numbers[number];
    const began = performance.now();
    const costBefore = this.measure("training", which, 1).cost;
    const { stored, order } = this.recipe.augmentation === "none" ? this.#stretch(this.batches) : this.#redrawn(number);
    const done = (this.epoch + number / count) / this.recipe.epochs;
    const now = this.kernel.put(Float64Array.of(rate(this.recipe, this.settings, done)));
    this.#learn(stored, order + 8 * this.taken, 1, 1, now, Infinity);
    this.kernel.release(now);
    this.taken++;
    const through = this.taken === size || number + 1 === count;
    if (through) this.taken = 0;
    this.#forward(through ? 1 : 0, began, 1);
    const digit = this.split.training.labels[which];
    return { which, digit, costBefore, costAfter: this.measure("training", which, 1).cost };
  }

  /** @param {number} done   mini-batches @param {number} began @param {number} [steps] */
  #forward(done, began, steps = done) {
    this.seconds += (performance.now() - began) / 1000;
    this.steps += steps;
    this.miniBatch += done;
    if (this.miniBatch === this.batches) [this.epoch, this.miniBatch] = [this.epoch + 1, 0];
  }

  /**
   * @param {Stored} stored
   * @param {number} order
   * @param {number} count
   * @param {number} size
   * @param {number} rates
   * @param {number} seconds
   * @returns {number}   mini-batches
   */
  #learn({ pictures, labels }, order, count, size, rates, seconds) {
    const { momentum, decay, running_mean: mean } = this.settings;
    const [first = 0, second = 0] = this.memory;
    const how = [this.engine, this.optimiser, momentum, decay, mean];
    const where = [this.weights, first, second, this.average, this.steps, pictures.at, labels];
    return this.kernel.checked(this.kernel.door.learn(...how, ...where, order, count, size, rates, seconds));
  }

  /** The order and the rates of the epoch under way are in the kernel's memory. */
  #order() {
    if (this.order.epoch === this.epoch) return;
    const { kernel, recipe, batches, epoch } = this;
    for (const at of [this.order.at, this.order.rates]) if (at) kernel.release(at);
    const numbers = orderOf(recipe, epoch, this.split.training.which.length);
    const all = rates(recipe, this.settings, epoch * batches, (epoch + 1) * batches, batches);
    this.order = { epoch, numbers, at: kernel.putOrder(numbers), rates: kernel.put(all) };
  }

  /**
   * What to learn from next: some images, and where the order of those from the next mini-batch on begins.
   * @param {number} end   the number of a mini-batch
   * @returns {{stored: Stored, order: number, last: number}}   last: mini-batches up to this number are there
   */
  #stretch(end) {
    const size = this.recipe.mini_batch;
    if (this.recipe.augmentation === "none")
      return { stored: this.stored.training, order: this.order.at + 8 * this.miniBatch * size, last: end };
    const { drawn } = this;
    if (drawn.epoch !== this.epoch || this.miniBatch < drawn.first || this.miniBatch >= drawn.last) {
      const last = Math.min(this.batches, this.miniBatch + Math.max(1, Math.floor(DRAWN / size)));
      this.#draw(this.miniBatch * size, Math.min(last * size, this.order.numbers.length));
      Object.assign(drawn, { epoch: this.epoch, first: this.miniBatch, last });
    }
    const order = drawn.order + 8 * (this.miniBatch - drawn.first) * size;
    return { stored: /** @type {Stored} */ (drawn.stored), order, last: Math.min(end, drawn.last) };
  }

  /** One image of the order, distorted. @param {number} number */
  #redrawn(number) {
    this.#draw(number, number + 1);
    this.drawn.epoch = -1;
    return { stored: /** @type {Stored} */ (this.drawn.stored), order: this.drawn.order - 8 * this.taken };
  }

  /** Distorts the images of some places of the order. @param {number} first @param {number} last */
  #draw(first, last) {
    const { kernel, split, drawn, recipe, epoch } = this;
    const { training, shape } = split;
    const which = this.order.numbers.subarray(first, last);
    const images = Uint32Array.from(which, (i) => training.which[i]);
    const bent = kernel.bend(training.images, shape, images, grids(recipe, epoch, first, last, shape));
    const numbers = Uint32Array.from(which, (_, i) => i);
    this.#forgetDrawn();
    drawn.stored = {
      pictures: kernel.pictures(bent, pixelsOf(shape), numbers),
      labels: kernel.put(Uint8Array.from(which, (i) => training.labels[i])),
    };
    drawn.order = kernel.putOrder(numbers);
  }

  #forgetDrawn() {
    const { stored, order } = this.drawn;
    if (!stored) return;
    this.kernel.forget(stored.pictures);
    this.kernel.release(stored.labels);
    this.kernel.release(order);
    this.drawn.stored = null;
  }

  /**
   * Cost and accuracy on some images of a part: sums over `count` of them, from number `first` on.
   * @param {"training" | "validation" | "test"} part
   * @param {number} first
   * @param {number} count
   * @returns {{cost: number, right: number}}
   */
  measure(part, first, count) {
    return this.measureOn(this.stored[part], first, count);
  }

  /** @param {Stored} stored @param {number} first @param {number} count */
  measureOn({ pictures, labels }, first, count) {
    const { kernel, engine, learned, sums } = this;
    kernel.checked(kernel.door.measure(engine, learned, pictures.at, labels, first, count, sums));
    const [cost, right] = kernel.doubles(sums, 2);
    return { cost, right };
  }

  /**
   * The norm of dC/dW in each layer over one mini-batch of all these images. A step of momentum that keeps nothing
   * leaves the gradient in the optimiser's memory; the weights it changes are a copy.
   * @param {Stored} stored
   * @returns {number[]}
   */
  gradientNorms({ pictures, labels }) {
    const { kernel, sizes } = this;
    const weights = kernel.put(this.lanes());
    const gradient = kernel.put(new Float32Array(this.floats));
    const order = kernel.putOrder(Uint32Array.from({ length: pictures.count }, (_, i) => i));
    const still = kernel.put(Float64Array.of(0));
    const momentum = kernel.can.optimisers.indexOf("momentum");
    const how = [this.engine, momentum, 0, 0, 0, weights, gradient, 0, 0, 0, pictures.at, labels, order];
    kernel.checked(kernel.door.learn(...how, pictures.count, pictures.count, still, Infinity));
    const found = kernel.floats(gradient, this.floats);
    let begin = 0;
    const norms = sizes.slice(1).map((n, l) => {
      let sum = 0;
      for (
        let block = 0;
        block < Math.ceil(n / 16);
        block++, begin += 16 // past the biases
      )
        for (const end = begin + sizes[l] * 16; begin < end; begin++) sum += found[begin] ** 2;
      return Math.sqrt(sum);
    });
    for (const at of [weights, gradient, order, still]) kernel.release(at);
    return norms;
  }

  /**
   * The number of the class that each of some test images is read as.
   * @param {number} first
   * @param {number} count
   * @returns {Uint8Array}
   */
  readTest(first, count) {
    const { kernel, engine, learned, split } = this;
    const { classes } = split;
    const room = kernel.allocate(4 * count * classes);
    kernel.checked(kernel.door.outputs(engine, learned, this.stored.test.pictures.at, first, count, room));
    const outputs = kernel.floats(room, count * classes);
    const read = Uint8Array.from({ length: count }, (_, i) => {
      let largest = 0;
      for (let j = 1; j < classes; j++) if (outputs[i * classes + j] > outputs[i * classes + largest]) largest = j;
      return largest;
    });
    kernel.release(room);
    return read;
  }

  /** Whether its numbers are finite, and such as a model file may hold. @returns {boolean} */
  sound() {
    return this.kernel.floats(this.learned, this.floats).every((weight) => Math.abs(weight) <= LARGEST);
  }

  /** Gives its memory back. */
  end() {
    const { kernel, order } = this;
    this.#forgetDrawn();
    for (const at of [...this.held, order.at, order.rates]) if (at) kernel.release(at);
    kernel.door.forget_engine(this.engine);
  }
}
