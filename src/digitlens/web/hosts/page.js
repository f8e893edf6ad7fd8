// @ts-check
// The served page: everything that the server offers, and training in the tab beside it.

import { ALL } from "../app/loaders.js";
import { eitherTrainer } from "../train/either_trainer.js";
import { browserStorage } from "./browser.js";
import {
  got,
  serverExamples,
  serverImages,
  serverLooksFor,
  serverNetworks,
  serverPageReader,
  serverIsHere,
  serverPenDigits,
  serverShare,
  serverTrainer,
} from "./server.js";
import { siteLaboratory } from "./files.js";
import { filesBeside } from "./languages.js";
import { hostStyles } from "./styles.js";
import { tabTrainer } from "./tab.js";
import { wholePage } from "./whole_page.js";

const { tab, site } = browserStorage();
const bundled = import.meta.url.includes("/built/"); // or the modules themselves, as whoever works on them gets them
const inTab = tabTrainer("train/", serverPenDigits, () =>
  bundled ? new Worker("built/page/worker.js") : new Worker("train/worker.js", { type: "module" }),
);

const services = {
  networks: serverNetworks,
  styles: hostStyles(),
  journeys: ALL,
  examples: serverExamples,
  images: serverImages,
  trainer: eitherTrainer([serverTrainer(tab), inTab], site),
  serverIsHere: serverIsHere(),
  pageReader: serverPageReader,
  pictureWorker: () =>
    bundled ? new Worker("built/page/pictures.js") : new Worker("picture/worker.js", { type: "module" }),
  looksFor: serverLooksFor(),
  laboratory: siteLaboratory(),
  share: serverShare,
};
wholePage(services, filesBeside(got));
