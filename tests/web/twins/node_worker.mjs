// worker.js for a thread of Node, which has another way to its port.

import { parentPort } from "node:worker_threads";

const { serve } = await import(new URL("../../../src/digitlens/web/train/worker/service.js", import.meta.url).href);
const port = { onmessage: null, postMessage: (message) => parentPort.postMessage(message) };
parentPort.on("message", (data) => {
  if (data.type === "freeze") for (;;); // as a tab does that hangs
  port.onmessage({ data });
});
serve(port);
