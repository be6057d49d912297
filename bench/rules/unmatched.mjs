// Rules that match none of the judged lines, like most rules of a collection.

import { Sentry } from "a3s-sentry";
import { aclOf, generateRules } from "./generate.mjs";

/** @typedef {import("./generate.mjs").Rule} Rule */

/** The number of candidates in one policy. */
const AT_ONCE = 5_000;

/**
 * The first `count` generated rules that match none of the lines.
 * @param {number} count @param {readonly string[]} lines @returns {Promise<Rule[]>}
 */
export async function unmatchedRules(count, lines) {
  const candidates = generateRules(Math.ceil(count * 1.05));
  /** @type {Rule[]} */
  const unmatched = [];
  for (let from = 0; from < candidates.length; from += AT_ONCE) {
    const some = candidates.slice(from, from + AT_ONCE);
    const matching = await namesOfMatching(some, lines);
    unmatched.push(...some.filter(({ name }) => !matching.has(name)));
  }
  if (unmatched.length < count) throw new Error(`only ${unmatched.length} of ${candidates.length} rules match no line`);
  return unmatched.slice(0, count);
}

/** @param {readonly Rule[]} rules @param {readonly string[]} lines */
async function namesOfMatching(rules, lines) {
  const sentry = await Sentry.create(aclOf(rules));
  const own = new Set(rules.map(({ name }) => name));
  const matching = new Set();
  for (const line of lines) {
    if (!own.has(sentry.classify(line)?.rule ?? "")) continue;
    for (const { name, outcome } of sentry.explain(line)?.rules ?? []) if (outcome !== "no-match") matching.add(name);
  }
  sentry.close();
  return matching;
}
