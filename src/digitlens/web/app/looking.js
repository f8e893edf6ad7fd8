// @ts-check
// The journeys that look inside, at once: for hosts that bring along all that they show.

import { readDetails } from "../views/read/details.js";
import { guessView } from "../views/guess/guess.js";
import { learnView } from "../views/learn/learn.js";
import { neuronView } from "../views/neuron/neuron.js";
import { openWorksheet } from "../views/worksheet/worksheet.js";

/** @type {import("../views/shared/services.js").Services["journeys"]} */
export const LOOKING = {
  read: async () => readDetails,
  neuron: async () => neuronView,
  learn: async () => learnView,
  guess: async () => guessView,
  worksheet: async () => openWorksheet,
};
