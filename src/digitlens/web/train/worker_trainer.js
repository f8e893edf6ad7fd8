// @ts-check
// Training in the tab: a Trainer that hears the messages a server hears, and tells what a server tells, with a Web
// Worker in the server's place. Nothing is loaded before somebody joins, and no images before a run wants them.
//
// A worker that ends is replaced, and its run goes on from the last checkpoint to the same bits. No DOM.

import { ComparisonTraining } from "./comparison.js";
import { newStatus, runFrame } from "./worker/frames.js";
import { missing } from "./worker/kernel.js";
import { numberOf, Refused, requestOf } from "./requests.js";
import { storedNetwork } from "./trained_network.js";
import { WorkerLine } from "./worker_line.js";
import { writeModelFile } from "../model/model_file.js";
import { phrase } from "../texts/first.js";

/** @typedef {import("./frames.js").Frame} Frame */
/** @typedef {import("./requests.js").RunRequest} RunRequest */
/** @typedef {import("./settings.js").Choices} Choices */
/** @typedef {import("./trainer.js").Listener} Listener */
/** @typedef {import("./trainer.js").Trainer} Trainer */
/** @typedef {import("./worker/images.js").DataSet} DataSet */
/** @typedef {import("./worker/training.js").Checkpoint} Checkpoint */
/** @typedef {import("./worker_line.js").WorkerLike} WorkerLike */
/** @typedef {import("./tab_services.js").TabServices} TabServices */
/** @typedef {import("./tab_services.js").TabSet} TabSet */
/**
 * The run that a page asked for.
 * @typedef {Object} Current
 * @property {RunRequest} request
 * @property {string[]} hows                what was asked for before a worker could hear it
 * @property {Checkpoint | null} checkpoint
 * @property {Frame} frame                  the newest
 * @property {boolean} sent                 a worker has it
 * @property {number} lost                  workers that ended since its last checkpoint
 */

const KEPT = ["choices", "run", "mistakes", "comparison"]; // what a listener hears that comes late
const AGAIN = 2; // workers that may end without a checkpoint between them, until somebody has to ask for the next
const UNDER_WAY = ["waiting", "running"];

/**
 * @param {TabServices} services
 * @returns {Trainer & Required<Pick<Trainer, "offer">>}
 */
export function createWorkerTrainer(services) {
  return new WorkerTrainer(services);
}

class WorkerTrainer {
  /** @param {TabServices} services */
  constructor(services) {
    this.kind = /** @type {const} */ ("tab");
    this.state = /** @type {Trainer["state"]} */ ("waiting");
    this.reason = "";
    this.services = services;
    this.sets = [...services.sets];
    this.listeners = /** @type {Map<string, Set<Listener>>} */ (new Map());
    this.last = /** @type {Map<string, [any, Frame | null]>} */ (new Map());
    this.loaded = /** @type {Map<string, Promise<DataSet>>} */ (new Map());
    this.answers = /** @type {Map<number, {resolve: (network: any) => void, reject: (error: Error) => void}>} */ (
      new Map()
    );
    this.count = Date.now();
    this.asked = 0;
    this.joined = this.destroyed = false;
    this.module = /** @type {WebAssembly.Module | null} */ (null);
    this.choices = /** @type {Choices | null} */ (null);
    this.line = /** @type {WorkerLine | null} */ (null);
    this.current = /** @type {Current | null} */ (null);
    this.comparison = /** @type {ComparisonTraining | null} */ (null);
    this.send = this.send.bind(this);
    this.on = this.on.bind(this);
  }

  // ---- what every trainer has

  /** @param {string} type @param {Listener} listener */
  on(type, listener) {
    const those = this.listeners.get(type) ?? new Set();
    this.listeners.set(type, those.add(listener));
    const known = KEPT.includes(type) && this.last.get(type);
    if (known) queueMicrotask(() => listener(...known));
    return () => those.delete(listener);
  }

  join() {
    if (this.joined) return;
    this.joined = true;
    this.#begin();
  }

  ask() {}

  /** Once more, where it could not begin. */
  attempt() {
    if (this.joined && this.state === "gone") this.#begin();
  }

  leave() {}

  next() {
    return (this.count += 1);
  }

  /** @param {any} message */
  send(message) {
    if (this.state !== "here" || this.destroyed) return false;
    try {
      this.#hear(message);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const number = Number.isSafeInteger(message.number) ? message.number : 0;
      this.#tell("refused", { type: "refused", number, field: error.field, error: error.message });
    }
    return true;
  }

  /** @param {number | "latest"} record @returns {Promise<Uint8Array>} */
  async network(record) {
    const { current, line } = this;
    if (!current || !line || !current.sent) throw gone(phrase("training.workerTrainer.thisTabNoLongerHas"));
    const ask = ++this.asked;
    const told = await new Promise((resolve, reject) => {
      this.answers.set(ask, { resolve, reject });
      line.send({ type: "network", record, ask });
    });
    if (!told) throw gone(phrase("training.workerTrainer.thisSnapshotIsNoLonger"));
    const data = await this.#images(current.request.data);
    return writeModelFile(storedNetwork(current.request, told, data));
  }

  destroy() {
    this.destroyed = true;
    this.line?.end();
    this.comparison?.stop();
    this.listeners.clear();
    this.#forgetAnswers(phrase("training.workerTrainer.thePageHasBeenLeft"));
  }

  /** @param {TabSet} set */
  offer(set) {
    const at = this.sets.findIndex(({ info }) => info.name === set.info.name);
    if (at < 0) this.sets.push(set);
    else this.sets[at] = set;
    this.loaded.delete(set.info.name);
    if (!this.choices) return;
    this.choices = { ...this.choices, data: this.sets.map(({ info }) => info) };
    this.last.set("choices", [{ ...this.choices, type: "choices" }, null]);
    const ended = { file: "", done: 0, total: null, ended: true, error: "" };
    this.#tell("download", { type: "download", ...ended, data: this.choices.data });
  }

  // ---- what it does for that

  /** @param {string} type @param {any} message @param {Frame | null} [frame] */
  #tell(type, message, frame = null) {
    this.last.set(type, [message, frame]);
    for (const listener of this.listeners.get(type) ?? []) listener(message, frame);
  }

  /** @param {Trainer["state"]} state @param {string} [reason] */
  #become(state, reason = "") {
    const before = this.state;
    this.state = state;
    this.reason = reason;
    if (state !== before) this.#tell("state", { state, before });
  }

  async #begin() {
    try {
      const reason =
        missing() || (this.services.worker ? "" : phrase("training.workerTrainer.thisBrowserHasNoWorkers"));
      if (reason) throw new Error(reason);
      const [bytes, choices] = await Promise.all([this.services.kernel(), this.services.choices()]);
      this.module = await WebAssembly.compile(bytes);
      const data = this.sets.map(({ info }) => info);
      this.choices = { ...choices, data, engine: "WebAssembly", cores: this.services.cores };
    } catch (error) {
      if (this.destroyed) return;
      const why = error instanceof Error ? error.message : String(error);
      return this.#become("gone", phrase("training.workerTrainer.trainingInThisTabCannot", { why }));
    }
    if (this.destroyed) return;
    this.#become("here");
    this.#tell("choices", { ...this.choices, type: "choices" });
  }

  /** @param {any} message */
  #hear(message) {
    const { current, comparison } = this;
    switch (message.type) {
      case "train":
        return this.#train(message);
      case "compare":
        return this.#compare(message);
      case "forget":
        return this.#forget();
      case "download":
        throw new Refused("data", phrase("training.workerTrainer.dataDropMnistsFilesHere"));
      case "visit":
      case "ping":
        return;
    }
    if (message.type === "moment") {
      const [at, ask] = [numberOf(message, "at"), numberOf(message, "ask")];
      if (!current?.sent) throw new Refused("at", phrase("training.workerTrainer.atThereIsNoMoment"));
      return this.line?.send({ type: "moment", at, ask });
    }
    if (comparison) return message.type === "pause" ? comparison.pause() : comparison.go();
    if (!current) throw new Refused("", phrase("training.workerTrainer.thereIsNoRunStart"));
    if (message.type === "pause") this.#pause(current);
    else this.#go(current, message.how ?? "run");
  }

  /** @param {any} message */
  #train(message) {
    const choices = /** @type {Choices} */ (this.choices);
    const request = requestOf(message, choices, this.#infos());
    const { go = "run" } = message;
    if (!["run", "nothing"].includes(go)) throw new Refused("go", phrase("training.workerTrainer.goRunOrNothing"));
    this.#endComparison();
    const frame = runFrame(request, newStatus(), null);
    const hows = [go === "run" ? "run" : ""];
    this.current = { request, hows, checkpoint: null, frame, sent: false, lost: 0 };
    this.#tell("run", frame.header, frame);
    this.#start(this.current);
  }

  #infos() {
    return this.sets.map(({ info }) => info);
  }

  /** The images of a set, loaded the first time; how far that is, pages hear. @param {string} name */
  #images(name) {
    const known = this.loaded.get(name);
    if (known) return known;
    const set = this.sets.find(({ info }) => info.name === name);
    const report = (/** @type {object} */ more) =>
      this.#tell("download", { type: "download", file: name, ended: false, error: "", done: 0, total: null, ...more });
    const loading = (async () => {
      if (!set) throw new Error(phrase("training.workerTrainer.thereAreNoImagesCalled", { name }));
      const images = await set.load((done, total) => report({ done, total }));
      report({ file: "", ended: true });
      return images;
    })();
    loading.catch((error) => {
      this.loaded.delete(name); // the next run tries again
      report({ file: "", ended: true, error: error.message });
    });
    this.loaded.set(name, loading);
    return loading;
  }

  /** The run goes to a worker, once its images are here. @param {Current} current */
  async #start(current) {
    try {
      const set = await this.#images(current.request.data);
      if (this.current !== current || this.destroyed) return;
      this.line ??= this.#newLine();
      this.line.give(set);
      const { request, hows, checkpoint } = current;
      this.line.send({ type: "train", request, hows, checkpoint });
      Object.assign(current, { sent: true, hows: [] });
    } catch (error) {
      this.#show(current, "failed", error instanceof Error ? error.message : String(error));
    }
  }

  #newLine() {
    const { worker, ask } = this.services;
    const make = /** @type {() => WorkerLike} */ (worker);
    const module = /** @type {WebAssembly.Module} */ (this.module);
    return new WorkerLine(
      make,
      module,
      (message) => this.#heard(message),
      (why) => this.#lost(why),
      ask,
    );
  }

  /** What the worker says. @param {any} message */
  #heard(message) {
    const { current } = this;
    const { type, frame } = message;
    if (type === "network") {
      this.answers.get(message.ask)?.resolve(message.network);
      this.answers.delete(message.ask);
    } else if (type === "refused") this.#tell("refused", message);
    if (!current || (frame?.header.number ?? message.number) !== current.request.number) return;
    if (type === "slept") this.#tell("slept", message);
    if (type === "checkpoint") Object.assign(current, { checkpoint: message.checkpoint, lost: 0 });
    if (type !== "frame") return; // of a run that another one has replaced, nothing is told
    if (frame.header.type === "run") current.frame = frame;
    this.#tell(frame.header.type, frame.header, frame);
  }

  /** The worker has ended by itself. @param {string} why */
  #lost(why) {
    const { current } = this;
    this.line = null;
    this.#forgetAnswers(phrase("training.workerTrainer.theWorkerThatTrainedIt"));
    if (!current?.sent) return;
    current.sent = false;
    const busy = UNDER_WAY.includes(current.frame.header.state);
    const from = current.checkpoint?.state.epoch ?? 0;
    const again = current.lost++ < AGAIN;
    const words =
      (why
        ? phrase("training.workerTrainer.theWorkerThatTrainedThis", { name: why.slice(0, 200) })
        : phrase("training.workerTrainer.theWorkerThatTrainedThis2")) +
      (busy && again
        ? current.checkpoint
          ? phrase("training.workerTrainer.anotherOneGoesOnFrom", { from })
          : phrase("training.workerTrainer.anotherOneGoesOnFrom2")
        : current.checkpoint
          ? phrase("training.workerTrainer.continueGoesOnFromEpoch", { from })
          : phrase("training.workerTrainer.continueGoesOnFromThe"));
    this.#show(current, "interrupted", words);
    if (!busy || !again) return;
    current.hows = ["run"];
    this.#start(current);
  }

  /** Tells of a run in another state. @param {Current} current @param {string} state @param {string} error */
  #show(current, state, error) {
    if (this.current !== current || this.destroyed) return;
    const frame = { ...current.frame, header: { ...current.frame.header, state, error } };
    current.frame = frame;
    this.#tell("run", frame.header, frame);
  }

  /** @param {Current} current @param {string} how */
  #go(current, how) {
    if (!["run", "example", "mini_batch", "epoch"].includes(how))
      throw new Refused("how", phrase("training.workerTrainer.howOneOfRunExample"));
    const { state } = current.frame.header;
    if (["finished", "diverged", "failed"].includes(state))
      throw new Refused("how", phrase("training.workerTrainer.thisRunHasEndedStart"));
    if (current.sent) return this.line?.send({ type: "go", how });
    const starts = state === "interrupted";
    if (how === "run") current.hows = [];
    current.hows.push(how);
    if (!starts) return;
    this.#show(current, "waiting", "");
    this.#start(current);
  }

  /** @param {Current} current */
  #pause(current) {
    if (current.sent) return this.line?.send({ type: "pause" });
    current.hows = [""];
    if (UNDER_WAY.includes(current.frame.header.state)) this.#show(current, "paused", "");
  }

  #forget() {
    this.current = null;
    this.line?.send({ type: "forget" });
    this.#endComparison();
    for (const type of ["run", "mistakes", "comparison"]) this.last.delete(type);
  }

  #endComparison() {
    this.comparison?.stop();
    this.comparison = null;
  }

  /** @param {any} message */
  #compare(message) {
    const choices = /** @type {Choices} */ (this.choices);
    const comparison = ComparisonTraining.of(message, choices, this.#infos(), {
      images: (name) => this.#images(name),
      line: (hear, lost) =>
        new WorkerLine(
          /** @type {() => WorkerLike} */ (this.services.worker),
          /** @type {WebAssembly.Module} */ (this.module),
          hear,
          lost,
          this.services.ask,
        ),
      tell: (frame) => this.comparison === comparison && this.#tell("comparison", frame.header, frame),
      cores: this.services.cores,
    });
    this.current = null;
    this.line?.end(); // its memory is for those of the comparison
    this.line = null;
    this.#endComparison();
    this.comparison = comparison;
    comparison.go();
  }

  /** @param {string} why */
  #forgetAnswers(why) {
    for (const { reject } of this.answers.values()) reject(gone(why));
    this.answers.clear();
  }
}

/** An error of a network that is no longer kept. @param {string} why */
const gone = (why) => Object.assign(new Error(why), { gone: true });
