// @ts-check
// The static site: plain files on any web host, and after the first visit without one.

import { ALL } from "../app/loaders.js";
import { siteExamples, siteNetworks } from "./files.js";
import { hostStyles } from "./styles.js";
import { wholePage } from "./whole_page.js";

wholePage({
  networks: siteNetworks(),
  styles: hostStyles(),
  journeys: ALL,
  examples: siteExamples,
  share: () => "",
});
navigator.serviceWorker?.register("service_worker.js").catch(() => {}); // a browser or a frame that allows none
