// A random number generator with a fixed seed.

/**
 * A source of numbers (mulberry32) that depends on nothing but the seed.
 * @param {number} seed
 */
export function chance(seed) {
  let state = seed;
  /** A whole number from 0, less than `count`. @param {number} count */
  const below = (count) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * count);
  };
  /** One of them. @template T @param {readonly T[]} list @returns {T} */
  const pick = (list) => /** @type {T} */ (list[below(list.length)]);
  /** So many, each by itself. @template T @param {number} count @param {() => T} make @returns {T[]} */
  const times = (count, make) => Array.from({ length: count }, make);
  return { below, pick, times };
}

/** @typedef {ReturnType<typeof chance>} Chance */
