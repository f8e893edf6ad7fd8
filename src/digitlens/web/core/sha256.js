// @ts-check
// SHA-256 (FIPS 180-4), at once. The browser's own is only there for pages over https or from this computer, and a
// classroom opens the page from the teacher's.

const ROUNDS = 64;
const FRACTIONS = 2 ** 32;

/** The first 32 bits of the fractional parts of roots of primes. @param {number} count @param {number} power */
function rootsOfPrimes(count, power) {
  const primes = /** @type {number[]} */ ([]);
  for (let n = 2; primes.length < count; n++) if (primes.every((prime) => n % prime)) primes.push(n);
  return Uint32Array.from(primes, (prime) => {
    const root = prime ** power;
    return Math.floor((root - Math.floor(root)) * FRACTIONS);
  });
}
const K = rootsOfPrimes(ROUNDS, 1 / 3);
const START = rootsOfPrimes(8, 1 / 2);

/** @param {Uint8Array} data @returns {string}   64 hexadecimal digits */
export function sha256(data) {
  const padded = new Uint8Array((((data.length + 8) >> 6) << 6) + 64);
  padded.set(data);
  padded[data.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor((data.length * 8) / FRACTIONS));
  view.setUint32(padded.length - 4, data.length * 8);
  const state = Int32Array.from(START);
  const w = new Int32Array(ROUNDS);
  for (let at = 0; at < padded.length; at += 64) block(state, w, view, at);
  return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

/** @param {Int32Array} state @param {Int32Array} w @param {DataView} view @param {number} at */
function block(state, w, view, at) {
  for (let i = 0; i < 16; i++) w[i] = view.getInt32(at + 4 * i);
  for (let i = 16; i < ROUNDS; i++) {
    const [early, late] = [w[i - 15], w[i - 2]];
    const one = turned(early, 7) ^ turned(early, 18) ^ (early >>> 3);
    const two = turned(late, 17) ^ turned(late, 19) ^ (late >>> 10);
    w[i] = w[i - 16] + one + w[i - 7] + two;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < ROUNDS; i++) {
    const one = (h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
    const two = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f] = [g, f, e];
    e = (d + one) | 0;
    [d, c, b] = [c, b, a];
    a = (one + two) | 0;
  }
  for (const [i, word] of [a, b, c, d, e, f, g, h].entries()) state[i] += word;
}

/** @param {number} word @param {number} by */
const turned = (word, by) => (word >>> by) | (word << (32 - by));
