// Timing two ways side by side: in turns, so that what slows the machine down slows both.

/**
 * What one way takes.
 * @typedef {{ median: number, low: number, high: number }} Timing milliseconds for one run; `low` and `high` hold four
 *   fifths of the rounds between them
 * @typedef {{ ours: () => unknown, plain: () => unknown }} Ways one run each; what they return is awaited
 * @typedef {{ rounds: number, warmUp: number, atLeastMs: number }} Effort `atLeastMs` is how long one round of one way
 *   takes at least: it is run again and again for that time
 */

/**
 * @param {Ways} ways @param {Effort} effort
 * @returns {Promise<{ ours: Timing, plain: Timing }>}
 */
export async function compare({ ours, plain }, { rounds, warmUp, atLeastMs }) {
  const times = { ours: new Float64Array(rounds), plain: new Float64Array(rounds) };
  for (let round = -warmUp; round < rounds; round++) {
    const mine = await one(ours, atLeastMs);
    const theirs = await one(plain, atLeastMs);
    if (round < 0) continue;
    times.ours[round] = mine;
    times.plain[round] = theirs;
  }
  return { ours: timing(times.ours), plain: timing(times.plain) };
}

/** @param {() => unknown} way @param {number} atLeastMs */
async function one(way, atLeastMs) {
  const since = performance.now();
  let runs = 0;
  let until = since;
  do {
    const result = way();
    if (result instanceof Promise) await result;
    runs++;
    until = performance.now();
  } while (until - since < atLeastMs);
  return (until - since) / runs;
}

/** @param {Float64Array} times @returns {Timing} */
function timing(times) {
  const sorted = times.toSorted();
  /** @param {number} share */
  const at = (share) => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
  return { median: at(0.5), low: at(0.1), high: at(0.9) };
}
