// @ts-check
// Two trainers as one: the server and the tab. One of them trains, the other one rests; somebody chooses. No DOM.

/** @typedef {import("./trainer.js").Listener} Listener */
/** @typedef {import("./trainer.js").Trainer} Trainer */

const REMEMBERED = "digitlens.trainer";

/**
 * @param {readonly [Trainer, Trainer]} both   the first one trains where nobody has chosen
 * @param {Storage | null} storage             where the choice is kept
 * @returns {Trainer}
 */
export function eitherTrainer(both, storage) {
  let now = both.find(({ kind }) => kind === storage?.getItem(REMEMBERED)) ?? both[0];
  let joined = false;
  const listeners = /** @type {Map<object, {type: string, listener: Listener, undo: () => void}>} */ (new Map());
  const hears = (/** @type {string} */ type, /** @type {Listener} */ listener) => {
    const from = now;
    return from.on(type, (message, frame) => from === now && listener(message, frame)); // what is under way comes late
  };
  const tell = (/** @type {string} */ type, /** @type {object} */ message) => {
    for (const one of [...listeners.values()]) if (one.type === type) one.listener(message, null);
  };
  return {
    get kind() {
      return now.kind;
    },
    get state() {
      return now.state;
    },
    get reason() {
      return now.reason;
    },
    get offer() {
      return now.offer?.bind(now);
    },
    all: both,
    choose(kind) {
      const next = both.find((one) => one.kind === kind);
      if (!next || next === now) return;
      for (const { undo } of listeners.values()) undo();
      now.send({ type: "pause" }); // nobody would see what it does
      const before = now.state;
      now = next;
      try {
        storage?.setItem(REMEMBERED, kind);
      } catch {
        // no room: then the next visit begins with the first one
      }
      tell("trainer", { kind });
      if (joined) now.join();
      for (const one of listeners.values()) one.undo = hears(one.type, one.listener);
      tell("state", { state: now.state, before });
    },
    on(type, listener) {
      const key = {};
      listeners.set(key, { type, listener, undo: hears(type, listener) });
      return () => {
        listeners.get(key)?.undo();
        listeners.delete(key);
      };
    },
    join() {
      joined = true;
      now.join();
    },
    send: (message) => now.send(message),
    ask: () => now.ask(),
    attempt: () => now.attempt(),
    leave: (away) => both.forEach((one) => one.leave(away)),
    next: () => Math.max(...both.map((one) => one.next())),
    network: (record) => now.network(record),
    destroy: () => both.forEach((one) => one.destroy()),
  };
}
