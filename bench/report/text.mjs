// Formats figures for people.

import { summary } from "../measure.mjs";

const UNITS = /** @type {const} */ ([
  [1000, "s"],
  [1, "ms"],
  [1e-3, "µs"],
  [0, "ns"],
]);

/** @param {number} figure */
export const rounded = (figure) =>
  !Number.isFinite(figure) ? "?" : String(Number(figure.toPrecision(figure >= 1000 ? 4 : 3)));

/** A time with the range of four fifths of the rounds. @param {import("../measure.mjs").Samples} samples milliseconds */
export function time(samples) {
  const { median, low, high } = summary(samples);
  if (median === 0) return "too little to tell";
  const [size, unit] = UNITS.find(([size]) => median >= size) ?? [0, "ns"];
  /** @param {number} ms */
  const text = (ms) => rounded(ms / (size === 0 ? 1e-6 : size));
  return `${text(median)} ${unit} (${text(low)}–${text(high)})`;
}

/** @param {import("../rows.mjs").Figure["goal"]} goal @param {string} unit */
export function goalText(goal, unit) {
  return "least" in goal ? `at least ${goal.least} ${unit}` : `at most ${goal.most} ${unit}`;
}
