// @ts-check
// Numbers as text. Where half a unit of the last place is to be rounded, the even digit is taken, as Python does.

const MINUS = "−"; // the minus of print; the keyboard's is too short beside a plus

/**
 * How many units of the last of `decimals` places a number is, to the nearest; exact, however many digits it has.
 * @param {number} x
 * @param {number} decimals   0 to 100
 * @returns {bigint}
 */
export function units(x, decimals) {
  const size = Math.abs(x);
  if (size >= 1e21) return BigInt(x) * 10n ** BigInt(decimals); // toFixed() gives up; such a number is whole
  let count = BigInt(size.toFixed(decimals).replace(".", "")); // exact, but of two that are as near, the larger
  if (count % 2n && (size * 2 ** (decimals + 1)) % 2 === 1) count -= 1n; // exactly half a unit: the even one
  return x < 0 ? -count : count;
}

/**
 * A count of units as text, without sign.
 * @param {bigint} count
 * @param {number} decimals
 * @returns {string}
 */
export function digits(count, decimals) {
  const text = String(count < 0n ? -count : count).padStart(decimals + 1, "0");
  return decimals ? `${text.slice(0, -decimals)}.${text.slice(-decimals)}` : text;
}

/**
 * With its sign: "+0.123", "−0.123". What rounds to nothing is "+0.000".
 * @param {number} x
 * @param {number} [decimals]
 * @returns {string}
 */
export function fixed(x, decimals = 3) {
  const text = plain(x, decimals);
  return text.startsWith(MINUS) ? text : `+${text}`;
}

/**
 * Without a plus: "0.123", "−0.123".
 * @param {number} x
 * @param {number} [decimals]
 * @returns {string}
 */
export function plain(x, decimals = 3) {
  if (!Number.isFinite(x)) return String(x).replace("-", MINUS).replace("Infinity", "∞");
  const count = units(x, decimals);
  return (count < 0n ? MINUS : "") + digits(count, decimals);
}

/**
 * So many digits, as Python's format(x, ".4g") gives them, with the minus of print: "0.01234", "1.234e+04", "−5e−05".
 * @param {number} x
 * @param {number} [many]   digits, 1 to 20
 * @returns {string}
 */
export function significant(x, many = 4) {
  if (!Number.isFinite(x)) return plain(x);
  if (x === 0) return "0";
  const size = Math.abs(x);
  let [mantissa, exponent] = size.toExponential(many - 1).split("e");
  const [exact] = size.toExponential(Math.min(many + 40, 100)).split("e");
  const all = exact.replace(".", "");
  if (/^50*$/.test(all.slice(many)) && Number(all[many - 1]) % 2 === 0) {
    // as near to both: the even one
    [mantissa, exponent] = [withPoint(all.slice(0, many), 1), String(size.toExponential(100).split("e")[1])];
  }
  const power = Number(exponent);
  const text = mantissa.replace(".", "");
  const sign = x < 0 ? MINUS : "";
  if (power < -4 || power >= many) {
    const raised = String(Math.abs(power)).padStart(2, "0");
    return `${sign}${trimmed(withPoint(text, 1))}e${power < 0 ? MINUS : "+"}${raised}`;
  }
  return sign + trimmed(power < 0 ? `0.${"0".repeat(-power - 1)}${text}` : withPoint(text, power + 1));
}

/** @param {string} text @param {number} place */
const withPoint = (text, place) => (place < text.length ? `${text.slice(0, place)}.${text.slice(place)}` : text);

/** @param {string} text */
const trimmed = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);

/**
 * A whole number, with commas: "13,002".
 * @param {number} n
 * @returns {string}
 */
export function count(n) {
  return String(n)
    .replace("-", MINUS)
    .replace(/\B(?=(\d{3})+$)/g, ",");
}

/** "95.27 %", with a space that does not break. @param {number} share */
export const percent = (share) => `${plain(100 * share, 2)} %`;
