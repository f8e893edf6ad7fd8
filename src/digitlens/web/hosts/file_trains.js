// @ts-check
// The page in one file with all journeys: it trains in the tab, on the pen digits that lie in the file.

import { ALL } from "../app/loaders.js";
import { packedSet } from "../train/data/packed.js";
import { createWorkerTrainer } from "../train/worker_trainer.js";
import { oneFile } from "./one_file.js";
import { fileContent, unpacked } from "./parts.js";

const content = fileContent();
const { worker, kernel, digits } = content.parts;
const script = new Blob([/** @type {any} */ (await unpacked(worker))], { type: "text/javascript" });
const address = URL.createObjectURL(script); // for as long as the page is there: each worker begins with it

oneFile(content, {
  journeys: ALL,
  trainer: createWorkerTrainer({
    worker: typeof Worker === "undefined" ? null : () => /** @type {any} */ (new Worker(address)),
    kernel: async () => /** @type {any} */ ((await unpacked(kernel)).buffer),
    choices: async () => content.choices,
    sets: [packedSet(content.header, () => unpacked(digits), { default: true })],
    cores: navigator.hardwareConcurrency || 2,
  }),
});
