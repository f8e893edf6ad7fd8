// @ts-check
// What a worker answers: it gets the kernel and images, and then runs one training, or single outcomes of a comparison.
// Nothing is checked here that requests.js has checked before. No DOM.

import { divergence, historyRow, measureAll } from "./measuring.js";
import { ENGINE, asPictures } from "./frames.js";
import { loadKernel } from "./kernel.js";
import { Run } from "./run.js";
import { Sets } from "./sets.js";
import { tick } from "./tick.js";
import { Training } from "./training.js";
import { speak } from "../../texts/language.js";

/** @typedef {import("../requests.js").RunRequest} RunRequest */
/** @typedef {{postMessage: (message: any) => void, onmessage: ((event: {data: any}) => void) | null}} Port */
/**
 * What became of one run of a comparison.
 * @typedef {Object} Outcome
 * @property {number} index
 * @property {number} seed
 * @property {number} seconds    the whole run by the clock
 * @property {string} engine
 * @property {{[column: string]: number}[]} history   a row an epoch, as far as it came
 * @property {string} error      why it failed; empty where it did not
 * @property {{pictures: Int8Array, strongest: number, shape: number[]} | null} weights   of its first layer
 */

const SHOWN = 16; // neurons of the first layer whose weights are shown of each side of a comparison

/** Serves whoever is at the other end. @param {Port} port */
export function serve(port) {
  const service = new Service((message) => port.postMessage(message));
  let before = Promise.resolve();
  port.onmessage = ({ data }) => {
    if (data.type === "ping") return port.postMessage({ type: "pong", ask: data.ask });
    before = before
      .then(() => service.hear(data))
      .catch((error) => service.post({ type: "broken", error: String(error) }));
  };
}

class Service {
  /** @param {(message: object) => void} post */
  constructor(post) {
    this.post = post;
    this.sets = /** @type {Sets | null} */ (null);
    this.training = /** @type {Training | null} */ (null);
    this.held = false; // outcomes wait
    this.outcomes = 0; // a number for the one under way; another one means that it is not wanted
  }

  /** @param {any} message */
  async hear(message) {
    const { type } = message;
    if (type === "kernel") {
      if (message.speaks) speak(message.speaks.language, message.speaks.parts);
      this.sets = new Sets(await loadKernel(message.source));
      return this.post({ type: "ready" });
    }
    const { sets } = this;
    if (!sets) return this.post({ type: "broken", error: "the kernel has not come" });
    if (type === "data") return sets.put(message.set);
    if (type === "train") {
      this.training?.stop();
      this.training = new Training(sets, message.request, this.post, message.checkpoint);
      for (const how of message.hows) this.training.go(how);
    } else if (type === "outcome")
      this.#outcome(sets, message.index, message.request); // while others are heard
    else if (type === "hold") this.held = message.held;
    else if (type === "forget") {
      this.training?.stop();
      this.training = null;
      this.outcomes++;
    } else if (type === "go") this.training?.go(message.how);
    else if (type === "pause") this.training?.pause();
    else if (type === "moment") this.training?.moment(message.at, message.ask);
    else if (type === "network")
      this.post({ type: "network", ask: message.ask, network: this.training?.network(message.record) ?? null });
  }

  /** One run to its end, nothing measured within its epochs. @param {Sets} sets @param {number} index
   * @param {RunRequest} request */
  async #outcome(sets, index, request) {
    const number = ++this.outcomes;
    const { recipe, data, sizes } = request;
    const outcome = /** @type {Outcome} */ ({ index, seed: recipe.seed, seconds: 0, engine: ENGINE, error: "" });
    Object.assign(outcome, { history: [], weights: null });
    const isWanted = () => number === this.outcomes;
    const began = performance.now();
    let [waited, run] = [0, /** @type {Run | null} */ (null)];
    const rest = async () => {
      const from = performance.now();
      do await (this.held ? new Promise((resolve) => setTimeout(resolve, 20)) : tick());
      while (this.held && isWanted());
      waited += performance.now() - from;
      return isWanted();
    };
    try {
      const parts = await sets.split(recipe, data, isWanted);
      if (!parts) return;
      sets.tidy();
      run = new Run(sets.kernel, request, parts, (part) => sets.list(recipe, data, parts, part), null);
      while (!run.finished && !outcome.error) {
        while (!run.slice(run.batches)) if (!(await rest())) return;
        const ended = await measureAll(run, isWanted);
        if (!ended || !(await rest())) return;
        outcome.error = divergence(run, ended);
        if (!outcome.error) outcome.history.push(historyRow(run, ended));
      }
      outcome.seconds = (performance.now() - began - waited) / 1000;
      if (!outcome.error) outcome.weights = asPictures(run.lanes(), sizes, SHOWN);
      this.post({ type: "outcome", outcome });
    } catch (error) {
      this.post({ type: "broken", error: error instanceof Error ? error.message : String(error) });
    } finally {
      run?.end();
    }
  }
}
