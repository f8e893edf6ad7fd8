// @ts-check
// What is asked before something is shown, and what is said of a guess.

import { plain } from "../../core/numbers.js";
import { within } from "../../texts/language.js";
import { phrase } from "../../texts/later.js";

export const guess = () => phrase("guess.words.thatIsMyGuess");

/** @param {boolean} digits */
export const askAnswer = (digits) =>
  digits ? phrase("guess.words.whichDigitWillItRead") : phrase("guess.words.whichClassWillItRead");
/** @param {string} name */
export const askNeuron = (name) => phrase("guess.words.howActiveWillItBe", { name });
/** @param {string} name */
export const askSign = (name) => phrase("guess.words.willItsSumZBe", { name });
export const signs = () => [phrase("guess.words.aboveZero"), phrase("guess.words.belowZero")];
export const ways = () => [phrase("guess.words.rise"), phrase("guess.words.fall"), phrase("guess.words.stay")];

/** @param {string} from @param {number} a @param {string} to @param {string} target */
export const askWeight = (from, a, to, target) =>
  phrase("guess.words.isAtWhenTheNetwork", { from, a: plain(a, 2), target, to });

/** @param {string} guess @param {string} truth */
export const answered = (guess, truth) =>
  guess === truth
    ? phrase("guess.words.youSaidAndSoDoes", { guess })
    : phrase("guess.words.youSaidTheNetworkReads", { guess, truth });

/** @param {number} guess @param {number} truth */
export const measured = (guess, truth) => {
  const off = Math.abs(guess - truth);
  const how =
    off < 0.1
      ? phrase("guess.words.veryClose")
      : off < 0.3
        ? phrase("guess.words.notFar")
        : phrase("guess.words.farOff");
  return phrase("guess.words.youSaidItIs", { guess: plain(guess, 2), truth: plain(truth, 2), how });
};

/** @param {string} guess @param {string} truth @param {number} z */
export const signed = (guess, truth, z) =>
  guess === truth
    ? phrase("guess.words.youSaidZRight", { what: within(guess), z: plain(z, 2) })
    : phrase("guess.words.youSaidZ", { what: within(guess), z: plain(z, 2), what2: within(truth) });

/** @param {string} guess @param {string} truth @param {number} slope */
export const turned = (guess, truth, slope) => {
  const values = { guess: within(guess), truth: within(truth), slope: slope.toPrecision(2).replace("-", "−") };
  return guess === truth ? phrase("guess.words.turnedRight", values) : phrase("guess.words.turnedWrong", values);
};

/** @param {number} right @param {number} all */
export const tally = (right, all) => (all > 1 ? phrase("guess.words.ofGuessed", { right, all }) : "");
