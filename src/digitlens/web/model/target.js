// @ts-check
// Which class a picture should have been read as, as long as nobody has said it.

/** @typedef {import("./reading.js").Reading} Reading */

/**
 * What was chosen; or the true class of an image that has one; or the runner-up, of which there is much to learn.
 * @param {{state: import("./state.js").State, network: import("./model_file.js").StoredNetwork, reading: Reading}} app
 * @returns {number}
 */
export function proposedTarget({ state, network, reading }) {
  const { target, base } = state;
  if (target !== null) return target;
  if (base?.kind === "folder" && base.digit < network.classes.length) return base.digit;
  const digit = base && "digit" in base ? network.classes.indexOf(String(base.digit)) : -1;
  return digit >= 0 ? digit : runnerUp(reading);
}

/** The output that comes second. @param {Reading} reading */
function runnerUp({ trace, digit }) {
  const outputs = trace.a[trace.a.length - 1];
  const others = Array.from(outputs.keys()).filter((j) => j !== digit);
  return others.reduce((best, j) => (outputs[j] > outputs[best] ? j : best), others[0] ?? digit);
}
