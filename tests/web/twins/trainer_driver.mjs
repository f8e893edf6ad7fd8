// Drives the trainer of a tab under Node, with threads in the place of Web Workers. On stdin {"sets", "script", ...};
// on stdout the answer to each step of the script:
//   ["join"], ["send", message], ["kill"] (the newest thread), ["network", record], ["destroy"]
//   ["until", type, {key: value}]   the first message of that type, from now on or kept, whose header has these values
//   ["past", type, key, number]     the same, whose header has at least this number there
//   ["kept"]                        once the trainer has had a checkpoint

import { readFileSync } from "node:fs";
import { Worker } from "node:worker_threads";

const WEB = new URL("../../../src/digitlens/web/", import.meta.url);
const { createWorkerTrainer } = await import(new URL("train/worker_trainer.js", WEB).href);
const { readModelFile } = await import(new URL("model/model_file.js", WEB).href);
const given = JSON.parse(readFileSync(0, "utf8"));
const base64 = (array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString("base64");

const threads = [];
let kept = () => {};
const checkpoint = new Promise((resolve) => {
  kept = resolve;
});
function worker() {
  const thread = new Worker(new URL("node_worker.mjs", import.meta.url));
  const like = { onmessage: null, onerror: null };
  like.postMessage = (message) => thread.postMessage(message);
  like.terminate = () => thread.terminate();
  thread.on("message", (data) => {
    like.onmessage?.({ data });
    if (data.type === "checkpoint") kept();
  });
  thread.on("error", (error) => like.onerror?.({ message: error.message }));
  thread.on("exit", () => like.onerror?.({ message: "killed" }));
  threads.push(thread);
  return like;
}

function set({ info, data, fails }) {
  let left = fails ?? 0;
  return {
    info,
    load: async (progress) => {
      progress(1, 2);
      if (left-- > 0) throw new Error("the images are gone");
      const half = ({ bytes }) => {
        const all = Uint8Array.from(Buffer.from(bytes, "base64"));
        const count = all.length / (info.rows * info.columns + 1);
        return { labels: all.subarray(0, count), images: all.subarray(count) };
      };
      const { name, source, rows, columns, names: classes } = info;
      const halves = { training: half(data.training), test: half(data.test) };
      return { name, source, rows, columns, classes, fingerprint: "f".repeat(64), ...halves };
    },
  };
}

const trainer = createWorkerTrainer({
  worker: given.workers === false ? null : worker,
  kernel: async () => {
    if (given.kernel === "missing") throw new Error("kernel.wasm cannot be fetched");
    return readFileSync(new URL("train/kernel.wasm", WEB));
  },
  choices: async () => given.choices,
  sets: given.sets.map(set),
  cores: given.cores ?? 2,
  ask: given.ask,
});

const heard = [];
const waiting = [];
for (const type of ["choices", "run", "mistakes", "moment", "comparison", "refused", "error", "download", "state"])
  trainer.on(type, (message, frame) => {
    heard.push({ type, message, frame });
    for (const one of [...waiting]) one();
  });
let at = 0; // messages before it are past
const told = ({ message, frame }) => ({
  ...message,
  ...(frame && {
    blocks: Object.fromEntries(Object.entries(frame.blocks).map(([name, block]) => [name, base64(block)])),
    shapes: frame.shapes,
  }),
});
const until = (matches) =>
  new Promise((resolve) => {
    const look = () => {
      for (; at < heard.length; at++) {
        if (!matches(heard[at])) continue;
        waiting.splice(waiting.indexOf(look), 1);
        return resolve(told(heard[at++]));
      }
    };
    waiting.push(look);
    look();
  });

const steps = {
  join: () => trainer.join(),
  attempt: () => trainer.attempt(),
  send: (message) => trainer.send(message),
  kill: () => void threads.at(-1).terminate(),
  kept: () => checkpoint,
  freeze: () => threads.at(-1).postMessage({ type: "freeze" }),
  threads: () => threads.length,
  state: () => ({ state: trainer.state, reason: trainer.reason, kind: trainer.kind }),
  until: (type, values) =>
    until((one) => one.type === type && Object.keys(values).every((key) => one.message[key] === values[key])),
  past: (type, key, number) => until((one) => one.type === type && one.message[key] >= number),
  count: (type) => heard.filter((one) => one.type === type).length,
  said: (type, key) => heard.filter((one) => one.type === type).map((one) => one.message[key]),
  network: async (record) => {
    try {
      const bytes = await trainer.network(record);
      readModelFile(bytes);
      return base64(bytes);
    } catch (error) {
      return { refused: error.message, gone: error.gone ?? false };
    }
  },
  destroy: () => trainer.destroy(),
};
const answers = [];
for (const [name, ...rest] of given.script) answers.push((await steps[name](...rest)) ?? null);
process.stdout.write(JSON.stringify(answers), () => process.exit(0));
