// @ts-check
// The page in a frame of another page: ?embed leaves out header and footer, ?embed=pad,network,answer all other parts,
// too. Whoever owns the frame is told how high the page is and what was read, by messages:
//
//     {digitlens: 1, type: "height", height: 640}
//     {digitlens: 1, type: "reading", reading: "7", outputs: {"0": 0.01, ...}, ink: true}
//
// They go to one origin alone: the one that ?origin= names, or else the one that the browser says the owner has. What
// others send to the page is not listened to.

/** @typedef {import("../views/shared/app.js").App} App */
/** @typedef {{parts: string[] | null, owner: string}} Embedding   parts: null: all; owner: its origin, "" if unknown */

const REST = 100; // ms without a change until a reading is told

/**
 * What the address of a page in a frame asks for; null where it asks for nothing.
 * @param {string} search   the part of the address from "?" on
 * @param {string} likely   the address of the page that owns the frame, as far as the browser tells
 * @returns {Embedding | null}
 */
export function embedding(search, likely) {
  const given = new URLSearchParams(search);
  const parts = given.get("embed");
  if (parts === null) return null;
  const chosen = parts.split(",").filter((part) => /^[a-z-]{1,30}$/.test(part));
  return { parts: chosen.length ? chosen : null, owner: originOf(given.get("origin") ?? likely) };
}

/** @param {string} address */
function originOf(address) {
  try {
    const { origin, protocol } = new URL(address);
    return protocol === "https:" || protocol === "http:" ? origin : "";
  } catch {
    return "";
  }
}

/** The address of the page that owns this frame, as far as the browser tells. */
export const ownersAddress = () => location.ancestorOrigins?.[0] ?? document.referrer;

/**
 * Tells the owner of the frame the height and the reading, now and whenever they change.
 * @param {App} app
 * @param {Embedding} embedding
 * @param {Window} [frame]   in which the page is
 */
export function tellOwner(app, { owner }, frame = window) {
  if (!owner || frame.parent === frame) return;
  const tell = (/** @type {object} */ message) => frame.parent.postMessage({ digitlens: 1, ...message }, owner);
  const host = /** @type {HTMLElement} */ (app.root.host);
  const resized = new ResizeObserver(() => tell({ type: "height", height: Math.ceil(host.offsetHeight) }));
  resized.observe(host);
  app.life.observes(resized);
  let [told, waiting] = ["", 0];
  const read = () => {
    const { reading, network } = app;
    const last = reading.trace.a[reading.trace.a.length - 1];
    const outputs = Object.fromEntries(network.classes.map((name, j) => [name, last[j]]));
    const message = { type: "reading", reading: network.classes[reading.digit], outputs, ink: reading.inkFound };
    if (told === JSON.stringify(message)) return;
    told = JSON.stringify(message);
    tell(message);
  };
  app.onUpdate(() => {
    app.life.cancel(waiting);
    waiting = app.life.after(read, REST);
  });
  read();
}
