// @ts-check
// The bits that all random numbers are made of: PCG64 (O'Neill 2014), as NumPy's default_rng() has it, to the bit.
//
// The state is one number of 128 bits. A step multiplies it by a constant and adds another; 64 bits come out: both
// halves combined by exclusive or, and turned by as many places as the highest six bits say (XSL-RR).
//
// JavaScript multiplies 53 bits exactly. So the state is kept as four words of 32 bits, the lowest first, and the
// constants as eight of 16: each product has 48 bits, and a few of them can be added up.

import { generateState } from "./seed_sequence.js";

// 0x2360ed051fc65da44385df649fccf645, the lowest sixteen bits first
const [M0, M1, M2, M3, M4, M5, M6, M7] = [0xf645, 0x9fcc, 0xdf64, 0x4385, 0x5da4, 0x1fc6, 0xed05, 0x2360];
const [UP, DOWN] = [65536, 1 / 65536];

export class Pcg64 {
  /** @param {readonly number[]} numbers   the seed, as default_rng() takes it */
  constructor(numbers) {
    const [a, b, c, d, e, f, g, h] = generateState(numbers, 8); // two numbers of 128 bits, their higher halves first
    const stream = [g, h, e, f]; // the lowest word first
    const odd = stream.map((word, i) => ((word << 1) | (i ? stream[i - 1] >>> 31 : 1)) >>> 0);
    /** The constant that is added, in sixteens. */
    this.added = Float64Array.from(odd.flatMap((word) => [word & 0xffff, word >>> 16]));
    this.state = new Float64Array(4);
    /** The last 64 bits that came out: two words, as int32. */
    this.high = 0;
    this.low = 0;
    this.kept = -1; // the half of a number of 64 bits that next32() has not given away yet
    this.next64();
    let carry = 0;
    [c, d, a, b].forEach((word, i) => {
      const sum = this.state[i] + word + carry;
      carry = sum >= 2 ** 32 ? 1 : 0;
      this.state[i] = sum - carry * 2 ** 32;
    });
    this.next64();
  }

  /** The next 64 bits, in `high` and `low`. */
  next64() {
    const { state, added } = this;
    const [s0, s1, s2, s3] = [state[0], state[1], state[2], state[3]];
    const x0 = s0 * M0 + added[0];
    const c0 = Math.floor(x0 * DOWN);
    const x1 = s0 * M1 + added[1] + c0;
    const c1 = Math.floor(x1 * DOWN);
    const x2 = s0 * M2 + s1 * M0 + added[2] + c1;
    const c2 = Math.floor(x2 * DOWN);
    const x3 = s0 * M3 + s1 * M1 + added[3] + c2;
    const c3 = Math.floor(x3 * DOWN);
    const x4 = s0 * M4 + s1 * M2 + s2 * M0 + added[4] + c3;
    const c4 = Math.floor(x4 * DOWN);
    const x5 = s0 * M5 + s1 * M3 + s2 * M1 + added[5] + c4;
    const c5 = Math.floor(x5 * DOWN);
    const x6 = s0 * M6 + s1 * M4 + s2 * M2 + s3 * M0 + added[6] + c5;
    const c6 = Math.floor(x6 * DOWN);
    const x7 = s0 * M7 + s1 * M5 + s2 * M3 + s3 * M1 + added[7] + c6;
    const c7 = Math.floor(x7 * DOWN);
    const t0 = (state[0] = x0 - c0 * UP + (x1 - c1 * UP) * UP);
    const t1 = (state[1] = x2 - c2 * UP + (x3 - c3 * UP) * UP);
    const t2 = (state[2] = x4 - c4 * UP + (x5 - c5 * UP) * UP);
    const t3 = (state[3] = x6 - c6 * UP + (x7 - c7 * UP) * UP);
    const [high, low, turn] = [t3 ^ t1, t2 ^ t0, t3 >>> 26];
    const [upper, lower, by] = turn & 32 ? [low, high, turn & 31] : [high, low, turn & 31];
    this.high = by ? (upper >>> by) | (lower << (32 - by)) : upper;
    this.low = by ? (lower >>> by) | (upper << (32 - by)) : lower;
  }

  /** The next 32 bits, from 0 to 2^32 - 1: the lower half of 64, then the higher. @returns {number} */
  next32() {
    if (this.kept >= 0) {
      const word = this.kept;
      this.kept = -1;
      return word;
    }
    this.next64();
    this.kept = this.high >>> 0;
    return this.low >>> 0;
  }

  /** A number from 0 to below 1, of 53 bits. @returns {number} */
  random() {
    this.next64();
    return ((this.high >>> 0) * 2097152 + (this.low >>> 11)) / 9007199254740992;
  }

  /** A number from 0 to below 1, of 24 bits. @returns {number} */
  random24() {
    return (this.next32() >>> 8) / 16777216;
  }
}
