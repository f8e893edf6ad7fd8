// @ts-check
// Lets messages be heard between two slices of work, at once: a timer would wait for milliseconds. No DOM.

const { port1, port2 } = new MessageChannel();
const waiting = /** @type {(() => void)[]} */ ([]);
// Under Node a port that is listened to keeps the process alive: it shall do so only while somebody waits.
const port = /** @type {MessagePort & {ref?: () => void, unref?: () => void}} */ (port1);

port.onmessage = () => {
  waiting.shift()?.();
  if (!waiting.length) port.unref?.();
};
port.unref?.();

/** @returns {Promise<void>}   fulfilled once what has come until now was heard */
export function tick() {
  return new Promise((resolve) => {
    port.ref?.();
    waiting.push(resolve);
    port2.postMessage(0);
  });
}
