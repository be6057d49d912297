// The rules of a policy for the plain judge.

import { toJavaScript } from "./pattern.mjs";

/** @typedef {import("a3s-sentry").Rule} Rule */
/** @typedef {{ source: string, flags: string, rule: Rule }} Written */

/** @param {readonly Rule[]} rules @returns {Written[]} */
export function writtenRules(rules) {
  return rules.flatMap((rule) => (rule.pattern === null ? [] : [{ ...toJavaScript(rule.pattern), rule }]));
}

/** @param {Written[]} rules @returns {import("./judge.mjs").Compiled[]} */
export function compiledRules(rules) {
  return rules.map(({ source, flags, rule }) => ({ pattern: new RegExp(source, flags), rule }));
}
