// @ts-check
// A large file from where the page came from: fetched with progress and within bounds, and kept for the next visit
// where the browser allows that. No DOM.

import { phrase } from "../../texts/first.js";

const CACHE = "digitlens-data";

/**
 * @param {string} address
 * @param {number} most       bytes it may have
 * @param {string} version    another one is fetched again: the file's SHA-256
 * @param {(done: number, total: number | null) => void} progress
 * @param {{fetch: typeof fetch, caches?: CacheStorage}} means   caches: where there are any
 * @param {boolean} [anew]    what was kept is damaged: it goes, and the file is fetched again
 * @returns {Promise<Uint8Array>}
 */
export async function fetched(address, most, version, progress, { fetch, caches }, anew = false) {
  const key = `${address}?version=${version}`;
  const cache = await caches?.open(CACHE).catch(() => undefined); // a private window, or no room
  const kept = anew ? undefined : await cache?.match(key).catch(() => undefined);
  if (kept) return await read(kept, most, progress);
  await cache?.delete(address, { ignoreSearch: true }).catch(() => {}); // damaged, or of another version
  const answer = await fetch(address, anew ? { cache: "reload" } : {}).catch(() => {
    throw new Error(phrase("training.data.fetched.cannotBeFetchedThereIs", { address }));
  });
  if (!answer.ok) throw new Error(phrase("training.data.fetched.cannotBeFetched", { address, status: answer.status }));
  const bytes = await read(answer, most, progress);
  cache?.put(key, new Response(/** @type {any} */ (bytes))).catch(() => {}); // not kept, then
  return bytes;
}

/** @param {Response} answer @param {number} most @param {(done: number, total: number | null) => void} progress */
async function read(answer, most, progress) {
  const reader = answer.body?.getReader();
  if (!reader) throw new Error(phrase("training.data.fetched.theAnswerIsEmpty"));
  const pieces = /** @type {Uint8Array[]} */ ([]);
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw new Error(phrase("training.data.fetched.theConnectionBrokeOffTry"));
    });
    if (done) break;
    size += value.length;
    if (size > most) {
      reader.cancel().catch(() => {});
      throw new Error(phrase("training.data.fetched.itHasMoreThanThe", { most }));
    }
    pieces.push(value);
    progress(size, most);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
