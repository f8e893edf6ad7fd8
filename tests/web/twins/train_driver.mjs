// Runs the page's modules about training under Node: calls as JSON on stdin, [module, name, ...arguments], their
// answers as JSON on stdout. {"frame": base64} among the arguments is a frame's bytes, read as the page reads them;
// without a module, that is the answer. {"after": [events]} is the state of a reducer's module after these events.

import { readFileSync } from "node:fs";

const WEB = new URL("../../../src/digitlens/web/", import.meta.url);
const { unframe } = await import(new URL("train/frames.js", WEB).href);
const isFrame = (one) => one !== null && typeof one === "object" && "frame" in one;

const answers = [];
for (const [module, name, ...given] of JSON.parse(readFileSync(0, "utf8"))) {
  const exported = module === "" ? (one) => one : (await import(new URL(module, WEB).href))[name];
  try {
    const all = await Promise.all(
      given.map(async (one) => {
        if (isFrame(one)) return unframe(Uint8Array.from(Buffer.from(one.frame, "base64")).buffer);
        if (!Array.isArray(one?.after)) return one;
        const { reduce, START } = await import(new URL(module, WEB).href);
        return one.after.reduce(reduce, START);
      }),
    );
    const answer = typeof exported === "function" ? exported(...all) : exported;
    answers.push(
      answer?.blocks
        ? {
            ...answer,
            blocks: Object.fromEntries(Object.entries(answer.blocks).map(([key, block]) => [key, Array.from(block)])),
          }
        : (answer ?? null),
    );
  } catch (error) {
    answers.push({ refused: error.message });
  }
}
process.stdout.write(JSON.stringify(answers));
