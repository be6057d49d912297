// Rules that match none of the judged lines, like most rules of a collection.

import { Sentry } from "a3s-sentry";
import { aclOf, generateRules } from "./generate.mjs";

/** @typedef {import("./generate.mjs").Rule} Rule */

/** So many at a time are compiled to find out. */
const AT_ONCE = 5_000;

/**
 * The first `count` generated rules that fit none of the lines.
 * @param {number} count @param {readonly string[]} lines @returns {Promise<Rule[]>}
 */
export async function settledRules(count, lines) {
  const candidates = generateRules(Math.ceil(count * 1.05));
  /** @type {Rule[]} */
  const settled = [];
  for (let from = 0; from < candidates.length; from += AT_ONCE) {
    const some = candidates.slice(from, from + AT_ONCE);
    const fitting = await namesOfFitting(some, lines);
    settled.push(...some.filter(({ name }) => !fitting.has(name)));
  }
  if (settled.length < count) throw new Error(`only ${settled.length} of ${candidates.length} rules fit no line`);
  return settled.slice(0, count);
}

/** @param {readonly Rule[]} rules @param {readonly string[]} lines */
async function namesOfFitting(rules, lines) {
  const sentry = await Sentry.create(aclOf(rules));
  const own = new Set(rules.map(({ name }) => name));
  const fitting = new Set();
  for (const line of lines) {
    if (!own.has(sentry.classify(line)?.rule ?? "")) continue;
    for (const { name, outcome } of sentry.explain(line)?.rules ?? []) if (outcome !== "no-match") fitting.add(name);
  }
  sentry.close();
  return fitting;
}
