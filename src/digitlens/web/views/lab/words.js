// @ts-check
// What the Lab says.

import { fixed, plain } from "../../core/numbers.js";

/** @typedef {import("../shared/services.js").Study} Study */
/** @typedef {import("../shared/services.js").Findings} Findings */
/** @typedef {import("../shared/services.js").Difference} Difference */

export const TITLE = "Edges or loops?";
export const LEAD =
  "The hope is beautiful: the first hidden layer finds little edges, the second joins them into loops and lines, the " +
  "last joins those into digits. Is it so? One can look, and believe what one sees. Or measure.";
export const ANSWERS = /** @type {Record<string, string>} */ ({
  yes: "Yes",
  partly: "Partly",
  no: "No",
  "cannot say": "Cannot say",
});
export const CONDITIONS = /** @type {Record<string, string>} */ ({
  trained: "trained",
  "before training": "before training",
  "pixels shuffled": "pixels shuffled",
  "random labels": "random labels learned",
});
export const KINDS = /** @type {Record<string, string>} */ ({
  loops: "Loops",
  "long strokes": "Long strokes",
  "ends and junctions": "Ends and junctions",
});
export const HELPED = /** @type {Record<string, string>} */ ({
  "as it is": "as in the talk",
  "distorted images": "images distorted a little, in another way every epoch",
  "weight decay 0.001": "weight decay 0.001",
  "ReLU, rate 0.2": "ReLU, learning rate 0.2",
  "64-64 neurons": "64 and 64 hidden neurons",
});

export const FIRST = "Does the first hidden layer find edges?";
export const SECOND = "Does a neuron of the second find loops or lines?";
export const WHOLE = "Does the second layer as a whole?";
export const HELP = "Can it be helped?";
export const METHOD = "How it was measured";
export const HERE = "The network here, neuron by neuron";

const whole = (/** @type {number} */ share) => `${Math.round(100 * share)} %`;
const mean = (/** @type {number[]} */ values) => values.reduce((sum, one) => sum + one, 0) / values.length;

/** @param {Difference} difference @param {number} scale @param {number} decimals */
function interval([, low, high], scale, decimals) {
  if (low === null || high === null) return "";
  return ` (95 % interval ${fixed(scale * low, decimals)} to ${fixed(scale * high, decimals)})`;
}

/** @param {Study} study */
export const measuredOn = ({ sizes, networks, accuracy }) =>
  `Measured on ${networks} networks of ${sizes.join("-")} neurons, trained with ${networks} seeds. They read ` +
  `${plain(100 * accuracy, 2)} % of MNIST’s test images on average.`;

/** @param {Study["first"]} first */
export function onFirst({ neurons, found, explained, expected, difference }) {
  const trained = mean(found.trained);
  return (
    `${plain(trained, 1)} of ${neurons} neurons are an edge or a bar, more clearly than random pictures that are as ` +
    `smooth. The best edge or bar explains ${whole(explained)} of a neuron’s weights, and ${whole(expected)} of such ` +
    `a random picture: ${fixed(100 * difference[0], 1)} points more${interval(difference, 100, 1)}.`
  );
}

/** @param {NonNullable<Study["second"]>} second */
export const onSecond = ({ neurons, found, clear, clearest, before, over_all_digits: over }) =>
  `${mean(found) ? `${plain(mean(found), 1)} of ${neurons} neurons do` : `None of its ${neurons} neurons does`}. ` +
  "The clearest of a network tells a 4 with a closed top from an " +
  `open 4, and the like, with an area under the curve of ${plain(clearest, 2)}; ${plain(clear, 2)} would be clear, ` +
  `0.50 is chance, and before training it was ${plain(before, 2)}. Measured over all digits at once it would seem to ` +
  `be ${plain(over, 2)}: most of that is a vote for the digits that have loops.`;

export const ON_WHOLE =
  "All its neurons together tell a part so well: read by the plainest of readers, a linear probe, on pictures that " +
  "it did not learn from. What training has changed:";

/** @param {number} neurons @param {number} most */
export const onCounts = (neurons, most) =>
  `How many of ${neurons} neurons are an edge or a bar: a column for each network, ${most} at most; the mean`;
/** @param {number} clear */
export const onAreas = (clear) =>
  `Area under the curve, from chance, 0.50, to 1.00; the line, ${plain(clear, 2)}, is clear`;
export const AREAS_CHANGED = "Area under the curve, 0.50 to 1.00: before training (ring) → trained (dot)";
export const AREAS = {
  before: "before training",
  trained: "trained, within one digit",
  over: "trained, over all digits",
};
export const HELPED_HEADS = ["trained", "networks", "reads", "edges or bars", "explained"];

/** @param {NonNullable<Study["whole"]>["kinds"][number]} kind */
export const onKind = ({ name, difference, control }) =>
  `${KINDS[name] ?? name} ${fixed(difference[0], 2)}${interval(difference, 1, 2).replace("95 %", "99.2 %")}, ` +
  `${plain(control, 2)} with shuffled labels.`;

/** @param {Study["second"]} second */
export function onCauses(second) {
  if (!second) return "";
  const { loop_filled: filled, ink_added: added, loop_closed: closed, ink_beside: beside } = second.other_answer;
  return (
    `Loops matter to the answer all the same. Fill the loop of a digit with ink, and ${whole(filled)} are read as ` +
    `another digit; as much ink outside it, ${whole(added)}. A short stroke that closes a loop: ${whole(closed)}; ` +
    `the same stroke elsewhere: ${whole(beside)}.`
  );
}

export const METHODS = [
  "First layer. The 784 weights of a neuron are a picture. It is compared with 20,736 edges and bars of every place, " +
    "direction and size. The best of so many explains any smooth picture a little, so the same is done with 511 " +
    "random pictures that are as smooth. A neuron counts if it beats them, corrected for all neurons: of twenty " +
    "networks with nothing to find, one has such a neuron by chance.",
  "Controls. The same networks before training; the same weights with the pixels in another order; and networks that " +
    "learned random labels by heart. None of them has anything to find.",
  "Second layer. A neuron that votes for 8 is active where there are two loops, because 8s have two. So it is asked " +
    "within one digit alone: is it more active for a 4 with a closed top than for an open 4? 0.50 is chance, 1.00 is " +
    "always.",
  "Would it find them? A network was built by hand whose neurons are edge and loop detectors. The measurement finds " +
    "exactly those.",
];

export const ON_HELP = "The same neurons, trained in other ways:";
export const NO_STUDY = "What was measured on many networks is not here: ";
export const NOT_DIGITS = "The network here reads no digits, and the laboratory knows the parts of digits alone.";

/** @param {string} name @param {Findings} findings */
export const ofThis = (name, { first, second }) =>
  `${name} has been measured, these very weights: ${first.found} of ${first.neurons} neurons of its first hidden ` +
  `layer are an edge or a bar; with its pixels shuffled, ${first.control.found}. ` +
  (second
    ? `${second.found} of ${second.neurons} neurons of its second tell a part within one digit (the clearest ` +
      `${plain(second.clearest, 2)}, ${plain(second.clear, 2)} would be clear).`
    : "");

/** @param {boolean} changed @param {string} name */
export const notMeasured = (changed, name) =>
  changed
    ? `You have changed ${name}, so what was measured is of another network than this one. `
    : `${name} has not been measured. `;
export const FOUND_HERE =
  "What can be found in the page is below: the test images that excite each neuron most, and the edge or bar most " +
  "like its weights. Whether that is more than chance takes thousands of random pictures; that is not computed here. " +
  "Save the network, and run: digitlens lab features --network FILE";
export const FIND_HERE = "Find it here, with 1,000 test images";
export const NO_IMAGES = "Which test images excite each neuron cannot be said here: ";

/** @param {number} layer */
export const layerName = (layer) => `Hidden layer ${layer}`;
export const OPEN = "Open this neuron";

/** @param {import("../shared/services.js").LookedFor["part"]} part */
export function onPart(part) {
  if (!part) return "";
  const explained = `${part.kind} explains ${whole(part.explained)}`;
  return part.expected === null ? explained : `${explained} (by chance ${whole(part.expected)})`;
}

/** @param {import("../shared/services.js").Tells} tells */
export const onTells = ({ part, area }) =>
  area >= 0.5 ? `most for ${part}: ${plain(area, 2)}` : `least for ${part}: ${plain(area, 2)}`;
