// Times alternatives in turns, so that a slower moment of the machine affects all of them.

import { setImmediate } from "node:timers/promises";

/**
 * @typedef {() => number | Promise<number>} Way one round: what one unit of the work takes, in milliseconds
 * @typedef {readonly number[]} Samples one figure a round
 * @typedef {{ median: number, low: number, high: number }} Summary `low` and `high` hold four fifths of the rounds
 * @typedef {{ rounds: number, warmUp: number }} Effort rounds that count, and rounds before them that do not
 */

/**
 * @template {string} Name
 * @param {Record<Name, Way>} ways @param {Effort} effort
 * @returns {Promise<Record<Name, Samples>>} by round, so that figures of one index belong together
 */
export async function measure(ways, { rounds, warmUp }) {
  const names = /** @type {Name[]} */ (Object.keys(ways));
  /** @type {Record<Name, number[]>} */
  const samples = Object.create(null);
  for (const name of names) samples[name] = [];
  for (let round = -warmUp; round < rounds; round++) {
    for (const name of names) {
      // Lets a signal through.
      await setImmediate();
      const figure = await ways[name]();
      if (round >= 0) samples[name].push(figure);
    }
  }
  return samples;
}

/**
 * A way that runs `work`, which does `per` units, again and again for so long.
 * @param {() => unknown} work what it returns is awaited @param {number} per @param {number} atLeastMs @returns {Way}
 */
export function repeated(work, per, atLeastMs) {
  return async () => {
    const since = performance.now();
    let runs = 0;
    let until = since;
    do {
      const result = work();
      if (result instanceof Promise) await result;
      runs++;
      until = performance.now();
    } while (until - since < atLeastMs);
    return (until - since) / runs / per;
  };
}

/** @param {Samples} samples @returns {Summary} */
export function summary(samples) {
  const sorted = [...samples].sort((a, b) => a - b);
  /** @param {number} share */
  const at = (share) => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
  return { median: at(0.5), low: at(0.1), high: at(0.9) };
}

/** How many times `one` is `other`, round by round. @param {Samples} one @param {Samples} other */
export function ratio(one, other) {
  return summary(one.map((figure, round) => figure / (other[round] ?? Number.NaN)));
}
