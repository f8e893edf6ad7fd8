// @ts-check
// The worker that opens pictures: {number, file, wanted, speaks} -> {number, doing}, and in the end {number, opened} or
// {number, error}.

import { speak } from "../texts/language.js";
import { openPicture } from "./open.js";

const line = /** @type {any} */ (globalThis);

line.onmessage = async (/** @type {{data: any}} */ { data: { number, file, wanted, speaks } }) => {
  if (speaks) speak(speaks.language, speaks.parts);
  try {
    const opened = await openPicture(file, wanted, (doing) => line.postMessage({ number, doing }));
    line.postMessage({ number, opened });
  } catch (error) {
    line.postMessage({ number, error: error instanceof Error ? error.message : String(error) });
  }
};
