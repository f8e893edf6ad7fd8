// @ts-check
// The worker that opens pictures: {number, file, wanted} -> {number, doing}, and in the end {number, opened} or
// {number, error}.

import { openPicture } from "./open.js";

const line = /** @type {any} */ (globalThis);

line.onmessage = async (/** @type {{data: any}} */ { data: { number, file, wanted } }) => {
  try {
    const opened = await openPicture(file, wanted, (doing) => line.postMessage({ number, doing }));
    line.postMessage({ number, opened });
  } catch (error) {
    line.postMessage({ number, error: error instanceof Error ? error.message : String(error) });
  }
};
