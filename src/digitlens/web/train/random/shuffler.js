// @ts-check
// Random orders as NumPy's Generator draws them, to the bit.

import { Pcg64 } from "./pcg64.js";

export class Shuffler {
  /** @param {...number} numbers   as default_rng([...numbers]) takes them */
  constructor(...numbers) {
    this.bits = new Pcg64(numbers);
  }

  /** A whole number from 0 to `most`: as many bits as that has, until they are not more. @param {number} most */
  upTo(most) {
    const mask = most ? 4294967295 >>> Math.clz32(most) : 0;
    for (;;) {
      const word = (this.bits.next32() & mask) >>> 0;
      if (word <= most) return word;
    }
  }

  /**
   * The same numbers in a random order: permutation() of an array of one dimension.
   * @template {Uint8Array | Uint32Array} T
   * @param {T} numbers   changed in place
   * @returns {T}
   */
  shuffle(numbers) {
    for (let i = numbers.length - 1; i > 0; i--) {
      const j = this.upTo(i);
      const kept = numbers[i];
      numbers[i] = numbers[j];
      numbers[j] = kept;
    }
    return numbers;
  }

  /** 0 to `count` - 1 in a random order. @param {number} count @returns {Uint32Array} */
  permutation(count) {
    return this.shuffle(Uint32Array.from({ length: count }, (_, i) => i));
  }
}
