// @ts-check
// Random numbers as NumPy's Generator draws them, to the bit: normal, uniform, and the order of a shuffle.
//
// Normal numbers come from 256 layers of equal area under the bell curve (Marsaglia and Tsang, The ziggurat method,
// 2000): one of them is drawn, and a place across it; nearly always that is all.

import { Shuffler } from "./shuffler.js";
import { ziggurat } from "./ziggurat.js";

const TAIL = 3.6541528853610088; // where the lowest layer ends; beyond it lies the tail
const OVER_TAIL = 0.27366123732975828;
const [TAIL_32, OVER_TAIL_32] = [Math.fround(TAIL), Math.fround(OVER_TAIL)];
const { fround } = Math;

export class Generator extends Shuffler {
  /** @param {...number} numbers   as default_rng([...numbers]) takes them */
  constructor(...numbers) {
    super(...numbers);
    this.tables = ziggurat();
  }

  /** One number from N(0, 1). @returns {number} */
  normal() {
    const { bits, tables } = this;
    for (;;) {
      bits.next64();
      const [high, low] = [bits.high, bits.low];
      const layer = low & 255;
      const place = (high & 0x1fffffff) * 8388608 + (low >>> 9); // 52 bits
      const x = place * tables.width[layer] * (low & 256 ? -1 : 1);
      if (place < tables.sure[layer]) return x;
      if (layer === 0) return low & 0x20000 ? -this.#tail() : this.#tail();
      const [upper, lower] = [tables.height[layer - 1], tables.height[layer]];
      if ((upper - lower) * bits.random() + lower < Math.exp(-0.5 * x * x)) return x;
    }
  }

  #tail() {
    for (;;) {
      const x = -OVER_TAIL * Math.log1p(-this.bits.random());
      const y = -Math.log1p(-this.bits.random());
      if (y + y > x * x) return TAIL + x;
    }
  }

  /** One number from N(0, 1), drawn in float32: standard_normal(dtype=np.float32). @returns {number} */
  normal32() {
    const { bits, tables } = this;
    for (;;) {
      const word = bits.next32();
      const layer = word & 255;
      const place = (word >>> 9) & 0x7fffff;
      const x = fround(place * tables.width32[layer]) * (word & 256 ? -1 : 1);
      if (place < tables.sure32[layer]) return x;
      if (layer === 0) return word & 0x20000 ? -this.#tail32() : this.#tail32();
      const [upper, lower] = [tables.height32[layer - 1], tables.height32[layer]];
      if (fround(fround(fround(upper - lower) * bits.random24()) + lower) < Math.exp(-0.5 * x * x)) return x;
    }
  }

  #tail32() {
    for (;;) {
      const x = fround(-OVER_TAIL_32 * fround(Math.log1p(-this.bits.random24())));
      const y = -fround(Math.log1p(-this.bits.random24()));
      if (fround(y + y) > fround(x * x)) return fround(TAIL_32 + x);
    }
  }

  /** One number from `low` to below `high`. @param {number} low @param {number} high @returns {number} */
  uniform(low, high) {
    return low + (high - low) * this.bits.random();
  }
}
