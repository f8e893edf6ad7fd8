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
import { examplesOf } from "./facts.js";
import { LEARNING, MEASURED } from "./learning.js";
import { drawn, EIGHT, FOUR, NINE, ONE, SCRIBBLE, SEVEN, shared, THREES, TWO } from "./strokes.js";

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
    title: "Easy to see, hard to write down",
    says: () => [
      "You read this 3 without any effort. Now look at the other two. They are 3s as well, yet their ink lies " +
        `elsewhere: ${threes.some} of the 784 pixels are inked in at least one of the three, and only ` +
        `${threes.all} in all of them.`,
      "Try to write down what makes a 3. Two bows, open to the left? Then say how round a bow must be, how " +
        "open, how large, how slanted. Whatever rule you write, somebody’s handwriting breaks it.",
      "So nobody writes rules here. Instead we take a machine with many knobs, and let examples turn them " +
        "until it reads. This page is that machine, with its cover off.",
    ],
    shows: "read",
    state: drawn(THREES[0].strokes),
    hint: "draw a 3 of your own, as odd as you like",
    tries: THREES.map(({ name, strokes }) => ({ label: name, state: drawn(strokes) })),
  },
  {
    title: "A neuron holds a number",
    says: () => [
      "Forget brains for a moment: a neuron here is a thing that holds one number. That number is called its " +
        "activation.",
      "The picture has 28 rows of 28 pixels, and each of these 784 pixels is a neuron. It holds 0 where there " +
        "is no ink, 1 where there is all of it, and something between at the rim of a stroke. Together they are " +
        "the first layer, layer 0.",
      "The circles in the network are neurons too. Each shows the number that it holds, and is the brighter " +
        "the larger that number is.",
    ],
    shows: "read",
    state: drawn(TWO),
    beside: "pixels",
    hint: "point at a pixel of the picture here in the card",
    tries: [
      { label: "A thin 1", state: drawn(ONE) },
      { label: "A 2 again", state: drawn(TWO) },
    ],
  },
  {
    title: "Layer by layer",
    says: ({ shape, hidden, outputs }) => [
      `The network is a row of layers: ${shape}. The picture is the first. The last has ${outputs} neurons, ` +
        "one for each digit: the larger its number, the more this network takes the picture for that digit. The " +
        "largest wins, and gets the box.",
      `${hidden} They are called hidden for no deeper reason than that they are neither picture nor answer. ` +
        "How many there are, and how large, was a choice.",
      "What one layer holds decides what the next one holds. That is all that ever happens: from left to " +
        "right, number by number.",
    ],
    shows: "read",
    state: { ...drawn(NINE), ask: "1" },
    hint: "draw slowly, and watch the pattern in the middle change before the answer does",
    tries: [
      { label: "A 9", state: drawn(NINE) },
      { label: "A 4", state: drawn(FOUR) },
      { label: "A 7", state: drawn(SEVEN) },
    ],
  },
  {
    title: "Weights are a picture",
    says: () => [
      "How does one layer decide the next? Take a single neuron of the first hidden layer. Between every pixel " +
        "and this neuron stands a number, its weight: 784 pixels, 784 weights. Laid out like the pixels, they " +
        "make a picture.",
      "Blue is a positive weight: ink there speaks for this neuron. Red is a negative one: ink there speaks " +
        "against it. Black hardly cares.",
      "Now multiply each weight by the ink on its pixel, and add up all the products. The sum is large when " +
        "the ink lies on blue and keeps off red. The neuron looks for something, and the sum says how much of it " +
        "is there.",
    ],
    shows: "neuron",
    state: { ...drawn(SEVEN), layer: 1, neuron: 10, source: null },
    hint: "click a pixel of its weights, and find that product in the sum",
    tries: [
      { label: "A 7", state: drawn(SEVEN) },
      { label: "An 8", state: drawn(EIGHT) },
      { label: "Another neuron", state: { neuron: 4, source: null } },
    ],
  },
  {
    title: "The bias: how much is enough",
    says: () => [
      "A sum alone does not say when a neuron should speak up. Perhaps it should stay silent until the " +
        "evidence is strong.",
      "That is what the bias is for: one more number for each neuron, added to its sum. With a bias of −10, " +
        "the weighted sum must come to more than 10 before the total, called z, gets above zero. With a positive " +
        "bias the neuron is ready to speak even without evidence.",
      "So the weights say what a neuron looks for, and the bias says how much of it there must be.",
    ],
    shows: "neuron",
    state: { ...drawn(SEVEN), layer: 1, neuron: 0, source: null },
    hint: "drag the bias further down in this view, and see z follow",
    tries: [
      { label: `Bias ${RESTLESS} lower`, change: (network, state) => withBias(network, state, -RESTLESS) },
      { label: `Bias ${RESTLESS} higher`, change: (network, state) => withBias(network, state, RESTLESS) },
      { label: "As it was", restore: true },
    ],
  },
  {
    title: "Squeezed between 0 and 1",
    says: ({ activation }) => [
      "The total z can be any number, far below zero or far above. An activation is to lie between 0 and 1. So " +
        "z is sent through a curve that is flat at both ends and steep in the middle: the sigmoid, written σ.",
      `σ(z) = 1 / (1 + e to the power of −z). Through it, ${examplesOf("sigmoid")}. The far ends hardly ` +
        "differ; what counts is on which side of zero z falls, and how clearly.",
      activation === "sigmoid"
        ? "The yellow point on the curve is this neuron, at this moment. What it holds is read off at the side."
        : `The hidden neurons of the network you have loaded use ${activation} instead; the curve you see is the ` +
          "one of the neuron in focus.",
    ],
    shows: "neuron",
    state: { ...drawn(SEVEN), layer: 1, neuron: 4, source: null, ask: "1" },
    hint: "draw, and watch the point wander along the curve",
    tries: [
      { label: "A 7", state: drawn(SEVEN) },
      { label: "A 4", state: drawn(FOUR) },
      { label: "A 9", state: drawn(NINE) },
      { label: "A 1", state: drawn(ONE) },
    ],
  },
  {
    title: "Counting the knobs",
    says: ({ parameters, bytes }) => [
      "How many numbers decide what this network says? Every neuron is joined to every neuron of the layer " +
        "before it, a weight for each, and has one bias.",
      `That makes ${parameters} knobs. Stored in full they fill ${bytes}, less than a small photograph. ` +
        "Whatever the network knows about handwriting is in there, and nowhere else.",
      "Reading never turns a knob. Learning does: it is the search for a setting with which the answers come " +
        "out right. Imagine doing that by hand; or turn them all at random, and see how far luck gets you.",
    ],
    reckoning: ({ counting }) => counting,
    shows: "read",
    state: drawn(SEVEN),
    hint: "with random knobs, draw anything: the answer means nothing",
    tries: [
      { label: "Turn every knob at random", change: randomised, says: "Every weight and bias is random now." },
      { label: "Back to what it learned", restore: true },
    ],
  },
  {
    title: "All of it is one function",
    says: ({ outputs, parameters }) => [
      "Weights, sums, biases, curve: for a whole layer that is one line of algebra, a′ = σ(W a + b). Do it " +
        "once for each layer and you are through. The network is a function, with 784 numbers going in and " +
        `${outputs} coming out. Only a complicated one, with ${parameters} numbers inside.`,
      "A function always answers. It was shown digits and nothing else; “this is no digit” is not among its " +
        "answers. Give it noise, and see.",
      "Its outputs are no probabilities either: nothing makes them add up to 1. They are what the last neurons " +
        "hold, and no more.",
    ],
    live: ({ answer }) => `${answer}.`,
    shows: "read",
    state: { strokes: [], ...noise(NONSENSE, DIGIT_SHAPE), prepare: true, ask: "1" },
    hint: "scribble until it is sure of something that is not there",
    tries: [
      { label: "Noise", state: { strokes: [], ...noise(NONSENSE, DIGIT_SHAPE) } },
      { label: "Other noise", state: { strokes: [], ...noise(NONSENSE + 1, DIGIT_SHAPE) } },
      { label: "A scribble", state: drawn(SCRIBBLE) },
      { label: "A 7", state: drawn(SEVEN) },
    ],
  },
  {
    title: "Do the layers do what we hoped?",
    says: ({ firstLayer, accuracy, measured }) => [
      "The hope is a beautiful one: the first hidden layer finds little edges, the second joins them into " +
        "loops and lines, the last joins those into digits.",
      `Beside this text are the weights of the first layer’s ${firstLayer} ` +
        `neurons${firstLayer === "sixteen" ? "" : ", or as many as there is room for"}. Look for edges. In the ` +
        "network that comes with this page there are a streak or two and a lot of speckle, and nothing that one " +
        "would call a clean " +
        `edge.${accuracy && measured ? ` Still, it read ${accuracy} of the test digits correctly.` : ""}`,
      "So was the hope wrong? A look is not a measurement; “digitlens lab features” is one. In ten networks " +
        "trained like this, a few of the sixteen are edges or bars more clearly than chance would have it, and " +
        "no neuron of the second layer tells a loop. Make an edge detector yourself, and see what becomes of the " +
        "answer.",
    ],
    beside: "weights",
    shows: "neuron",
    state: { ...drawn(SEVEN), layer: 1, neuron: 12, source: null },
    hint: "paint a detector of your own, further down in this view",
    tries: [
      {
        label: "Make this neuron find a level edge",
        change: withEdge,
        says: "Positive on a short level stroke, negative around it.",
      },
      { label: "As it was", restore: true },
    ],
  },
  ...LEARNING,
  {
    title: "ReLU, and what to believe",
    says: ({ activation }) => [
      "Networks of today seldom squeeze their hidden layers with a sigmoid. Many of the later ones use ReLU: " +
        `below zero it gives 0, above zero it gives z itself. Through it, ${examplesOf("relu")}.`,
      "The usual reason is learning. A network learns from slopes, and the ends of a sigmoid are almost flat: " +
        "neurons that are very sure hardly learn. ReLU keeps its full slope wherever it is active.",
      "Does it read digits better, in a network as small as this one? That is a thing to measure, with several " +
        "networks of each kind, rather than to believe. " +
        (activation === "sigmoid"
          ? "Swapping the curve alone, as the button does, proves nothing: the weights were learned with the sigmoid. "
          : "") +
        "The next step is that measurement.",
    ],
    shows: "neuron",
    state: { ...drawn(NINE), layer: 1, neuron: 10, source: null },
    hint: "with ReLU in place, draw, and look at the numbers in the hidden layers",
    tries: [
      {
        label: "Put ReLU into the hidden layers",
        change: withRelu,
        says: "The hidden layers use ReLU now, with weights that were learned for another curve.",
      },
      { label: "As it was", restore: true },
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
