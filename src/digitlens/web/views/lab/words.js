// @ts-check
// What the Lab says.

import { fixed, plain } from "../../core/numbers.js";
import { kindName } from "../shared/part_name.js";
import { phrase } from "../../texts/later.js";

/** @typedef {import("../shared/services.js").Study} Study */
/** @typedef {import("../shared/services.js").Findings} Findings */
/** @typedef {import("../shared/services.js").Difference} Difference */

export const title = () => phrase("lab.words.edgesOrLoops");
export const lead = () => phrase("lab.words.theHopeIsBeautifulThe");
export const ANSWERS = /** @type {Record<string, () => string>} */ ({
  yes: () => phrase("lab.words.yes"),
  partly: () => phrase("lab.words.partly"),
  no: () => phrase("lab.words.no"),
  "cannot say": () => phrase("lab.words.cannotSay"),
});
export const CONDITIONS = /** @type {Record<string, () => string>} */ ({
  trained: () => phrase("lab.words.trained"),
  "before training": () => phrase("lab.words.beforeTraining"),
  "pixels shuffled": () => phrase("lab.words.pixelsShuffled"),
  "random labels": () => phrase("lab.words.randomLabelsLearned"),
});
export const KINDS = /** @type {Record<string, () => string>} */ ({
  loops: () => phrase("lab.words.loops"),
  "long strokes": () => phrase("lab.words.longStrokes"),
  "ends and junctions": () => phrase("lab.words.endsAndJunctions"),
});
export const HELPED = /** @type {Record<string, () => string>} */ ({
  "as it is": () => phrase("lab.words.asInTheTalk"),
  "distorted images": () => phrase("lab.words.imagesDistortedALittleIn"),
  "weight decay 0.001": () => phrase("lab.words.weightDecay0001"),
  "ReLU, rate 0.2": () => phrase("lab.words.reluLearningRate02"),
  "64-64 neurons": () => phrase("lab.words.64And64HiddenNeurons"),
});

export const askFirst = () => phrase("lab.words.doesTheFirstHiddenLayer");
export const askSecond = () => phrase("lab.words.doesANeuronOfThe");
export const askWhole = () => phrase("lab.words.doesTheSecondLayerAs");
export const askHelp = () => phrase("lab.words.canItBeHelped");
export const howMeasured = () => phrase("lab.words.howItWasMeasured");
export const here = () => phrase("lab.words.theNetworkHereNeuronBy");

const whole = (/** @type {number} */ share) => `${Math.round(100 * share)} %`;
const mean = (/** @type {number[]} */ values) => values.reduce((sum, one) => sum + one, 0) / values.length;

/** @param {Difference} difference @param {number} scale @param {number} decimals @param {string} [sure] */
function interval([, low, high], scale, decimals, sure = "95 %") {
  if (low === null || high === null) return "";
  return phrase("lab.words.intervalTo", {
    sure,
    scale: fixed(scale * low, decimals),
    scale2: fixed(scale * high, decimals),
  });
}

/** @param {Study} study */
export const measuredOn = ({ sizes, networks, accuracy }) =>
  phrase("lab.words.measuredOnNetworksOfNeurons", {
    networks,
    sizes: sizes.join("-"),
    accuracy: plain(100 * accuracy, 2),
  });

/** @param {Study["first"]} first */
export function onFirst({ neurons, found, explained, expected, difference }) {
  const trained = mean(found.trained);
  return phrase("lab.words.ofNeuronsAreAnEdge", {
    trained: plain(trained, 1),
    neurons,
    whole: whole(explained),
    whole2: whole(expected),
    difference: fixed(100 * difference[0], 1),
    interval: interval(difference, 100, 1),
  });
}

/** @param {NonNullable<Study["second"]>} second */
export const onSecond = ({ neurons, found, clear, clearest, before, over_all_digits: over }) =>
  phrase("lab.words.theClearestOfANetwork", {
    first: mean(found)
      ? phrase("lab.words.ofNeuronsDo", { mean: plain(mean(found), 1), neurons })
      : phrase("lab.words.noneOfItsNeuronsDoes", { neurons }),
    clearest: plain(clearest, 2),
    clear: plain(clear, 2),
    before: plain(before, 2),
    over: plain(over, 2),
  });

export const onWhole = () => phrase("lab.words.allItsNeuronsTogetherTell");

/** @param {number} neurons @param {number} most */
export const onCounts = (neurons, most) => phrase("lab.words.howManyOfNeuronsAre", { neurons, most });
/** @param {number} clear */
export const onAreas = (clear) => phrase("lab.words.areaUnderTheCurveFrom", { clear: plain(clear, 2) });
export const areasChanged = () => phrase("lab.words.areaUnderTheCurve0");
export const AREAS = {
  before: () => phrase("lab.words.beforeTraining"),
  trained: () => phrase("lab.words.trainedWithinOneDigit"),
  over: () => phrase("lab.words.trainedOverAllDigits"),
};
export const helpedHeads = () => [
  phrase("lab.words.trained"),
  phrase("lab.words.networks"),
  phrase("lab.words.reads"),
  phrase("lab.words.edgesOrBars"),
  phrase("lab.words.explained"),
];

/** @param {NonNullable<Study["whole"]>["kinds"][number]} kind */
export const onKind = ({ name, difference, control }) =>
  phrase("lab.words.withShuffledLabels", {
    value: KINDS[name]?.() ?? name,
    difference: fixed(difference[0], 2),
    interval: interval(difference, 1, 2, "99.2 %"),
    control: plain(control, 2),
  });

/** @param {Study["second"]} second */
export function onCauses(second) {
  if (!second) return "";
  const { loop_filled: filled, ink_added: added, loop_closed: closed, ink_beside: beside } = second.other_answer;
  return phrase("lab.words.loopsMatterToTheAnswer", {
    whole: whole(filled),
    whole2: whole(added),
    whole3: whole(closed),
    whole4: whole(beside),
  });
}

export const methods = () => [
  phrase("lab.words.firstLayerThe784Weights"),
  phrase("lab.words.controlsTheSameNetworksBefore"),
  phrase("lab.words.secondLayerANeuronThat"),
  phrase("lab.words.wouldItFindThemA"),
];

export const onHelp = () => phrase("lab.words.theSameNeuronsTrainedIn");
export const noStudy = () => phrase("lab.words.whatWasMeasuredOnMany");
export const notDigits = () => phrase("lab.words.theNetworkHereReadsNo");

/** @param {string} name @param {Findings} findings */
export const ofThis = (name, { first, second }) =>
  phrase("lab.words.hasBeenMeasuredTheseVery", {
    name,
    found: first.found,
    neurons: first.neurons,
    found2: first.control.found,
    first: second
      ? phrase("lab.words.ofNeuronsOfItsSecond", {
          found: second.found,
          neurons: second.neurons,
          clearest: plain(second.clearest, 2),
          clear: plain(second.clear, 2),
        })
      : "",
  });

/** @param {boolean} changed @param {string} name */
export const notMeasured = (changed, name) =>
  changed ? phrase("lab.words.youHaveChangedSoWhat", { name }) : phrase("lab.words.hasNotBeenMeasured", { name });
export const foundHere = () => phrase("lab.words.whatCanBeFoundIn");
export const findHere = () => phrase("lab.words.findItHereWith1");
export const noImages = () => phrase("lab.words.whichTestImagesExciteEach");

/** @param {number} layer */
export const layerName = (layer) => phrase("lab.words.hiddenLayer", { layer });
export const open = () => phrase("lab.words.openThisNeuron");

/** @param {import("../shared/services.js").LookedFor["part"]} part */
export function onPart(part) {
  if (!part) return "";
  const explained = phrase("lab.words.explains", { kind: kindName(part.kind), whole: whole(part.explained) });
  return part.expected === null ? explained : phrase("lab.words.byChance", { explained, whole: whole(part.expected) });
}

/** @param {import("../shared/services.js").Tells} tells */
export const onTells = ({ part, area }) =>
  area >= 0.5
    ? phrase("lab.words.mostFor", { part, area: plain(area, 2) })
    : phrase("lab.words.leastFor", { part, area: plain(area, 2) });
