// @ts-check
// One worker, from its start to its end: it gets the kernel and the images that it lacks, and is asked now and then
// whether it still answers. When it does not, or ends by itself, that is told once. No DOM.

import { phrase } from "../texts/first.js";
import { spoken } from "../texts/language.js";

/** @typedef {import("./worker/images.js").DataSet} DataSet */
/**
 * What a worker is here, whoever makes it.
 * @typedef {Object} WorkerLike
 * @property {(message: any) => void} postMessage
 * @property {((event: {data: any}) => void) | null} onmessage
 * @property {((event: {message?: string}) => void) | null} onerror
 * @property {() => void} terminate
 */

const ASK = 5_000; // ms between two questions
const MISSED = 4; // questions without an answer; counted, because a phone sleeps for hours

export class WorkerLine {
  /**
   * @param {() => WorkerLike} make
   * @param {WebAssembly.Module} kernel
   * @param {(message: any) => void} hear
   * @param {(why: string) => void} lost
   * @param {number} [ask]   ms between two questions
   */
  constructor(make, kernel, hear, lost, ask = ASK) {
    this.known = /** @type {Map<string, DataSet>} */ (new Map());
    this.ended = false;
    this.lost = lost;
    this.missed = 0; // questions that it has not answered yet
    this.worker = make();
    this.worker.onmessage = ({ data }) => {
      if (this.ended) return;
      this.missed = 0;
      if (data.type === "broken") this.#lose(data.error);
      else if (data.type !== "pong") hear(data);
    };
    this.worker.onerror = (event) => this.#lose(event.message ?? "");
    this.send({ type: "kernel", source: kernel, speaks: spoken("worker") });
    this.timer = setInterval(() => this.#ask(), ask);
    /** @type {any} */ (this.timer).unref?.(); // under Node it shall not keep the process alive
  }

  /** @param {object} message */
  send(message) {
    if (!this.ended) this.worker.postMessage(message);
  }

  /** The worker has these images from now on. @param {DataSet} set */
  give(set) {
    if (this.known.get(set.name) === set) return;
    this.known.set(set.name, set);
    this.send({ type: "data", set });
  }

  end() {
    this.ended = true;
    clearInterval(this.timer);
    this.worker.terminate();
  }

  #ask() {
    if (this.missed >= MISSED) return this.#lose(phrase("training.workerLine.silent"));
    this.missed++;
    this.send({ type: "ping" });
  }

  /** @param {string} why */
  #lose(why) {
    if (this.ended) return;
    this.end();
    this.lost(why);
  }
}
