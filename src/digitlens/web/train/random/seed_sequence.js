// @ts-check
// From a seed, and numbers that say what for, to the state of a generator: NumPy's SeedSequence, to the bit.
//
// The twin of numpy.random.SeedSequence (after O'Neill's seed_seq_fe, 2015): the words of the entropy are hashed into a
// pool of four, each word of the pool is mixed with each other one, and from the pool come as many words as are wanted.

const POOL = 4; // words
const SHIFT = 16;
const [HASH, HASH_FACTOR] = [0x43b0d7e5, 0x931e8875]; // into the pool
const [DRAW, DRAW_FACTOR] = [0x8b51f9dd, 0x58f38ded]; // out of it
const [LEFT, RIGHT] = [0xca01f9dd, 0x4973f715]; // mixes two words

/**
 * The words of 32 bits that whole numbers are made of, the lowest first; each has at least one.
 * @param {readonly number[]} numbers   from 0 to 2^53 - 1
 * @returns {number[]}
 */
export function words(numbers) {
  return numbers.flatMap((number) => {
    if (!Number.isSafeInteger(number) || number < 0)
      throw new Error(`a seed is made of whole numbers from 0 to 2^53 - 1, got ${number}`);
    const high = Math.floor(number / 2 ** 32);
    return high ? [number >>> 0, high] : [number];
  });
}

/**
 * So many words of 32 bits, drawn from these numbers: SeedSequence(numbers).generate_state(count).
 * @param {readonly number[]} numbers
 * @param {number} count
 * @returns {Uint32Array}
 */
export function generateState(numbers, count) {
  const pool = mixed(words(numbers));
  const state = new Uint32Array(count);
  for (let i = 0, hash = DRAW; i < count; i++) {
    let word = pool[i % POOL] ^ hash;
    hash = Math.imul(hash, DRAW_FACTOR);
    word = Math.imul(word, hash);
    state[i] = word ^ (word >>> SHIFT);
  }
  return state;
}

/** The pool after all of the entropy has gone into it. @param {number[]} entropy @returns {Int32Array} */
function mixed(entropy) {
  const pool = new Int32Array(POOL);
  let hash = HASH;
  const hashed = (/** @type {number} */ word) => {
    word ^= hash;
    hash = Math.imul(hash, HASH_FACTOR);
    word = Math.imul(word, hash);
    return word ^ (word >>> SHIFT);
  };
  const mixInto = (/** @type {number} */ to, /** @type {number} */ word) => {
    const both = (Math.imul(LEFT, pool[to]) - Math.imul(RIGHT, word)) | 0;
    pool[to] = both ^ (both >>> SHIFT);
  };
  for (let i = 0; i < POOL; i++) pool[i] = hashed(entropy[i] ?? 0);
  for (let from = 0; from < POOL; from++)
    for (let to = 0; to < POOL; to++) if (from !== to) mixInto(to, hashed(pool[from]));
  for (const word of entropy.slice(POOL)) for (let to = 0; to < POOL; to++) mixInto(to, hashed(word));
  return pool;
}
