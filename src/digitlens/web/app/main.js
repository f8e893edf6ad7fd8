// @ts-check
// The start: the network that the server was started with, the page around it, and a word where it cannot be.

import { fetchNetwork } from "../views/shared/network_file.js";
import { clear, h } from "../views/shared/dom.js";
import { createApp } from "./app.js";
import { followJourneys } from "./journeys.js";
import { allLoaded } from "./late_view.js";
import { fillPage } from "./page.js";
import { remembered } from "./tab_storage.js";

/** @typedef {import("../model/model_file.js").StoredNetwork} Network */

const DEFAULT = "video"; // a network that ships

/**
 * The name of the network that the server was started with; without such a server, of the one that ships.
 * @returns {Promise<string>}
 */
async function wantedName() {
  try {
    const offered = await (await fetch("api/networks")).json();
    return offered.find((/** @type {{default: boolean}} */ one) => one.default)?.name ?? DEFAULT;
  } catch {
    return DEFAULT;
  }
}

/**
 * The network that the server was started with. Where the page cannot compute that one, for only Python knows its
 * activation function, the one that ships takes its place, and `why` says so.
 * @returns {Promise<{network: Network, why: string}>}
 */
async function firstNetwork() {
  const name = await wantedName();
  try {
    return { network: await fetchNetwork(name), why: "" };
  } catch (error) {
    if (name === DEFAULT) throw error;
    const network = await fetchNetwork(DEFAULT);
    return {
      network,
      why: `${DEFAULT} is shown in place of ${name}: ${error instanceof Error ? error.message : error}.`,
    };
  }
}

async function start() {
  try {
    const { network, why } = await firstNetwork();
    const app = createApp(network, remembered(), fillPage);
    followJourneys(app);
    if (why) app.say(why);
    Object.assign(window, { digitlens: app }); // for the curious, in the browser's console
    await allLoaded();
    document.documentElement.dataset.ready = "true";
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    clear(
      /** @type {HTMLElement} */ (document.querySelector("main")),
      h("p", { class: "trouble", role: "alert" }, `Digitlens could not start: ${why}. Reload the page to try again.`),
    );
  }
}

start();
