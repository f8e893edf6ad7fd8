// @ts-check
// The journeys besides Read, loaded when the first of them is wanted. A host takes those that it has.

/** @typedef {import("../views/shared/services.js").Services} Services */
/** @typedef {import("../train/trainer.js").Trainer} Trainer */

const late = () => import("./late.js");

/** Those that train are there only where there is a trainer. @type {Services["journeys"]} */
export const ALL = {
  read: async () => (await late()).readDetails,
  neuron: async () => (await late()).neuronView,
  learn: async () => (await late()).learnView,
  guess: async () => (await late()).guessView,
  worksheet: async () => (await late()).openWorksheet,
  lab: async () => (await late()).labView,
  train: async () => {
    const { trainView } = await late();
    return (app) => trainView(app, /** @type {Trainer} */ (app.live));
  },
  compare: async () => {
    const { compareView } = await late();
    return (app) => compareView(app, /** @type {Trainer} */ (app.live));
  },
  story: async () => (await late()).storyView,
};
