// @ts-check
// The state of a run as the Train view sees it: what the trainer has told, what was asked of it, and what the buttons
// and the words are therefore. A reducer: reduce(state, event) gives the next state. No DOM.

import { doing } from "./curves.js";
import { plan } from "./plan.js";
import { wanted } from "./settings.js";
import { phrase } from "../texts/later.js";

/** @typedef {import("./frames.js").Frame} Frame */
/** @typedef {import("./settings.js").Choices} Choices */
/** @typedef {import("./settings.js").Settings} Settings */
/** @typedef {import("./settings.js").Wanted} Wanted */
/** @typedef {{field: string, error: string, number?: number}} Refusal */
/**
 * @typedef {Object} RunState
 * @property {Choices | null} choices    what can be chosen; null before the server has answered
 * @property {Frame | null} run          the newest frame of the run that is shown
 * @property {Refusal | null} refused    what the server said last of a request of ours that cannot be
 * @property {number} newest             the number of our newest request; what answers an older one comes too late
 * @property {number} compared           the number of the newest comparison, which may have taken the run's place
 * @property {boolean} lost              the server was restarted and does not know our run
 * @property {boolean} greeted           the server has just answered, and may still tell of a run
 * @property {Settings | null} followed  the settings that Live has trained with
 */
/**
 * @typedef {{type: "choices", choices: Choices}
 *   | {type: "silence"}
 *   | {type: "run", frame: Frame}
 *   | {type: "comparison", number: number}
 *   | {type: "refused", refusal: Refusal}
 *   | {type: "download", data: Choices["data"]}
 *   | {type: "request", number: number}
 *   | {type: "edit"}
 *   | {type: "trainer"}
 *   | {type: "follow", settings: Settings}} RunEvent
 */

const ENDED = ["finished", "diverged", "failed"];
const UNDER_WAY = ["running", "waiting"];
const NOT_ASKED = ["name", "data"]; // fields of a recipe that are not part of a request

/** @type {Readonly<RunState>} */
export const START = Object.freeze({
  choices: null,
  run: null,
  refused: null,
  newest: 0,
  compared: 0,
  lost: false,
  greeted: false,
  followed: null,
});

/**
 * The state after an event.
 * @param {RunState} state
 * @param {RunEvent} event
 * @returns {RunState}
 */
export function reduce(state, event) {
  switch (event.type) {
    case "choices": // we have come, or come back: whatever the server now tells of is our run
      return { ...state, choices: event.choices, newest: 0, compared: 0, greeted: true, followed: null };
    case "silence": // a server that knew a run of ours would have told of it by now
      if (!state.greeted) return state;
      return { ...state, greeted: false, lost: state.run !== null && !isReplaced(state) };
    case "run":
      if (event.frame.header.number < state.newest) return state;
      return { ...state, run: event.frame, lost: false, greeted: false };
    case "comparison":
      return { ...state, compared: event.number };
    case "refused":
      if (event.refusal.number && event.refusal.number < state.newest) return state;
      return { ...state, refused: event.refusal };
    case "download":
      return state.choices ? { ...state, choices: { ...state.choices, data: event.data } } : state;
    case "request":
      return { ...state, newest: event.number, refused: null, lost: false };
    case "edit":
      return { ...state, refused: null };
    case "trainer": // another one, which knows nothing of the run before
      return START;
    case "follow":
      return { ...state, followed: event.settings };
  }
}

/**
 * What the settings ask for; null before the server has said what can be chosen.
 * @param {RunState} state
 * @param {Settings} settings
 */
export const askedFor = ({ choices }, settings) => choices && wanted(settings, choices);

/** Whether a comparison has taken the run's place on the server. @param {RunState} state */
export const isReplaced = ({ run, compared }) => run !== null && run.header.number < compared;

/** @param {RunState} state */
const isKnown = (state) => state.run !== null && !state.lost && !isReplaced(state);

/** Whether the run is under way. @param {RunState} state @returns {boolean} */
export const isBusy = (state) => isKnown(state) && UNDER_WAY.includes(state.run?.header.state);

/** Whether the settings are those of the run. @param {RunState} state @param {Settings} settings @returns {boolean} */
export function isSame(state, settings) {
  const what = askedFor(state, settings);
  if (!isKnown(state) || !state.run || !state.choices || !what) return false;
  const { recipe, base, data } = state.run.header;
  const asked = { ...state.choices.recipes[what.base], ...what.fields };
  return (
    data === what.data &&
    base === what.base &&
    Object.keys(asked).every(
      (field) =>
        NOT_ASKED.includes(field) ||
        (field === "validation" && !(field in what.fields)) || // the server chooses how many
        JSON.stringify(asked[field]) === JSON.stringify(recipe[field]),
    )
  );
}

/** Whether the run has ended by itself. @param {RunState} state */
const hasEnded = ({ run }) => ENDED.includes(run?.header.state);

/**
 * Whether the run can go on with these settings.
 * @param {RunState} state
 * @param {Settings} settings
 * @returns {boolean}
 */
export const canGoOn = (state, settings) => isSame(state, settings) && !hasEnded(state);

/**
 * Whether Live has to train again: other settings are another run.
 * @param {RunState} state
 * @param {Settings} settings
 */
export function mustFollow(state, settings) {
  const late = state.run !== null && state.run.header.number < state.newest; // the newest request has no answer yet
  return settings.live === "1" && (late || !isSame(state, settings));
}

/**
 * Whether Live has not seen these settings, and may see them now.
 * @param {RunState} state
 * @param {Settings} settings
 */
export const isNew = ({ choices, greeted, followed }, settings) =>
  choices !== null && !greeted && settings !== followed;

/**
 * What is wrong, by field: with the settings, or as the server says.
 * @param {RunState} state
 * @param {Settings} settings
 * @returns {Record<string, string>}
 */
export function errorsOf(state, settings) {
  const what = askedFor(state, settings);
  const errors = { ...what?.errors };
  if (state.refused?.field) errors[state.refused.field] = state.refused.error;
  const chosen = what && state.choices?.data.find(({ name }) => name === what.data);
  if (chosen && !chosen.here) errors.data = phrase("training.runState.theseImagesAreNotHere");
  return errors;
}

/**
 * All that the buttons and the words depend on.
 * @param {RunState} state
 * @param {Settings} settings
 * @param {boolean} here              whether the server is there
 * @param {readonly string[]} fields  those with a control of their own, which shows what is wrong with them
 * @param {string} [reason]           why there is no training, where that is no server's fault
 */
export function shownOf(state, settings, here, fields, reason = "") {
  const { run, choices, refused } = state;
  const what = askedFor(state, settings);
  const errors = errorsOf(state, settings);
  const wrong = Object.keys(errors).length > 0;
  const [busy, same] = [isBusy(state), isSame(state, settings)];
  const barred = !here || !choices || wrong;
  const elsewhere = Object.keys(errors)
    .filter((field) => field !== refused?.field && field !== "data" && !fields.includes(field))
    .map((field) => `${field}: ${errors[field]}`);
  if (refused && !fields.includes(refused.field)) elsewhere.unshift(refused.error);
  return {
    what,
    errors,
    busy,
    same,
    plan:
      what && choices
        ? plan(what, choices)
        : here
          ? "…"
          : reason || phrase("training.runState.trainingNeedsTheServerDigitlens"),
    main: busy
      ? phrase("training.runState.pause")
      : canGoOn(state, settings)
        ? continues(run?.header)
        : run
          ? phrase("training.runState.startAgain")
          : phrase("training.runState.start"),
    mainDisabled: barred && !(busy && here),
    disabled: barred,
    stepsDisabled: barred || (same && hasEnded(state)),
    doing: doingOf(state),
    status: statusOf(state),
    note: noteOf(state, here, same || wrong, reason || phrase("training.runState.theServerIsGone")),
    trouble: elsewhere.join(" "),
  };
}

/** What the large button says of a run that can go on. @param {any} header */
function continues({ state, epoch, records }) {
  if (state === "interrupted")
    return epoch ? phrase("training.runState.continueFromEpoch", { epoch }) : phrase("training.runState.continue");
  return records > 1 ? phrase("training.runState.continue") : phrase("training.runState.start");
}

/**
 * What the run is doing, in one word: the server's, or untrained, replaced, lost.
 * @param {RunState} state
 * @returns {string}
 */
function doingOf(state) {
  if (isReplaced(state)) return "replaced";
  if (state.lost) return "lost";
  if (!state.run) return "untrained";
  const { state: word, epoch, mini_batch: batch, example } = state.run.header;
  return word === "paused" && !epoch && !batch && !example ? "untrained" : word;
}

/** @param {RunState} state */
function statusOf(state) {
  if (isReplaced(state)) return phrase("training.runState.aComparisonHasReplacedThis");
  if (state.lost) return phrase("training.runState.theServerWasRestartedAnd");
  return state.run ? doing(state.run.header) : phrase("training.runState.nothingHasBeenLearnedYet");
}

/**
 * @param {RunState} state
 * @param {boolean} here
 * @param {boolean} settled   no other settings wait to be used
 * @param {string} reason     why nobody trains
 */
function noteOf(state, here, settled, reason) {
  if (!here && state.run) return phrase("training.runState.thisIsWhatHadArrived", { reason });
  return isKnown(state) && !settled ? phrase("training.runState.theSettingsHaveChangedThey") : "";
}
