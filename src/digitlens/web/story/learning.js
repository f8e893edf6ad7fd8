// @ts-check
// The story's steps on learning: the cost, the way back, thousands of small steps; and the measurement at its end.

import { drawn, FOUR, NINE, SEVEN, TWO } from "./strokes.js";

/** @typedef {import("./step.js").Step} Step */

const WATCHED = Object.freeze({ live: "1" }); // trains at once, and again at every change

/** @type {Step[]} */
export const LEARNING = [
  {
    title: "How wrong is it?",
    says: () => [
      "To learn, a network must first be told how wrong it is. Take one picture, and say what the ten outputs " +
        "should have been: 1 for the right digit, 0 for all others.",
      "For each output take the difference from that, square it, and add the ten squares up. That number is " +
        "the cost of this picture. It is near 0 when the network is right and sure of it, and large when it is " +
        "sure of something else.",
      "Learning asks for one thing: weights and biases with which the cost, averaged over thousands of " +
        "pictures, is small. The arrows say what each output should do about it.",
    ],
    shows: "learn",
    state: { ...drawn(FOUR), target: 9, layer: 3, neuron: 9, source: null },
    hint: "choose another answer, and see the cost jump",
    tries: [
      { label: "It is a 4 after all", state: { target: 4 } },
      { label: "Say it was a 9", state: { target: 9 } },
      { label: "A 2", state: { ...drawn(TWO), target: 2 } },
    ],
  },
  {
    title: "The blame goes backwards",
    says: () => [
      "Which knob is to blame? An output that should rise can get there in three ways: more bias, more weight " +
        "on neurons that are active now, or more activity in the layer before it. All ten outputs have such " +
        "wishes, and the wishes for a neuron of the layer before are added up.",
      "So that layer learns what it should have held, and passes its own wishes on in the same way, back to " +
        "the first weights. This is back-propagation. It finds, for every single knob, how the cost changes when " +
        "that knob is turned a little.",
      "Turn each of them a little the other way, and the cost falls. Open the stages one by one; the last " +
        "takes that step and checks the promise.",
    ],
    shows: "learn",
    state: { ...drawn(NINE), target: 4, layer: 2, neuron: 3, source: null, ask: "1" },
    hint: "open the last stage, and take the step",
    tries: [
      { label: "For a 9", state: { target: 9 } },
      { label: "For a 4", state: { target: 4 } },
      { label: "Another picture, a 7", state: { ...drawn(SEVEN), target: 7 } },
    ],
  },
  {
    title: "Thousands of small steps",
    says: () => [
      "One picture’s wishes would only teach that picture. So the network looks at a few at a time, averages " +
        "what they ask for, and takes one small step; then the next few. Once through all pictures is called an " +
        "epoch.",
      "How large a step? That is the learning rate. Too small, and it creeps. Too large, and it stumbles over " +
        "the valley it was to walk down into. Here the network is trained again, three epochs from the very same " +
        "random start, whenever you choose another rate.",
      "The curves say how it went. What it reads of the test images counts most: it has never learned from those.",
    ],
    shows: "train",
    state: { ...drawn(SEVEN), settings: WATCHED },
    hint: "drag the slider of the learning rate, and watch the curves follow",
    tries: [
      { label: "A tiny rate, 0.01", state: { settings: { ...WATCHED, learning_rate: "0.01" } } },
      { label: "A good one, 0.75", state: { settings: { ...WATCHED, learning_rate: "0.75" } } },
      { label: "Far too large, 30", state: { settings: { ...WATCHED, learning_rate: "30" } } },
    ],
  },
];

/** @type {Step} */
export const MEASURED = {
  title: "Ask, and measure",
  says: () => [
    "Sigmoid or ReLU? Train both, with everything else the same. But each run begins with random weights, and " +
      "luck alone makes a difference. So train several of each, with the same seeds on both sides, and look at " +
      "all of them.",
    "Press Compare: six runs of each kind. The sentence above the curves says what the numbers support, and it " +
      "says so when they support nothing. With fewer than six pairs they never could.",
    "The winner wins at this learning rate, after so many epochs, in so small a network. Vary the rate as " +
      "well before you believe it. That is the whole art of such questions: change one thing, and count how " +
      "often luck would have done the same.",
  ],
  shows: "compare",
  state: { ...drawn(NINE), settings: Object.freeze({ vary: "activation" }) },
  hint: "compare two hidden layers with one, or little weights with large ones",
  tries: [
    { label: "Sigmoid or ReLU", state: { settings: { vary: "activation" } } },
    { label: "The same at a lower rate", state: { settings: { vary: "activation", learning_rate: "0.1" } } },
    { label: "Two learning rates", state: { settings: { vary: "learning_rate", first: "0.75", second: "0.1" } } },
  ],
};
