// The day by which rules that expire are in force.

const DAY_MS = 86_400_000;

/**
 * The number of a day: the days since 1970-01-01. `date` is a day as `YYYY-MM-DD`; without it, the
 * day is that of the clock, in UTC. `undefined` if it is unknown: for `null`, for a text that is no
 * day, and for a clock that stands at its beginning.
 */
export function dayNumber(date: string | null | undefined): number | undefined {
  if (date === undefined) return Math.floor(Date.now() / DAY_MS) || undefined;
  return date !== null && isDate(date) ? Date.parse(date) / DAY_MS : undefined;
}

/** Whether a text is a day from 1970 to 9999, as `YYYY-MM-DD`. */
export function isDate(text: unknown): text is string {
  if (typeof text !== "string" || !/^(?:19[7-9]|[2-9]\d\d)\d-\d\d-\d\d$/.test(text)) return false;
  const time = Date.parse(text);
  // Some engines take the 30th of February as a day of March.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
