// @ts-check
// What the server `digitlens app` offers, as services: networks, pictures, its laboratory, its reader of whole pages,
// and training.

import { sameShape, pixelsOf, shapeName } from "../core/shape.js";
import { readModelFile } from "../model/model_file.js";
import { fetched } from "../train/data/fetched.js";
import { packedSet } from "../train/data/packed.js";
import { createLive, visitorName } from "../train/live.js";
import { browserStorage } from "./browser.js";
import { dataFor } from "../views/shared/data_images.js";
import { unpacked } from "../views/shared/unpacked.js";
import { reasonOf } from "../texts/language.js";
import { phrase } from "../texts/first.js";

/** @typedef {import("../views/shared/services.js").Images} Images */
/** @typedef {import("../views/shared/services.js").Networks} Networks */
/** @typedef {import("../views/shared/services.js").Offered} Offered */
/** @typedef {import("../views/shared/services.js").Services} Services */
/** @typedef {import("../model/model_file.js").StoredNetwork} Network */

const DEFAULT = "video"; // a network that ships
const ALONE = ["localhost", "127.0.0.1", "[::1]"];

/** What the server answers at an address. @param {string} address @returns {Promise<Response>} */
const asked = (address) =>
  fetch(address).catch(() => {
    throw new Error(phrase("hosts.server.theServerIsGone"));
  });

/** What lies there; throws an Error in words. @param {string} address */
export async function got(address) {
  const answer = await asked(address);
  if (!answer.ok) throw new Error(phrase("hosts.server.theServerAnswers", { status: answer.status }));
  return answer;
}

/** A network of the server's, by name. @param {string} name @returns {Promise<Network>} */
async function network(name) {
  const answer = await got(`networks/${encodeURIComponent(name)}.digitlens`);
  return { ...readModelFile(new Uint8Array(await answer.arrayBuffer())), name };
}

/** What the server has; nothing, where there is none. @returns {Promise<Offered[]>} */
async function offered() {
  try {
    return await (await got("api/networks")).json();
  } catch {
    return [];
  }
}

/**
 * The network that the server was started with. Where the page cannot compute that one, for only Python knows its
 * activation function, the one that ships takes its place, and `why` says so.
 * @type {Networks["first"]}
 */
async function first() {
  const name = (await offered()).find((one) => "default" in one && one.default)?.name ?? DEFAULT;
  try {
    return { network: await network(name), why: "" };
  } catch (error) {
    if (name === DEFAULT) throw error;
    const why = phrase("hosts.server.isShownInPlaceOf", { standIn: DEFAULT, name, why: reasonOf(error) });
    return { network: await network(DEFAULT), why };
  }
}

/** @type {Networks} */
export const serverNetworks = { first, offered, fetch: network };

/** @type {NonNullable<Services["examples"]>} */
export const serverExamples = async (digit) => (await got(`examples/${digit}.png`)).blob();

/** The sets of images that the server was started with; asked once. @type {Promise<string[]> | null} */
let sets = null;

/** @type {Images} */
export async function serverImages(network, on, from, count) {
  const data = dataFor(network);
  if (data === "folder") {
    sets ??= got("api/health").then(async (answer) => (await answer.json()).data);
    sets.catch(() => (sets = null)); // nobody answers: it is asked again the next time
    if (!(await sets).includes(data)) return phrase("hosts.server.theServerHasNoFolder");
  }
  const answer = await asked(`api/images?data=${data}&on=${on}&from=${from}&count=${count}`);
  if (!answer.ok) {
    const { error } = await answer.json().catch(() => ({}));
    const why = error
      ? phrase("training.live.theServerSays", { error })
      : phrase("hosts.server.theServerAnswers", { status: answer.status });
    if (answer.status === 404) return why;
    throw new Error(why);
  }
  const header = (/** @type {string} */ name) => Number(answer.headers.get(`X-Digitlens-${name}`));
  const shape = { rows: header("Rows"), columns: header("Columns") };
  if (!sameShape(shape, network.shape)) return phrase("hosts.server.theImagesOfTheServers", { size: shapeName(shape) });
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const size = pixelsOf(shape);
  const n = bytes.length / (1 + size);
  if (!Number.isInteger(n) || !n) throw new Error(phrase("hosts.server.theServerSentBytesWhich", { n: bytes.length }));
  const images = Array.from(bytes.subarray(0, n), (label, i) => ({
    label,
    number: from + i,
    pixels: bytes.subarray(n + size * i, n + size * (i + 1)),
  }));
  if (images.some(({ label }) => label >= network.classes.length))
    return phrase("hosts.server.theServersFolderHasMore", { n: network.classes.length });
  return { total: header("Total"), images };
}

/** @type {NonNullable<Services["pageReader"]>} */
export async function serverPageReader(picture) {
  try {
    const answer = await fetch("api/read?page=1", { method: "POST", body: picture });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null; // the server is gone
  }
}

/**
 * What hidden neurons look for, as the laboratory of the server sees it.
 * @returns {NonNullable<Services["looksFor"]>}
 */
export function serverLooksFor() {
  let known = /** @type {Offered[]} */ ([]);
  return async (fingerprint, layer, neuron) => {
    if (!known.length) known = await offered();
    const same = known.find((one) => one.fingerprint === fingerprint);
    if (!same) return null;
    try {
      const answer = await fetch(`api/neuron/${encodeURIComponent(same.name)}/${layer}/${neuron}`);
      if (answer.status === 404) return null; // it has no images for it
      if (!answer.ok) return phrase("hosts.server.theServerHasTooMuch");
      const told = await answer.json();
      return told.fingerprint === fingerprint ? unpacked(told) : null;
    } catch {
      return null; // the server is gone
    }
  };
}

/** Whether the server is on this computer, and for nobody else. */
export const serverIsHere = () => ALONE.includes(location.hostname);

/** What whoever shares a link must know of it. */
export const serverShare = () => (serverIsHere() ? phrase("hosts.server.thisAddressIsForThis") : "");

/** The pen digits, for training in the tab. @returns {Promise<import("../train/tab_services.js").TabSet[]>} */
export async function serverPenDigits() {
  const header = await (await got("train/data/pen.json")).json();
  const caches = browserStorage().site ? window.caches : undefined; // none in a private window or a foreign frame
  const means = { fetch: window.fetch.bind(window), caches };
  const open = (/** @type {import("../train/tab_services.js").Progress} */ progress, /** @type {boolean} */ anew) =>
    fetched("train/data/pen.digits", header.packed + 2 ** 17, header.sha256, progress, means, anew);
  return [packedSet(header, open, { default: true })];
}

/** The server as a trainer. @param {Storage | null} storage   of the tab */
export function serverTrainer(storage) {
  const visitor = visitorName(storage);
  return createLive({
    socket: new URL("api/live", location.href.replace(/^http/, "ws").replace(/[?#].*$/, "")).href,
    visitor,
    isHere,
    network: (record) => trained(visitor, record),
  });
}

/** Whether the page itself can still be had. @returns {Promise<boolean>} */
async function isHere() {
  try {
    return (await fetch("icon.svg", { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(4_000) })).ok;
  } catch {
    return false;
  }
}

/** @param {string} visitor @param {number | "latest"} record @returns {Promise<Uint8Array>} */
async function trained(visitor, record) {
  const answer = await asked(`api/runs/${visitor}/${record}.digitlens`);
  if (answer.status === 404) {
    const why =
      record === "latest" ? phrase("hosts.server.theServerNoLongerHas") : phrase("hosts.server.thisSnapshotIsNoLonger");
    throw Object.assign(new Error(why), { gone: true });
  }
  if (!answer.ok) throw new Error(phrase("hosts.server.theServerAnswers", { status: answer.status }));
  return new Uint8Array(await answer.arrayBuffer());
}
