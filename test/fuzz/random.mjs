// Random numbers and texts from a seed.

/** A whole number from 0, below a bound. @typedef {(bound: number) => number} Random */

/** The same numbers for the same seed. @param {number} seed @returns {Random} */
export function random(seed) {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}

/** One of a list. @template T @param {Random} next @param {readonly T[]} list @returns {T} */
export function pick(next, list) {
  return /** @type {T} */ (list[next(list.length)]);
}

/** Up to `most` of what `make` makes. @template T @param {Random} next @param {number} most @param {() => T} make */
export function several(next, most, make) {
  return Array.from({ length: next(most + 1) }, make);
}

/** A short text of any characters: control characters, marks of the formats, lone surrogates. @param {Random} next */
export function anyText(next) {
  const unit = () => pick(next, [0x20, 0x80, 0x300, 0x3000, 0x10000]);
  return String.fromCharCode(...several(next, 8, () => next(unit())));
}
