// The score of a model's activations.

import type { SaeDriver, SaeScore as Score } from "../generated/wire.js";

/**
 * How harmful a model's answer looks by its activations.
 *
 * All numbers but `activation` are from 0 to 1, rounded to six decimals. `harmful` is the score of
 * the worst category, `safety` is 1 minus that. `categories` has the scores above 0, `drivers` the
 * six largest contributions; both are sorted, largest first.
 */
export interface SaeScore extends Readonly<Omit<Score, "categories" | "drivers">> {
  readonly categories: Readonly<Record<string, number>>;
  readonly drivers: readonly Readonly<SaeDriver>[];
}

/** Whether a tier's answer explains itself by a score. */
export function isScore(explain: unknown): explain is SaeScore {
  if (typeof explain !== "object" || explain === null) return false;
  const { harmful, safety, categories, drivers }: { [Field in keyof SaeScore]?: unknown } = explain;
  const numbers = [harmful, safety].every((number) => typeof number === "number" && number >= 0 && number <= 1);
  return numbers && typeof categories === "object" && categories !== null && Array.isArray(drivers);
}

export function freezeScore(score: Score): SaeScore {
  for (const driver of score.drivers) Object.freeze(driver);
  Object.freeze(score.drivers);
  Object.freeze(score.categories);
  return Object.freeze(score);
}
