// @ts-check
// What pages with one component have in common: it fills the page, follows its address, and may stand in a frame.

import { createApp } from "../app/create_app.js";
import { browserStorage, pageAddress } from "./browser.js";
import { chosenLanguage } from "./languages.js";
import { embedding, ownersAddress, tellOwner } from "./embed.js";

/** @typedef {import("../views/shared/services.js").Services} Services */

/**
 * @param {Pick<Services, "networks" | "styles" | "journeys"> & Partial<Services>} services
 * @param {import("./languages.js").Translations} [translations]   the texts that it has besides the English ones
 */
export async function wholePage(services, translations) {
  const { documentElement: html } = document;
  const embedded = embedding(location.search, ownersAddress());
  const place = /** @type {HTMLElement} */ (document.querySelector("main"));
  const storage = browserStorage();
  const languages = await chosenLanguage(translations, storage.site);
  const { ready, whole } = createApp(place, {
    address: pageAddress(),
    storage,
    languages,
    themed: (theme) => (html.dataset.theme = theme),
    only: embedded?.parts ?? null,
    bare: embedded !== null,
    ...services,
  });
  ready.then((app) => {
    Object.assign(window, { digitlens: app }); // for the curious, in the browser's console
    html.dataset.ready = "true";
    if (embedded) tellOwner(app, embedded);
  });
  Promise.all([ready, whole]).then(() => (html.dataset.whole = "true"));
}
