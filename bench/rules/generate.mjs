// Generates a policy with any number of rules: the same in each run, and a smaller one is a prefix
// of a larger one.

import { chance } from "./random.mjs";
import { sorts } from "./sorts.mjs";

/** @typedef {{ name: string, on: string[], pattern: string }} Rule every one blocks */

const SEED = 20_241;

/** @param {number} count @returns {Rule[]} */
export function generateRules(count) {
  const by = chance(SEED);
  const seen = new Set();
  const rules = [];
  while (rules.length < count) {
    const sort = sortAt(by.below(1000) / 10);
    const pattern = sort.pattern(by);
    if (seen.has(pattern)) continue;
    seen.add(pattern);
    rules.push({ name: `r${rules.length}`, on: by.pick(sort.on), pattern });
  }
  return rules;
}

/** The sort at this place of a hundred. @param {number} place */
function sortAt(place) {
  let end = 0;
  const sort = sorts.find(({ share }) => {
    end += share;
    return place < end;
  });
  if (sort === undefined) throw new Error(`the shares of all sorts come to ${end}, not to a hundred`);
  return sort;
}

/** The packs are off: the other judges have no rules on commands or effects. */
const WITHOUT_PACKS = 'packs{off=["*"]}\n';

/**
 * A policy of these rules and the built-in ones that are in no pack, as short as a document can say it: ten thousand
 * rules have to fit in its 1 MiB.
 * @param {readonly Rule[]} rules
 */
export function aclOf(rules) {
  return WITHOUT_PACKS + rules.map(ruleText).join("");
}

/** @param {Rule} rule */
function ruleText({ name, on, pattern }) {
  const kinds = on.map((kind) => `"${kind}"`).join(",");
  const list = on.length === 1 ? kinds : `[${kinds}]`;
  return `rule"${name}"{on=${list}match=\`${pattern}\`verdict="block"severity="low"reason="x"}\n`;
}
