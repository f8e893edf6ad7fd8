// @ts-check
// The story's steps on learning: the cost, the way back, thousands of small steps; and the measurement at its end.

import { drawn, FOUR, NINE, SEVEN, TWO } from "./strokes.js";
import { phrase } from "../texts/later.js";

/** @typedef {import("./step.js").Step} Step */

const WATCHED = Object.freeze({ live: "1" }); // trains at once, and again at every change

/** @type {Step[]} */
export const LEARNING = [
  {
    title: () => phrase("story.learning.howWrongIsIt"),
    says: () => [
      phrase("story.learning.toLearnANetworkMust"),
      phrase("story.learning.forEachOutputTakeThe"),
      phrase("story.learning.learningAsksForOneThing"),
    ],
    shows: "learn",
    part: "[data-part=learn-cost]",
    state: { ...drawn(FOUR), target: 9, layer: 3, neuron: 9, source: null },
    hint: () => phrase("story.learning.chooseAnotherAnswerAndSee"),
    tries: [
      { label: () => phrase("story.learning.itIsA4After"), state: { target: 4 } },
      { label: () => phrase("story.learning.sayItWasA9"), state: { target: 9 } },
      { label: () => "A 2", state: { ...drawn(TWO), target: 2 } },
    ],
  },
  {
    title: () => phrase("story.learning.theBlameGoesBackwards"),
    says: () => [
      phrase("story.learning.whichKnobIsToBlame"),
      phrase("story.learning.soThatLayerLearnsWhat"),
      phrase("story.learning.turnEachOfThemA"),
    ],
    shows: "learn",
    part: ".stages",
    state: { ...drawn(NINE), target: 4, layer: 2, neuron: 3, source: null, ask: "1" },
    hint: () => phrase("story.learning.openTheLastStageAnd"),
    tries: [
      { label: () => phrase("story.learning.forA9"), state: { target: 9 } },
      { label: () => phrase("story.learning.forA4"), state: { target: 4 } },
      { label: () => phrase("story.learning.anotherPictureA7"), state: { ...drawn(SEVEN), target: 7 } },
    ],
  },
  {
    title: () => phrase("story.learning.thousandsOfSmallSteps"),
    says: () => [
      phrase("story.learning.onePicturesWishesWouldOnly"),
      phrase("story.learning.howLargeAStepThat"),
      phrase("story.learning.theCurvesSayHowIt"),
    ],
    shows: "train",
    part: "[data-part=train-curves]",
    state: { ...drawn(SEVEN), settings: WATCHED },
    hint: () => phrase("story.learning.dragTheSliderOfThe"),
    tries: [
      {
        label: () => phrase("story.learning.aTinyRate001"),
        state: { settings: { ...WATCHED, learning_rate: "0.01" } },
      },
      { label: () => phrase("story.learning.aGoodOne075"), state: { settings: { ...WATCHED, learning_rate: "0.75" } } },
      { label: () => phrase("story.learning.farTooLarge30"), state: { settings: { ...WATCHED, learning_rate: "30" } } },
    ],
  },
];

/** @type {Step} */
export const MEASURED = {
  title: () => phrase("story.learning.askAndMeasure"),
  says: () => [
    phrase("story.learning.sigmoidOrReluTrainBoth"),
    phrase("story.learning.pressCompareSixRunsOf"),
    phrase("story.learning.theWinnerWinsAtThis"),
  ],
  shows: "compare",
  part: ".compare-view",
  state: { ...drawn(NINE), settings: Object.freeze({ vary: "activation" }) },
  hint: () => phrase("story.learning.compareTwoHiddenLayersWith"),
  tries: [
    { label: () => phrase("story.learning.sigmoidOrRelu"), state: { settings: { vary: "activation" } } },
    {
      label: () => phrase("story.learning.theSameAtALower"),
      state: { settings: { vary: "activation", learning_rate: "0.1" } },
    },
    {
      label: () => phrase("story.learning.twoLearningRates"),
      state: { settings: { vary: "learning_rate", first: "0.75", second: "0.1" } },
    },
  ],
  after: [
    { label: () => phrase("story.learning.drawDigitsOfYourOwn"), view: "read" },
    { label: () => phrase("story.learning.edgesOrLoopsSeeWhat"), view: "lab" },
    { label: () => phrase("story.learning.trainANetworkOfYour"), view: "train" },
  ],
};
