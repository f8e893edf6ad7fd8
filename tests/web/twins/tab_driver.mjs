// Runs what trains in a tab under Node: tasks as JSON on stdin, their answers as JSON on stdout. Arrays go both ways as
// {"bytes": base64}; an answer's typed arrays are told with their type.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

const WEB = new URL("../../../src/digitlens/web/", import.meta.url);
const load = (module) => import(new URL(module, WEB).href);
const bytesOf = ({ bytes }) => Uint8Array.from(Buffer.from(bytes, "base64"));
const raw = (array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength);
const sha256 = (...arrays) =>
  arrays.reduce((hash, array) => hash.update(raw(array)), createHash("sha256")).digest("hex");

const { Generator } = await load("train/random/generator.js");
const recipes = await load("train/worker/recipe.js");
const { stepsOf } = await load("train/schema.js");
const { grids } = await load("train/worker/augmentation.js");
const images = await load("train/worker/images.js");
const { loadKernel, unpack } = await load("train/worker/kernel.js");

const wasm = readFileSync(new URL("train/kernel.wasm", WEB));
const halves = ({ training, test, pixels, ...rest }) => {
  const half = (given) => {
    const data = bytesOf(given);
    const count = data.length / (pixels + 1);
    return { labels: data.subarray(0, count), images: data.subarray(count) };
  };
  return { name: "given", source: "given", fingerprint: "", ...rest, training: half(training), test: half(test) };
};

/** One run on given images to its end, record by record. */
async function run({ recipe, fields, data, every = 0, slices = 1 }) {
  const { Run } = await load("train/worker/run.js");
  const { measureAll } = await load("train/worker/measuring.js");
  const kernel = await loadKernel(wasm);
  const set = halves(data);
  const parts = images.split(recipe, set);
  const list = (part) => kernel.pictures(parts[part].images, set.rows * set.columns, parts[part].which);
  const one = new Run(kernel, { recipe, steps: stepsOf(recipe, fields) }, parts, list, null);
  const records = [];
  const told = (record) => {
    const { epoch, miniBatch, steps, rate } = one;
    const layers = unpack(kernel.floats(one.weights, one.floats), one.sizes);
    const learned = unpack(one.lanes(), one.sizes);
    const memory = one.state().memory.map((lanes) => unpack(lanes, one.sizes));
    records.push({ epoch, miniBatch, steps, rate, layers, learned, memory, ...record });
  };
  while (!one.finished) {
    const epoch = one.epoch;
    const until = every ? Math.min(one.miniBatch + every, one.batches) : one.batches;
    while (!one.slice(slices > 1 ? Math.min(until, one.miniBatch + slices) : until));
    if (one.epoch > epoch || every) told(one.epoch > epoch ? await measureAll(one, () => true) : {});
  }
  const list_ = Array.from({ length: parts.training.which.length }, (_, i) => i).slice(0, 128);
  const few = {
    pictures: kernel.pictures(
      parts.training.images,
      set.rows * set.columns,
      parts.training.which.slice(0, list_.length),
    ),
    labels: kernel.put(parts.training.labels.slice(0, list_.length)),
  };
  const norms = one.gradientNorms(few);
  const read = parts.test.which.length ? one.readTest(0, parts.test.which.length) : new Uint8Array(0);
  one.end();
  return { records, norms, read };
}

const tasks = {
  draw: ({ seed, calls }) => {
    const rng = new Generator(...seed);
    return calls.map(([name, count, ...given]) => {
      if (name === "permutation") return Array.from(rng.permutation(count));
      if (name === "random") return Float64Array.from({ length: count }, () => rng.bits.random());
      return Float64Array.from({ length: count }, () => rng[name](...given));
    });
  },
  start: ({ recipe, fields, classes, pixels, count }) => ({
    weights: sha256(...recipes.initialNetwork(recipe, classes, pixels).flatMap((one) => [one.weights, one.biases])),
    orders: [0, 1, 2].map((epoch) => sha256(recipes.orderOf(recipe, epoch, count))),
    rates: recipes.rates(recipe, stepsOf(recipe, fields), 0, 3, 3),
  }),
  grids: ({ recipe, epoch, first, last, rows, columns }) => grids(recipe, epoch, first, last, { rows, columns }),
  split: ({ recipe, data }) => {
    const { training, validation, test } = images.split(recipe, halves(data));
    const told = ({ which, labels }) => ({ which, labels });
    return { training: told(training), validation: told(validation), test: told(test) };
  },
  sample: ({ count, most }) =>
    images.sample({ which: Uint32Array.from({ length: count }, (_, i) => i), labels: new Uint8Array(count) }, most)
      .which,
  adjusted: ({ images: given, names, rows, columns }) => {
    const data = bytesOf(given);
    const made = new Uint8Array(data.length);
    images.adjustBytes(data, names, { rows, columns }, 0, data.length / (rows * columns), made);
    return made;
  },
  bent: async ({ images: given, grids: floats, rows, columns }) => {
    const kernel = await loadKernel(wasm);
    const some = new Float32Array(bytesOf(floats).buffer);
    const which = Uint32Array.from({ length: some.length / 50 }, (_, i) => i);
    return kernel.bend(bytesOf(given), { rows, columns }, which, some);
  },
  unpacked: async ({ file }) => (await load("train/data/packed.js")).unpackDigits(bytesOf(file)),
  zip: async ({ file }) => {
    const { zipEntries } = await load("train/data/zip.js");
    const entries = zipEntries(bytesOf(file));
    return Promise.all(entries.map(async ({ name, open }) => ({ name, content: await open() })));
  },
  inflated: async ({ file, most }) => (await load("train/data/inflate.js")).inflate(bytesOf(file), "gzip", most),
  idx: async ({ files }) =>
    (await load("train/data/idx.js")).idxSet(files.map(({ name, bytes }) => ({ name, bytes: bytesOf({ bytes }) }))),
  fetched: async ({ file, most, times, broken }) => {
    const { fetched } = await load("train/data/fetched.js");
    const kept = new Map();
    const cache = {
      match: async (key) => kept.get(key)?.clone(),
      put: async (key, value) => void kept.set(key, value),
      delete: async (address) =>
        [...kept.keys()].filter((key) => key.startsWith(address)).map((key) => kept.delete(key)),
    };
    const caches = broken ? { open: () => Promise.reject(new Error("SecurityError")) } : { open: async () => cache };
    let fetches = 0;
    const fetch = async () => {
      fetches++;
      return file ? new Response(bytesOf(file)) : new Response("", { status: 404 });
    };
    const told = [];
    let bytes = null;
    for (let i = 0; i < times; i++)
      bytes = await fetched("pen.digits", most, "abc", (done, total) => told.push([done, total]), { fetch, caches });
    return { bytes, fetches, told };
  },
  can: async () => (await loadKernel(wasm)).can,
  refused: async ({ sizes, activations, cost }) => {
    const kernel = await loadKernel(wasm);
    return kernel.engine(sizes, activations, cost);
  },
  run,
};

const plain = (key, value) =>
  ArrayBuffer.isView(value) ? { bytes: raw(value).toString("base64"), type: value.constructor.name } : value;
const answers = [];
for (const { task, ...given } of JSON.parse(readFileSync(0, "utf8"))) {
  try {
    answers.push(await tasks[task](given));
  } catch (error) {
    answers.push({ refused: error.message });
  }
}
process.stdout.write(JSON.stringify(answers, plain));
