// @ts-check
// Predict before you see: which question stands open, and which parts of the page would give its answer away.
//
// It is asked where the state asks for it: once for each picture, and in Neuron once for each neuron.

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./reading.js").Reading} Reading */
/** @typedef {import("../core/network.js").Network} Network */
/** @typedef {"answer" | "neuron" | "learn"} About   what is guessed: the answer, an activation, the way of a weight */

const ABOUT = /** @type {Partial<Record<State["view"], About>>} */ ({
  read: "answer",
  neuron: "neuron",
  learn: "learn",
});
const NUMBERS = ["neuron-says", "neuron-sum", "neuron-curve", "neuron-matrix", "neuron-change"]; // of the neuron
const OUTPUTS = ["learn-cost", "learn-outputs", "learn-last"]; // where Learn shows what the outputs hold
const AWAY = /** @type {Record<About, string[]>} */ ({
  answer: ["answer"],
  neuron: ["answer", ...NUMBERS],
  learn: ["player", "learn-outputs", "learn-last", "learn-layers", "learn-chain", "learn-step"],
});

/** The view that is shown, in the story, too. @param {State} state */
const shownView = ({ view, shows }) => (view === "story" ? shows : view);

/**
 * What gives a hidden answer away, besides the parts that are called "answer".
 * @param {State} state
 * @param {Network} network
 * @returns {string[]}
 */
function withAnswer(state, network) {
  if (!state.hide.includes("answer")) return [];
  const view = shownView(state);
  if (view === "learn") return OUTPUTS;
  return view === "neuron" && state.layer === network.layers.length ? NUMBERS : [];
}

/** Remembers what was guessed of the picture at hand. */
export function guessing() {
  let [strokes, baseInk] = /** @type {unknown[]} */ ([null, null]);
  let guessed = /** @type {Set<string>} */ (new Set());
  /** @param {State} state */
  const nameOf = (state) => {
    if (state.strokes !== strokes || state.baseInk !== baseInk) {
      [strokes, baseInk, guessed] = [state.strokes, state.baseInk, new Set()];
    }
    const about = ABOUT[shownView(state)] ?? "";
    return about === "neuron" ? `${about} ${state.layer}/${state.neuron}` : about && `${about} ${state.target ?? ""}`;
  };
  /** @param {State} state @param {Reading} reading @returns {About | null}   null: nothing is asked */
  const pending = (state, reading) => {
    const about = ABOUT[shownView(state)];
    if (!state.ask || !about || !reading.inkFound) return null;
    return guessed.has(nameOf(state)) ? null : about;
  };
  return {
    pending,
    /** It has been guessed. @param {State} state */
    done: (state) => guessed.add(nameOf(state)),
    /**
     * The parts that are not shown now.
     * @param {State} state @param {Reading} reading @param {Network} network
     * @returns {readonly string[]}
     */
    hidden(state, reading, network) {
      const about = pending(state, reading);
      const more = [...withAnswer(state, network), ...(about ? AWAY[about] : [])];
      return more.length ? [...new Set([...state.hide, ...more])] : state.hide;
    },
  };
}
