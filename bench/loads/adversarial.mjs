// Lines built against a policy: no rule matches any of them, and many nearly do.

import { chance } from "../rules/random.mjs";
import { eventLine } from "./events.mjs";
import { familiesAgainst } from "./families.mjs";
import { grow } from "./grow.mjs";

/** @typedef {{ name: string, kind: string, text: string, line: string }} Built */

/** A line a family, where there is one. @param {import("a3s-sentry").Sentry} sentry @returns {Built[]} */
export function adversarialLines(sentry) {
  const by = chance(666);
  return familiesAgainst(sentry.policy.rules).flatMap(({ name, kind, bytes, fragments }) => {
    const isQuiet = (/** @type {string} */ text) => sentry.classify(eventLine(kind, text))?.rule === undefined;
    const text = grow(bytes, fragments, by, isQuiet);
    return text === undefined ? [] : [{ name: `${kind}: ${name}`, kind, text, line: eventLine(kind, text) }];
  });
}

/** The same, so many times as long, where still no rule fits. @param {import("a3s-sentry").Sentry} sentry @param {Built} built @param {number} times */
export function longer(sentry, { kind, text }, times) {
  const line = eventLine(kind, text.repeat(times));
  return sentry.classify(line)?.rule === undefined ? line : undefined;
}
