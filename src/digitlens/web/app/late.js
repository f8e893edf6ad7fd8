// @ts-check
// The journeys besides Read, and what stands beneath the network there, as one piece, which is loaded when the first of
// them is wanted.

export { compareView } from "../views/compare/compare.js";
export { readDetails } from "../views/read/details.js";
export { guessView } from "../views/guess/guess.js";
export { labView } from "../views/lab/lab.js";
export { learnView } from "../views/learn/learn.js";
export { neuronView } from "../views/neuron/neuron.js";
export { storyView } from "../views/story/story.js";
export { trainView } from "../views/train/train.js";
export { openWorksheet } from "../views/worksheet/worksheet.js";
