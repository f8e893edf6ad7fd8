// @ts-check
// The connection to the server from which this page came.

import { createLive, visitorName } from "../train/live.js";

/** @typedef {import("../train/live.js").Live} Live */

/** @returns {Live} */
export function connect() {
  const address = new URL("api/live", location.href.replace(/^http/, "ws").replace(/[?#].*$/, ""));
  return createLive(address.href, visitorName(storage()), isHere);
}

/** Whether the page itself can still be had. @returns {Promise<boolean>} */
async function isHere() {
  try {
    return (await fetch("icon.svg", { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(4_000) })).ok;
  } catch {
    return false;
  }
}

/** The tab's own storage, where the browser has any for us. @returns {Storage | null} */
function storage() {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}
