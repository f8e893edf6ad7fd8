// @ts-check
// The kernel in WebAssembly: kernel/native/ as it is, behind the door wasm.cpp. Arrays are written into its memory, and
// read from it; weights lie there as lanes, as kernel.h describes them. The twin of kernel/native.py. No DOM.

import { phrase } from "../../texts/worker.js";

/** @typedef {import("./recipe.js").Layer} Layer */
/**
 * What the kernel can do, by the names of network/; places in these lists are numbers for the calls.
 * @typedef {Object} Capabilities
 * @property {string[]} activations   in the last layer
 * @property {string[]} hidden        in any layer
 * @property {string[]} cross_entropy activations of outputs that it knows this cost for
 * @property {string[]} costs
 * @property {string[]} optimisers
 * @property {number[]} memories      numbers that each optimiser remembers for each weight
 * @property {number} pixels          of a picture, at most
 * @property {number} layers
 * @property {number} neurons         in a layer, at most
 */
/** @typedef {{at: number, count: number}} Pictures   a list without zeros, in the kernel's memory */

const LANES = 16;
const AT_ONCE = 4_096; // pictures that are handed over together

// An empty module whose function adds two vectors: valid only where there is SIMD.
const SIMD = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0],
  ...[10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11],
);

/** Why no kernel can run here, in words; empty where one can. @returns {string} */
export function missing() {
  if (typeof WebAssembly !== "object") return phrase("training.worker.kernel.thisBrowserHasNoWebassembly");
  if (!WebAssembly.validate(SIMD)) return phrase("training.worker.kernel.thisBrowsersWebassemblyHasNo");
  return "";
}

/**
 * The kernel from its bytes. Throws an Error in words where it cannot run.
 * @param {BufferSource | WebAssembly.Module} source
 * @returns {Promise<Kernel>}
 */
export async function loadKernel(source) {
  const reason = missing();
  if (reason) throw new Error(reason);
  /** @type {Kernel | null} */
  let kernel = null;
  const clock_time_get = (/** @type {number} */ _, /** @type {bigint} */ __, /** @type {number} */ at) => {
    const now = BigInt(Math.round(performance.now() * 1e6));
    if (kernel) new DataView(kernel.memory.buffer).setBigUint64(at, now, true);
    return 0;
  };
  const unused = () => 52; // "not supported": what the C library could call, and the kernel never does
  const wasi = new Proxy({ clock_time_get }, { get: (known, name) => Reflect.get(known, name) ?? unused });
  const module = source instanceof WebAssembly.Module ? source : await WebAssembly.compile(source);
  const instance = await WebAssembly.instantiate(module, { wasi_snapshot_preview1: wasi });
  kernel = new Kernel(instance.exports);
  return kernel;
}

export class Kernel {
  /** @param {any} exports   of the module */
  constructor(exports) {
    this.door = exports;
    this.memory = /** @type {WebAssembly.Memory} */ (exports.memory);
    exports._initialize?.();
    /** @type {Capabilities} */
    this.can = JSON.parse(this.text(exports.capabilities()));
  }

  /** A text of C's. @param {number} at @returns {string} */
  text(at) {
    const bytes = new Uint8Array(this.memory.buffer, at);
    return new TextDecoder().decode(bytes.slice(0, bytes.indexOf(0)));
  }

  /** What the door answered; an Error where it refused. @param {number} answer @returns {number} */
  checked(answer) {
    if (answer < 0) throw new Error(this.text(this.door.problem()));
    return answer;
  }

  /** Where something was put; an Error where it was not. @param {number} at @returns {number} */
  placed(at) {
    if (!at) throw new Error(this.text(this.door.problem()) || phrase("training.worker.kernel.thereIsNotEnoughMemory"));
    return at >>> 0;
  }

  /** So many bytes of memory, all 0. @param {number} bytes @returns {number} */
  allocate(bytes) {
    const at = this.door.allocate(bytes) >>> 0;
    if (!at) throw new Error(phrase("training.worker.kernel.thereIsNotEnoughMemory2"));
    return at;
  }

  /** @param {number} at */
  release(at) {
    this.door.release(at);
  }

  /**
   * A copy of numbers in the kernel's memory.
   * @param {Uint8Array | Float32Array | Float64Array | Int32Array} numbers
   * @returns {number}   where
   */
  put(numbers) {
    const at = this.allocate(Math.max(1, numbers.byteLength));
    this.bytes(at, numbers.byteLength).set(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
    return at;
  }

  // Views are made again each time: memory that grows takes its old buffer away.

  /** @param {number} at @param {number} count */
  bytes(at, count) {
    return new Uint8Array(this.memory.buffer, at, count);
  }

  /** @param {number} at @param {number} count */
  floats(at, count) {
    return new Float32Array(this.memory.buffer, at, count);
  }

  /** @param {number} at @param {number} count */
  doubles(at, count) {
    return new Float64Array(this.memory.buffer, at, count);
  }

  /**
   * Whole numbers of eight bytes, as the door takes orders.
   * @param {Uint32Array} numbers
   * @returns {number}   where
   */
  putOrder(numbers) {
    const at = this.allocate(8 * Math.max(1, numbers.length));
    const halves = new Uint32Array(this.memory.buffer, at, 2 * numbers.length);
    for (let i = 0; i < numbers.length; i++) halves[2 * i] = numbers[i];
    return at;
  }

  /**
   * What computes networks of one shape.
   * @param {readonly number[]} sizes         neurons in each layer, the image first
   * @param {readonly string[]} activations   of each layer after it
   * @param {string} cost
   * @returns {number}   where it lies
   */
  engine(sizes, activations, cost) {
    const refused = refuses(this.can, sizes, activations, cost);
    if (refused) throw new Error(phrase("training.worker.kernel.theKernelCannotComputeThis", { refused }));
    const given = this.put(Int32Array.from(sizes));
    const which = this.put(Int32Array.from(activations, (name) => this.can.activations.indexOf(name)));
    const made = this.placed(this.door.engine(activations.length, given, which, this.can.costs.indexOf(cost)));
    this.release(given);
    this.release(which);
    return made;
  }

  /**
   * Images without their zeros.
   * @param {Uint8Array} images   (all, pixels), one after the other
   * @param {number} pixels       of each
   * @param {Uint32Array} which   the numbers of those that are wanted
   * @returns {Pictures}
   */
  pictures(images, pixels, which) {
    const count = which.length;
    const at = this.placed(this.door.pictures(pixels, count));
    const room = this.allocate(Math.max(1, Math.min(AT_ONCE, count) * pixels));
    for (let first = 0; first < count; first += AT_ONCE) {
      const some = which.subarray(first, first + AT_ONCE);
      this.gather(images, pixels, some, room);
      this.door.add(at, room, some.length);
    }
    this.release(room);
    return { at, count };
  }

  /** @param {Uint8Array} images @param {number} pixels @param {Uint32Array} which @param {number} to */
  gather(images, pixels, which, to) {
    const room = this.bytes(to, which.length * pixels);
    for (let i = 0; i < which.length; i++)
      room.set(images.subarray(which[i] * pixels, (which[i] + 1) * pixels), i * pixels);
  }

  /** @param {Pictures} pictures */
  forget({ at }) {
    this.door.forget_pictures(at);
  }

  /**
   * Images, each as its grid distorts it.
   * @param {Uint8Array} images   (n, rows, columns)
   * @param {{rows: number, columns: number}} shape
   * @param {Uint32Array} which   the number of the image for each grid
   * @param {Float32Array} grids  (which, 2, 5, 5)
   * @returns {Uint8Array}   (which, rows, columns)
   */
  bend(images, { rows, columns }, which, grids) {
    const pixels = rows * columns;
    const gathered = this.allocate(which.length * pixels);
    const bent = this.allocate(which.length * pixels);
    const numbers = this.putOrder(Uint32Array.from(which, (_, i) => i));
    const given = this.put(grids);
    this.gather(images, pixels, which, gathered);
    this.checked(this.door.bend(gathered, rows, columns, given, which.length, numbers, bent));
    const found = this.bytes(bent, which.length * pixels).slice();
    for (const at of [gathered, bent, numbers, given]) this.release(at);
    return found;
  }
}

/**
 * Why the kernel cannot compute a network; empty if it can. The twin of kernel/capabilities.py.
 * @param {Capabilities} can
 * @param {readonly number[]} sizes
 * @param {readonly string[]} activations
 * @param {string} cost
 * @param {string} [optimiser]   where it shall learn by it
 * @returns {string}
 */
export function refuses(can, sizes, activations, cost, optimiser = can.optimisers[0]) {
  const outputs = activations[activations.length - 1];
  if (sizes[0] > can.pixels)
    return phrase("training.worker.kernel.itReadsImagesOfPixels", { pixels: can.pixels, size: sizes[0] });
  if (activations.length > can.layers)
    return phrase("training.worker.kernel.itTakesAtMostLayers", { layers: can.layers, n: activations.length });
  if (Math.max(...sizes) > can.neurons)
    return phrase("training.worker.kernel.itTakesAtMostNeurons", { neurons: can.neurons });
  const strange = activations.slice(0, -1).find((name) => !can.hidden.includes(name));
  if (strange !== undefined) return unknown("activation", strange, can.hidden);
  if (!can.activations.includes(outputs)) return unknown("activation", outputs, can.activations);
  if (!can.costs.includes(cost)) return unknown("cost", cost, can.costs);
  if (cost === "cross_entropy" && !can.cross_entropy.includes(outputs))
    return phrase("training.worker.kernel.itKnowsOfOutputsNot", {
      cost,
      cross_entropy: can.cross_entropy.join(" and "),
      outputs,
    });
  return can.optimisers.includes(optimiser) ? "" : unknown("optimiser", optimiser, can.optimisers);
}

/** @param {string} kind @param {string} name @param {string[]} known */
const unknown = (kind, name, known) =>
  phrase("training.worker.kernel.itDoesNotKnowThe", { kind, name, known: known.join(", ") });

/** How many floats the layers of a network take as lanes. @param {readonly number[]} sizes @returns {number} */
export function lanesOf(sizes) {
  return sizes.slice(1).reduce((sum, n, l) => sum + Math.ceil(n / LANES) * LANES * (sizes[l] + 1), 0);
}

/**
 * The layers as lanes.
 * @param {readonly Layer[]} layers
 * @param {readonly number[]} sizes
 * @returns {Float32Array}
 */
export function pack(layers, sizes) {
  const packed = new Float32Array(lanesOf(sizes));
  walk(sizes, (l, neuron, before, at) => {
    const { weights, biases } = layers[l];
    packed[at] = before < sizes[l] ? weights[neuron * sizes[l] + before] : biases[neuron];
  });
  return packed;
}

/**
 * The layers that pack() was called with.
 * @param {Float32Array} packed
 * @param {readonly number[]} sizes
 * @returns {{weights: Float32Array, biases: Float32Array}[]}
 */
export function unpack(packed, sizes) {
  const layers = sizes
    .slice(1)
    .map((n, l) => ({ weights: new Float32Array(n * sizes[l]), biases: new Float32Array(n) }));
  walk(sizes, (l, neuron, before, at) => {
    if (before < sizes[l]) layers[l].weights[neuron * sizes[l] + before] = packed[at];
    else layers[l].biases[neuron] = packed[at];
  });
  return layers;
}

/**
 * Every weight and bias once: the layer, its neuron, the neuron before (the one after the last stands for the bias),
 * and where that lies among the lanes.
 * @param {readonly number[]} sizes
 * @param {(l: number, neuron: number, before: number, at: number) => void} visit
 */
function walk(sizes, visit) {
  let begin = 0;
  for (let l = 0; l + 1 < sizes.length; l++) {
    const rows = sizes[l] + 1;
    for (let neuron = 0; neuron < sizes[l + 1]; neuron++) {
      const block = begin + Math.floor(neuron / LANES) * rows * LANES + (neuron % LANES);
      for (let before = 0; before < rows; before++) visit(l, neuron, before, block + before * LANES);
    }
    begin += Math.ceil(sizes[l + 1] / LANES) * LANES * rows;
  }
}
