// Results: rows of the table, and figures with their goals.

/**
 * @typedef {import("./measure.mjs").Samples} Samples
 * @typedef {{ what: string, unit: string, ways: Record<string, Samples> }} Row the first way is a3s-sentry, to which
 *   the others are compared
 * @typedef {{ what: string, goal: { least: number } | { most: number }, unit: string, measured: import("./measure.mjs").Summary }} Figure
 * @typedef {{ rows: Row[], figures: Figure[], notes?: string[] }} Result
 */

export const OURS = "a3s-sentry";
export const NATIVE = "native Rust";
export const PLAIN = "plain JavaScript";

/** @param {Figure} figure */
export function isMet({ goal, measured }) {
  return "least" in goal ? measured.median >= goal.least : measured.median <= goal.most;
}
