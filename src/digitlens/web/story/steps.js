// @ts-check
// The story in fourteen steps: what each says, which view it shows in which state, and what there is to try.
//
// A step is a value, and knows no page. Its texts are functions of the facts, so that they stay true for another
// network; its states and changes are what app.set() and app.setNetwork() take.

import { copy } from "../core/network.js";
import { DIGIT_SHAPE } from "../core/shape.js";
import { inkStrokes } from "../picture/strokes.js";
import { PEN } from "../model/reading.js";
import { edge } from "../core/presets.js";
import { noise } from "../model/nonsense.js";
import { examplesOf, spelled } from "./facts.js";
import { LEARNING, MEASURED } from "./learning.js";
import { drawn, EIGHT, FOUR, NINE, ONE, SCRIBBLE, SEVEN, shared, THREES, TWO } from "./strokes.js";
import { phrase } from "../texts/later.js";

/** @typedef {import("../model/state.js").State} State */
/** @typedef {import("../model/model_file.js").StoredNetwork} Network */
/** @typedef {import("./step.js").Step} Step */

const RESTLESS = 5; // as much as the buttons move a bias
const { rows, columns } = DIGIT_SHAPE;
const threes = shared(THREES.map(({ strokes }) => inkStrokes(strokes, rows, columns, PEN)));
const LEVEL_EDGE = { row: 9, column: 14, angle: 0, strength: 1.5 };
const NONSENSE = 5; // the seed of a picture of noise

/** @type {Step[]} */
export const STEPS = [
  {
    title: () => phrase("story.steps.easyToSeeHardTo"),
    says: () => [
      phrase("story.steps.youReadThis3Without", { some: threes.some, all: threes.all }),
      phrase("story.steps.tryToWriteDownWhat"),
      phrase("story.steps.soNobodyWritesRulesHere"),
    ],
    shows: "read",
    part: "#pad",
    state: drawn(THREES[0].strokes),
    hint: () => phrase("story.steps.drawA3OfYour"),
    tries: THREES.map(({ name, strokes }) => ({ label: name, state: drawn(strokes) })),
  },
  {
    title: () => phrase("story.steps.aNeuronHoldsANumber"),
    says: () => [
      phrase("story.steps.forgetBrainsForAMoment"),
      phrase("story.steps.thePictureHas28Rows"),
      phrase("story.steps.theCirclesInTheNetwork"),
    ],
    shows: "read",
    part: "#network",
    state: drawn(TWO),
    beside: "pixels",
    hint: () => phrase("story.steps.pointAtAPixelOf"),
    tries: [
      { label: () => "A thin 1", state: drawn(ONE) },
      { label: () => "A 2 again", state: drawn(TWO) },
    ],
  },
  {
    title: () => phrase("story.steps.layerByLayer"),
    says: ({ shape, hidden, outputs }) => [
      phrase("story.steps.theNetworkIsARow", { shape, outputs }),
      phrase("story.steps.theyAreCalledHiddenFor", { hidden }),
      phrase("story.steps.whatOneLayerHoldsDecides"),
    ],
    shows: "read",
    part: "#network",
    state: { ...drawn(NINE), ask: "1" },
    hint: () => phrase("story.steps.drawSlowlyAndWatchThe"),
    tries: [
      { label: () => "A 9", state: drawn(NINE) },
      { label: () => "A 4", state: drawn(FOUR) },
      { label: () => "A 7", state: drawn(SEVEN) },
    ],
  },
  {
    title: () => phrase("story.steps.weightsAreAPicture"),
    says: () => [
      phrase("story.steps.howDoesOneLayerDecide"),
      phrase("story.steps.blueIsAPositiveWeight"),
      phrase("story.steps.nowMultiplyEachWeightBy"),
    ],
    shows: "neuron",
    part: "[data-part=neuron-inputs]",
    state: { ...drawn(SEVEN), layer: 1, neuron: 10, source: null },
    hint: () => phrase("story.steps.clickAPixelOfIts"),
    tries: [
      { label: () => "A 7", state: drawn(SEVEN) },
      { label: () => phrase("story.steps.an8"), state: drawn(EIGHT) },
      { label: () => phrase("story.steps.anotherNeuron"), state: { neuron: 4, source: null } },
    ],
  },
  {
    title: () => phrase("story.steps.theBiasHowMuchIs"),
    says: () => [
      phrase("story.steps.aSumAloneDoesNot"),
      phrase("story.steps.thatIsWhatTheBias"),
      phrase("story.steps.soTheWeightsSayWhat"),
    ],
    shows: "neuron",
    part: ".sliders",
    state: { ...drawn(SEVEN), layer: 1, neuron: 0, source: null },
    hint: () => phrase("story.steps.dragTheBiasFurtherDown"),
    tries: [
      {
        label: () => phrase("story.steps.biasLower", { more: RESTLESS }),
        change: (network, state) => withBias(network, state, -RESTLESS),
      },
      {
        label: () => phrase("story.steps.biasHigher", { more: RESTLESS }),
        change: (network, state) => withBias(network, state, RESTLESS),
      },
      { label: () => phrase("story.steps.asItWas"), restore: true },
    ],
  },
  {
    title: () => phrase("story.steps.squeezedBetween0And1"),
    says: ({ activation }) => [
      phrase("story.steps.theTotalZCanBe"),
      phrase("story.steps.z11ETo", { examples: examplesOf("sigmoid") }),
      activation === "sigmoid"
        ? phrase("story.steps.theYellowPointOnThe")
        : phrase("story.steps.theHiddenNeuronsOfThe", { activation }),
    ],
    shows: "neuron",
    part: "[data-part=neuron-curve]",
    state: { ...drawn(SEVEN), layer: 1, neuron: 4, source: null, ask: "1" },
    hint: () => phrase("story.steps.drawAndWatchThePoint"),
    tries: [
      { label: () => "A 7", state: drawn(SEVEN) },
      { label: () => "A 4", state: drawn(FOUR) },
      { label: () => "A 9", state: drawn(NINE) },
      { label: () => "A 1", state: drawn(ONE) },
    ],
  },
  {
    title: () => phrase("story.steps.countingTheKnobs"),
    says: ({ parameters, bytes }) => [
      phrase("story.steps.howManyNumbersDecideWhat"),
      phrase("story.steps.thatMakesKnobsStoredIn", { parameters, bytes }),
      phrase("story.steps.readingNeverTurnsAKnob"),
    ],
    reckoning: ({ counting }) => counting,
    shows: "read",
    part: "#network",
    state: drawn(SEVEN),
    hint: () => phrase("story.steps.withRandomKnobsDrawAnything"),
    tries: [
      {
        label: () => phrase("story.steps.turnEveryKnobAtRandom"),
        change: randomised,
        says: () => phrase("story.steps.everyWeightAndBiasIs"),
      },
      { label: () => phrase("story.steps.backToWhatItLearned"), restore: true },
    ],
  },
  {
    title: () => phrase("story.steps.allOfItIsOne"),
    says: ({ outputs, parameters }) => [
      phrase("story.steps.weightsSumsBiasesCurveFor", { outputs, parameters }),
      phrase("story.steps.aFunctionAlwaysAnswersIt"),
      phrase("story.steps.itsOutputsAreNoProbabilities"),
    ],
    live: ({ answer }) => `${answer}.`,
    shows: "read",
    part: "#network",
    state: { strokes: [], ...noise(NONSENSE, DIGIT_SHAPE), prepare: true, ask: "1" },
    hint: () => phrase("story.steps.scribbleUntilItIsSure"),
    tries: [
      { label: () => phrase("story.steps.noise"), state: { strokes: [], ...noise(NONSENSE, DIGIT_SHAPE) } },
      { label: () => phrase("story.steps.otherNoise"), state: { strokes: [], ...noise(NONSENSE + 1, DIGIT_SHAPE) } },
      { label: () => "A scribble", state: drawn(SCRIBBLE) },
      { label: () => "A 7", state: drawn(SEVEN) },
    ],
  },
  {
    title: () => phrase("story.steps.doTheLayersDoWhat"),
    says: ({ firstLayer, accuracy, measured }) => [
      phrase("story.steps.theHopeIsABeautiful"),
      phrase("story.steps.lookForEdgesInThe", {
        first:
          firstLayer === spelled(16)
            ? phrase("story.steps.besideThisTextAreThe", { firstLayer })
            : phrase("story.steps.besideThisTextAreThe2", { firstLayer }),
        then: accuracy && measured ? phrase("story.steps.stillItReadOfThe", { accuracy }) : "",
      }),
      phrase("story.steps.soWasTheHopeWrong"),
    ],
    beside: "weights",
    shows: "neuron",
    part: "[data-part=neuron-inputs]",
    state: { ...drawn(SEVEN), layer: 1, neuron: 12, source: null },
    hint: () => phrase("story.steps.paintADetectorOfYour"),
    tries: [
      {
        label: () => phrase("story.steps.makeThisNeuronFindA"),
        change: withEdge,
        says: () => phrase("story.steps.positiveOnAShortLevel"),
      },
      { label: () => phrase("story.steps.asItWas"), restore: true },
    ],
  },
  ...LEARNING,
  {
    title: () => phrase("story.steps.reluAndWhatToBelieve"),
    says: ({ activation }) => [
      phrase("story.steps.networksOfTodaySeldomSqueeze", { examples: examplesOf("relu") }),
      phrase("story.steps.theUsualReasonIsLearning"),
      phrase("story.steps.doesItReadDigitsBetter", {
        first: activation === "sigmoid" ? phrase("story.steps.swappingTheCurveAloneAs") : "",
      }),
    ],
    shows: "neuron",
    part: "[data-part=neuron-curve]",
    state: { ...drawn(NINE), layer: 1, neuron: 10, source: null },
    hint: () => phrase("story.steps.withReluInPlaceDraw"),
    tries: [
      {
        label: () => phrase("story.steps.putReluIntoTheHidden"),
        change: withRelu,
        says: () => phrase("story.steps.theHiddenLayersUseRelu"),
      },
      { label: () => phrase("story.steps.asItWas"), restore: true },
    ],
  },
  MEASURED,
];

/** @param {Network} network @param {State} state @param {number} more @returns {Network} */
function withBias(network, { layer, neuron }, more) {
  const next = copy(network);
  next.layers[layer - 1].biases[neuron] += more;
  return next;
}

/**
 * The neuron in focus looks for a level edge, as strongly as the layer's strong weights.
 * @param {Network} network
 * @param {State} state
 * @returns {Network}
 */
function withEdge(network, { layer, neuron }) {
  const next = copy(network);
  const { weights, before } = next.layers[0];
  if (layer === 1) weights.set(edge(LEVEL_EDGE, next.shape), neuron * before);
  return next;
}

/** @param {Network} network @returns {Network} */
function withRelu(network) {
  return { ...network, activations: network.activations.map((name, l, all) => (l < all.length - 1 ? "relu" : name)) };
}

/**
 * Weights from a normal distribution whose variance is one over the number of inputs, and biases of the same kind with
 * variance 1: as a network is before it has learned anything.
 * @param {Network} network
 * @returns {Network}
 */
function randomised(network) {
  const next = copy(network);
  const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
  for (const { weights, biases, before } of next.layers) {
    for (let i = 0; i < weights.length; i++) weights[i] = normal() / Math.sqrt(before);
    for (let i = 0; i < biases.length; i++) biases[i] = normal();
  }
  return next;
}
