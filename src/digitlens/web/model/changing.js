// @ts-check
// Changes to weights and biases by hand, each on a copy of its layer alone: the network as it was stays what it was.

import { forward } from "../core/network.js";
import { plain } from "../core/numbers.js";
import { phrase } from "../texts/later.js";

/** @typedef {import("../core/network.js").Layer} Layer */
/** @typedef {import("../core/network.js").Network} Network */
/** @typedef {import("./model_file.js").StoredNetwork} StoredNetwork */
/**
 * @typedef {Object} Page            what of the page is needed here
 * @property {StoredNetwork} network     as it is now
 * @property {StoredNetwork} original    as it was loaded
 * @property {boolean} changed
 * @property {import("./reading.js").Reading} reading
 * @property {(network: StoredNetwork) => void} setNetwork
 * @property {() => void} resetNetwork
 */

/**
 * What changes a layer: change(1, (layer) => { layer.biases[3] = 0.5; }). Layer 1 leads into the first hidden layer.
 * @param {Page} app
 * @returns {(layer: number, what: (layer: Layer) => void) => void}
 */
export function changes(app) {
  return (layer, what) => {
    const layers = [...app.network.layers];
    const before = layers[layer - 1];
    layers[layer - 1] = { ...before, weights: before.weights.slice(), biases: before.biases.slice() };
    what(layers[layer - 1]);
    app.setNetwork({ ...app.network, layers });
  };
}

/**
 * The weights of one neuron, a view into its layer's.
 * @param {Layer} layer
 * @param {number} neuron
 * @returns {Float64Array}
 */
export function row({ weights, before }, neuron) {
  return weights.subarray(neuron * before, (neuron + 1) * before);
}

/**
 * Whether this neuron has the weights and the bias that it was loaded with.
 * @param {Page} app
 * @param {number} layer
 * @param {number} neuron
 */
export function untouched(app, layer, neuron) {
  const [now, then] = [app.network.layers[layer - 1], app.original.layers[layer - 1]];
  if (now === then) return true;
  const [weights, loaded] = [row(now, neuron), row(then, neuron)];
  return now.biases[neuron] === then.biases[neuron] && weights.every((weight, k) => weight === loaded[k]);
}

/**
 * Gives one neuron back what it was loaded with; when that was all that differed, the network is the loaded one again.
 * @param {Page} app
 * @param {(layer: number, what: (layer: Layer) => void) => void} change
 * @param {number} layer
 * @param {number} neuron
 */
export function resetNeuron(app, change, layer, neuron) {
  const others = app.network.sizes.slice(1).every((size, l) => {
    if (app.network.layers[l] === app.original.layers[l]) return true;
    for (let j = 0; j < size; j++) if (!(l + 1 === layer && j === neuron) && !untouched(app, l + 1, j)) return false;
    return true;
  });
  if (others) return app.resetNetwork();
  const loaded = app.original.layers[layer - 1];
  change(layer, (now) => {
    row(now, neuron).set(row(loaded, neuron));
    now.biases[neuron] = loaded.biases[neuron];
  });
}

/** What the change did to the answer, in a sentence. @param {Page} app @returns {string} */
export function effect(app) {
  if (!app.changed) return phrase("model.changing.nothingIsChangedYetThe");
  const { network, original, reading } = app;
  const now = answer(network, reading.trace.a[network.layers.length]);
  const then = answer(original, forward(original, reading.image).a[original.layers.length]);
  if (now.name !== then.name)
    return phrase("model.changing.theNetworkNowReadsUnchanged", {
      name: now.name,
      activation: now.activation,
      name2: then.name,
      activation2: then.activation,
    });
  return phrase("model.changing.theNetworkStillReadsUnchanged", {
    name: now.name,
    activation: now.activation,
    activation2: then.activation,
  });
}

/** @param {Network} network @param {Float64Array} outputs */
function answer(network, outputs) {
  const best = outputs.indexOf(Math.max(...outputs));
  return { name: network.classes[best] ?? String(best), activation: plain(outputs[best], 2) };
}
