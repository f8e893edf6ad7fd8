// @ts-check
// The served page: everything that the server offers.

import { ALL } from "../app/loaders.js";
import { browserStorage } from "./browser.js";
import {
  serverExamples,
  serverImages,
  serverLooksFor,
  serverNetworks,
  serverPageReader,
  serverShare,
  serverTrainer,
} from "./server.js";
import { hostStyles } from "./styles.js";
import { wholePage } from "./whole_page.js";

wholePage({
  networks: serverNetworks,
  styles: hostStyles(),
  journeys: ALL,
  examples: serverExamples,
  images: serverImages,
  trainer: serverTrainer(browserStorage().tab),
  pageReader: serverPageReader,
  looksFor: serverLooksFor(),
  share: serverShare,
});
