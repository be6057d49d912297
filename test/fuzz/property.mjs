// How a target states that a property does not hold.

import { isDeepStrictEqual } from "node:util";

/** A property that does not hold. Two failures with the same property have the same cause, as far as is known. */
export class Broken extends Error {
  /** @param {string} property @param {string} details */
  constructor(property, details) {
    super(details === "" ? property : `${property}\n${details}`);
    this.name = "Broken";
    this.property = property;
  }
}

/** @param {boolean} holds @param {string} property @param {string} [details] */
export function check(holds, property, details = "") {
  if (!holds) throw new Broken(property, details);
}

/** @param {unknown} actual @param {unknown} expected @param {string} property */
export function checkEqual(actual, expected, property) {
  if (!isDeepStrictEqual(actual, expected)) {
    throw new Broken(property, `  is       ${shown(actual)}\n  must be  ${shown(expected)}`);
  }
}

/** A trap of the engine becomes an escalation, which no input may cause. @param {{ reason: string } | null} decision */
export function checkJudged(decision) {
  const failed = decision?.reason.startsWith("rule engine failed") === true;
  check(!failed, "the rule engine does not fail", decision?.reason);
}

/** @param {unknown} value */
function shown(value) {
  const json = JSON.stringify(value) ?? String(value);
  return json.length > 600 ? `${json.slice(0, 600)}…` : json;
}
