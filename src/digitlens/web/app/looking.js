// @ts-check
// The journeys that look inside, at once: for hosts that bring along all that they show.

import { learnView } from "../views/learn/learn.js";
import { neuronView } from "../views/neuron/neuron.js";

/** @type {import("../views/shared/services.js").Services["journeys"]} */
export const LOOKING = { neuron: async () => neuronView, learn: async () => learnView };
