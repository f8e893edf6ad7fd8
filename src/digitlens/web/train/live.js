// @ts-check
// The line to the server: whether it is there, what is sent to it, and who hears what comes. No DOM.
//
// A WebSocket is held open, and asked now and then whether it still answers. When it does not, it is tried again,
// sooner at first and then more seldom. Once somebody has joined, each new line begins with who we are, so that a run
// goes on being watched after a reload of the page or a restart of the server.

import { unframe } from "./frames.js";
import { phrase } from "../texts/first.js";

/** @typedef {import("./frames.js").Frame} Frame */
/** @typedef {import("./trainer.js").Listener} Listener */
/** @typedef {import("./trainer.js").Trainer} Trainer */
/**
 * @typedef {Object} Server   where it is, and who we are to it
 * @property {string} socket    address of the WebSocket
 * @property {string} visitor   32 hex digits
 * @property {() => Promise<boolean>} isHere   whether the page itself can still be had
 * @property {Trainer["network"]} network
 */

const ASK = 20_000; // ms between two questions
const ANSWER = 4_000; // ms an answer may take
const SOONEST = 500; // ms until the first new attempt; then twice as long each time
const LATEST = 15_000;
const KEPT = ["choices", "run", "mistakes", "comparison"]; // what a listener hears that comes late
const FULL = 60_000; // ms until a server with too many pages is asked again

/**
 * The server as a trainer.
 * @param {Server} server
 * @returns {Trainer}
 */
export function createLive({ socket: address, visitor, isHere, network }) {
  const listeners = /** @type {Map<string, Set<Listener>>} */ (new Map());
  /** @type {WebSocket | null} */
  let socket = null;
  let state = /** @type {Trainer["state"]} */ ("waiting");
  let [wait, timer, deadline, count] = [SOONEST, 0, 0, Date.now()];
  let [joined, away, ended] = [false, false, false];

  // of each type, for listeners that come later
  const last = /** @type {Map<string, [any, Frame | null]>} */ (new Map());
  const tell = (/** @type {string} */ type, /** @type {any} */ message, /** @type {Frame | null} */ frame = null) => {
    last.set(type, [message, frame]);
    for (const listener of listeners.get(type) ?? []) listener(message, frame);
  };
  const become = (/** @type {Trainer["state"]} */ now) => {
    const before = state;
    state = now;
    if (now !== before) tell("state", { state, before });
  };
  const later = (/** @type {number} */ after, /** @type {() => void} */ what) => {
    clearTimeout(timer);
    if (!ended) timer = globalThis.setTimeout(what, after);
  };
  const send = (/** @type {object} */ message) => {
    if (socket?.readyState !== WebSocket.OPEN) return false;
    socket.send(JSON.stringify(message));
    return true;
  };
  const attempt = () => {
    if (ended || (socket && socket.readyState === WebSocket.CONNECTING)) return;
    drop();
    clearTimeout(timer);
    const next = new WebSocket(address);
    next.binaryType = "arraybuffer";
    socket = next;
    deadline = globalThis.setTimeout(() => lost(next), 2 * ANSWER);
    next.addEventListener("message", (event) => heard(next, event.data));
    next.addEventListener("close", () => lost(next));
  };
  const heard = (/** @type {WebSocket} */ from, /** @type {string | ArrayBuffer} */ data) => {
    if (from !== socket) return;
    clearTimeout(deadline);
    wait = SOONEST;
    const [message, frame] = understood(data);
    if (message?.type === "full") wait = FULL;
    else later(ASK, ask);
    if (message?.type === "hello" && joined) visit();
    become(message?.type === "full" ? "waiting" : "here");
    if (message?.error) message.error = phrase("training.live.theServerSays", { error: message.error });
    if (message) tell(message.type, message, frame);
  };
  const visit = () => send({ type: "visit", visitor });
  const ask = () => {
    if (socket?.readyState !== WebSocket.OPEN) return attempt();
    const asked = socket;
    send({ type: "ping" });
    clearTimeout(deadline);
    deadline = globalThis.setTimeout(() => lost(asked), ANSWER);
  };
  const lost = (/** @type {WebSocket} */ from) => {
    if (from !== socket || away) return;
    drop();
    const full = wait === FULL; // it is there, and has no room for us
    later(wait, attempt);
    wait = full ? SOONEST : Math.min(2 * wait, LATEST);
    if (!full && state !== "gone") missing();
  };
  const missing = async () => {
    const here = await isHere();
    if (ended) return;
    if (!here) become("gone");
    else later(LATEST, attempt); // plain files, with nobody behind them who could be gone
  };
  const drop = () => {
    clearTimeout(deadline);
    const old = socket;
    socket = null;
    old?.close();
  };

  return {
    kind: "server",
    reason: "",
    get state() {
      return state;
    },
    network,
    send,
    ask,
    attempt,
    on(type, listener) {
      const those = listeners.get(type) ?? new Set();
      listeners.set(type, those.add(listener));
      const known = KEPT.includes(type) && last.get(type);
      if (known) queueMicrotask(() => listener(...known));
      return () => those.delete(listener);
    },
    join() {
      if (joined) return;
      joined = true;
      visit();
    },
    leave: (now) => (away = now),
    next: () => (count += 1),
    destroy() {
      away = ended = true;
      drop();
      clearTimeout(timer);
      listeners.clear();
    },
  };
}

/**
 * A message as it is meant; nothing where it cannot be understood.
 * @param {string | ArrayBuffer} data
 * @returns {[any, Frame | null]}
 */
function understood(data) {
  try {
    if (typeof data === "string") return [JSON.parse(data), null];
    const frame = unframe(data);
    return [frame.header, frame];
  } catch {
    return [null, null];
  }
}

/** Who we are, remembered as long as the tab is open. @param {Storage | null} storage @returns {string} */
export function visitorName(storage) {
  const known = storage?.getItem("digitlens.visitor") ?? "";
  if (/^[0-9a-f]{32}$/.test(known)) return known;
  const made = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
  try {
    storage?.setItem("digitlens.visitor", made);
  } catch {
    // no room: then a reload makes another visitor
  }
  return made;
}
