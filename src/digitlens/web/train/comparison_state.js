// @ts-check
// The state of a comparison as the Compare view sees it. A reducer, as run_state.js is one for a run. No DOM.

import { doing, duelOf } from "./duel.js";
import { phrase } from "../texts/later.js";

/** @typedef {import("./frames.js").Frame} Frame */
/** @typedef {import("./settings.js").Choices} Choices */
/** @typedef {import("./settings.js").Settings} Settings */
/** @typedef {import("./run_state.js").Refusal} Refusal */
/** @typedef {import("./duel.js").Duel} Duel */
/**
 * @typedef {Object} ComparisonState
 * @property {Choices | null} choices
 * @property {Frame | null} result      the newest frame of the comparison that is shown
 * @property {Refusal | null} refused   what the server said last of a request of ours that cannot be
 * @property {number} newest            the number of our newest request
 * @property {number} run               the number of the newest run, which may have taken the comparison's place
 */
/**
 * @typedef {{type: "choices", choices: Choices}
 *   | {type: "comparison", frame: Frame}
 *   | {type: "run", number: number}
 *   | {type: "refused", refusal: Refusal}
 *   | {type: "request", number: number}
 *   | {type: "trainer"}
 *   | {type: "edit"}} ComparisonEvent
 */

const UNDER_WAY = ["running", "waiting"];
/** What whoever trains fits to the images, where nobody asked for another value. */
const FITTED = ["data", "validation"];

/** @type {Readonly<ComparisonState>} */
export const START = Object.freeze({ choices: null, result: null, refused: null, newest: 0, run: 0 });

/**
 * The state after an event.
 * @param {ComparisonState} state
 * @param {ComparisonEvent} event
 * @returns {ComparisonState}
 */
export function reduce(state, event) {
  switch (event.type) {
    case "choices":
      return { ...state, choices: event.choices };
    case "comparison":
      return event.frame.header.number < state.newest ? state : { ...state, result: event.frame, run: 0 };
    case "run":
      return { ...state, run: event.number };
    case "refused":
      return event.refusal.number === state.newest ? { ...state, refused: event.refusal } : state;
    case "request":
      return { ...state, newest: event.number, refused: null };
    case "edit":
      return { ...state, refused: null };
    case "trainer":
      return START;
  }
}

/** The two sides that the settings ask for. @param {ComparisonState} state @param {Settings} settings */
export const askedFor = ({ choices }, settings) => choices && duelOf(settings, choices);

/** Whether a run has taken the comparison's place on the server. @param {ComparisonState} state */
const isReplaced = ({ result, run }) => result !== null && run > result.header.number;

/** Whether the comparison is under way. @param {ComparisonState} state @returns {boolean} */
export const isBusy = (state) => !isReplaced(state) && UNDER_WAY.includes(state.result?.header.state);

/** Whether it was paused and asks the same. @param {ComparisonState} state @param {Duel} duel @returns {boolean} */
export const canGoOn = (state, duel) =>
  !isReplaced(state) && state.result?.header.state === "paused" && isOf(state, duel);

/** Whether the result that is there came from what is asked for now.
 * @param {ComparisonState} state @param {Duel} duel */
export function isOf({ result, choices }, duel) {
  if (!result || !choices) return false;
  const { recipes, data, seeds } = result.header;
  const base = choices.recipes[duel.base];
  return (
    data === duel.data &&
    seeds === duel.seeds &&
    duel.fields.every((fields, i) =>
      Object.keys(base).every(
        (field) =>
          (FITTED.includes(field) && !(field in fields)) ||
          JSON.stringify({ ...base, ...fields }[field]) === JSON.stringify(recipes[i][field]),
      ),
    )
  );
}

/**
 * All that the button and the words depend on.
 * @param {ComparisonState} state
 * @param {Settings} settings
 * @param {boolean} here              whether the server is there
 * @param {readonly string[]} fields  those with a place of their own for what is wrong with them
 * @param {string} [reason]           why there is no training, where that is no server's fault
 */
export function shownOf(state, settings, here, fields, reason = "") {
  const { result, refused, choices } = state;
  const duel = askedFor(state, settings);
  const busy = isBusy(state);
  const header = result?.header;
  // a result belongs to the settings that it came from
  const aside = result !== null && duel !== null && !busy && !isOf(state, duel);
  const wrong = duel !== null && Object.keys(duel.errors).length > 0;
  const why = reason || phrase("training.comparisonState.theServerIsGone");
  const stale = !here && header ? phrase("training.comparisonState.thisIsWhatHadArrived", { why }) : "";
  const failed = header?.state === "failed" ? header.error : "";
  return {
    duel,
    busy,
    aside,
    button: busy
      ? phrase("training.comparisonState.stop")
      : duel && canGoOn(state, duel)
        ? phrase("training.comparisonState.continue")
        : phrase("training.comparisonState.compare"),
    disabled: !here || !duel || (!busy && wrong),
    status: stale + (header && !aside ? doing(header) : ""),
    progress: header ? header.done / header.all : 0,
    trouble: refused && !fields.includes(refused.field) ? refused.error : failed,
    empty: aside
      ? phrase("training.comparisonState.theseAreOtherSettingsThan")
      : choices
        ? phrase("training.comparisonState.theCurvesOfBothSides")
        : here
          ? "…"
          : reason || phrase("training.comparisonState.comparingNeedsTheServerDigitlens"),
  };
}
