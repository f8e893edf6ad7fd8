// One epoch after the other in WebAssembly, for benchmarks/tab.py: in Node, which reads a line for each epoch, or in a
// page, which calls epoch().

/**
 * @param {string} web      where the page's modules lie
 * @param {BufferSource} kernel
 * @param {Uint8Array} digits   packed
 * @param {{recipe: any, fields: any[]}} asked   a recipe, and the fields that the schema has
 */
export async function ready(web, kernel, digits, { recipe, fields }) {
  const load = (/** @type {string} */ module) => import(`${web}${module}`);
  const { unpackDigits } = await load("train/data/packed.js");
  const { split } = await load("train/worker/images.js");
  const { loadKernel } = await load("train/worker/kernel.js");
  const { stepsOf } = await load("train/schema.js");
  const { Run } = await load("train/worker/run.js");
  const set = await unpackDigits(digits);
  const engine = await loadKernel(kernel);
  const parts = split(recipe, set);
  const pixels = set.rows * set.columns;
  const list = (/** @type {"training" | "validation" | "test"} */ part) =>
    engine.pictures(parts[part].images, pixels, parts[part].which);
  const run = new Run(engine, { recipe, steps: stepsOf(recipe, fields) }, parts, list, null);
  return () => {
    const began = performance.now();
    while (!run.slice(run.batches));
    return (performance.now() - began) / 1000;
  };
}

if (globalThis.process?.argv[1]?.endsWith("tab_epoch.mjs")) {
  const { readFileSync } = await import("node:fs");
  const { createInterface } = await import("node:readline");
  const [, , web, digits, asked] = process.argv;
  const kernel = readFileSync(new URL("train/kernel.wasm", web));
  const epoch = await ready(web, kernel, readFileSync(digits), JSON.parse(asked));
  process.stdout.write("ready\n");
  for await (const _ of createInterface(process.stdin)) process.stdout.write(`${epoch()}\n`);
}
