// Builds subjects from fragments that come close to matches without being one.

/** @typedef {import("../rules/random.mjs").Chance} Chance */

/** So often something that can follow is looked for. */
const MISSES = 30;

/**
 * A text of `bytes` ASCII characters. What would make a rule fit is left out, so what is left lies just beside.
 * @param {number} bytes @param {readonly string[]} fragments @param {Chance} by
 * @param {(text: string) => boolean} isQuiet whether no rule fits
 * @returns {string | undefined} `undefined` where every such text makes a rule fit
 */
export function grow(bytes, fragments, by, isQuiet) {
  /** All beginnings, the shortest first: where nothing can follow one, it goes on from the one before. */
  const beginnings = [""];
  let misses = 0;
  for (let tries = 0; tries < 20 * bytes; tries++) {
    const text = beginnings.at(-1) ?? "";
    if (text.length === bytes) return text;
    const next = (text + by.pick(fragments)).slice(0, bytes);
    if (isQuiet(next)) {
      beginnings.push(next);
      misses = 0;
    } else if (++misses > MISSES && beginnings.length > 1) {
      beginnings.pop();
      misses = 0;
    }
  }
  return undefined;
}
