// @ts-check
// Whether the server is there. Drawing and looking never need it; the page only says when it is gone, and when it is
// back.
//
// A WebSocket is held open, and asked now and then whether it still answers. When it does not, it is tried again, sooner
// at first and then more seldom; at once when the machine wakes, is online again, or somebody looks.

import { h, setText } from "./dom.js";

/** @typedef {import("../main.js").App} App */

const ASK = 20_000; // ms between two questions
const ANSWER = 4_000; // ms an answer may take
const SOONEST = 500; // ms until the first new attempt; then twice as long each time
const LATEST = 15_000;
const BACK = 4_000; // ms for which it says that all is well again
const FULL = 60_000; // ms until a server with too many pages is asked again

/** @param {App} app */
export function connectionView(app) {
  const light = h("span", { class: "light", "aria-hidden": "true" });
  const words = h("span", { role: "status" });
  const again = h("button", { class: "quiet", onclick: () => attempt() }, "Try now");
  const element = h("div", { class: "connection" }, light, words, again);

  /** @type {WebSocket | null} */
  let socket = null;
  let wait = SOONEST;
  let timer = 0;
  let deadline = 0;
  let gone = false;
  let away = false; // the page is being left, which closes the socket too

  /** @param {"quiet" | "gone" | "back"} how */
  const show = (how) => {
    element.dataset.how = how;
    const text = { quiet: "", gone: "The server is gone; drawing and looking go on. Trying again…", back: "The server is back." };
    setText(words, text[how]);
    again.hidden = how !== "gone";
  };
  /** @param {number} after @param {() => void} what */
  const later = (after, what) => {
    clearTimeout(timer);
    timer = window.setTimeout(what, after);
  };
  const attempt = () => {
    if (socket && socket.readyState === WebSocket.CONNECTING) return;
    drop();
    clearTimeout(timer);
    const next = new WebSocket(new URL("api/live", location.href.replace(/^http/, "ws").replace(/[?#].*$/, "")));
    socket = next;
    deadline = window.setTimeout(() => lost(next), 2 * ANSWER);
    next.addEventListener("message", (event) => heard(next, String(event.data)));
    next.addEventListener("close", () => lost(next));
  };
  /** @param {WebSocket} from @param {string} text */
  const heard = (from, text) => {
    if (from !== socket) return;
    clearTimeout(deadline);
    wait = SOONEST;
    if (gone) {
      show("back");
      setTimeout(() => element.dataset.how === "back" && show("quiet"), BACK);
    }
    gone = false;
    if (typeOf(text) === "full") wait = FULL;
    else later(ASK, ask);
  };
  const ask = () => {
    if (socket?.readyState !== WebSocket.OPEN) return attempt();
    const asked = socket;
    asked.send(JSON.stringify({ type: "ping" }));
    clearTimeout(deadline);
    deadline = window.setTimeout(() => lost(asked), ANSWER);
  };
  /** @param {WebSocket} from */
  const lost = (from) => {
    if (from !== socket || away) return;
    drop();
    const full = wait === FULL; // it is there, and has no room for us
    later(wait, attempt);
    wait = full ? SOONEST : Math.min(2 * wait, LATEST);
    if (!full && !gone) missing();
  };
  const missing = async () => {
    if (!(await isHere())) {
      gone = true;
      show("gone");
    } else later(LATEST, attempt); // plain files, with nobody behind them who could be gone
  };
  const drop = () => {
    clearTimeout(deadline);
    const old = socket;
    socket = null;
    old?.close();
  };
  const look = () => {
    if (document.visibilityState === "visible") ask();
  };

  document.addEventListener("visibilitychange", look);
  window.addEventListener("online", look);
  window.addEventListener("pagehide", () => (away = true));
  window.addEventListener("pageshow", (event) => {
    away = false;
    if (event.persisted) attempt();
  });
  show("quiet");
  attempt();
  return { element, update() {} };
}

/** Whether the page itself can still be had. @returns {Promise<boolean>} */
async function isHere() {
  try {
    return (await fetch("icon.svg", { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(ANSWER) })).ok;
  } catch {
    return false;
  }
}

/** @param {string} text @returns {string} */
function typeOf(text) {
  try {
    return String(JSON.parse(text).type);
  } catch {
    return "";
  }
}
