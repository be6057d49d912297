// Checks that the totals and metrics of a run agree with the lines sent and the audit.

import { SLOTS } from "./load.mjs";

/**
 * @param {{ load: import("./load.mjs").Load, blocks: number, outcomes: import("./outcomes.mjs").Outcomes,
 *   said: readonly string[], counted: Map<string, number> | undefined }} run
 * @returns {string[]} one line for each count that is not what it must be
 */
export function countProblems({ load, blocks, outcomes, said, counted }) {
  const events = blocks * load.counters.events;
  const malformed = blocks * load.counters.malformed;
  const last = said.at(-1) ?? "";
  const total = (/** @type {string} */ what) =>
    Number(new RegExp(`([\\d,]+) ${what}`).exec(last)?.[1]?.replaceAll(",", "") ?? 0);
  const wanted = /** @type {[what: string, is: number | undefined, mustBe: number][]} */ ([
    ["audit lines", outcomes.lines, blocks * SLOTS.length],
    ["events in the totals", total("events? judged"), events],
    ["blocks in the totals", total("blocked,"), outcomes.blocked],
    ["malformed lines in the totals", total("malformed"), malformed],
    ["blocks not written in the totals", total("NOT WRITTEN"), 0],
    ["sentry_events_total", counted?.get("sentry_events_total"), events],
    ["sentry_blocked_total", counted?.get("sentry_blocked_total"), outcomes.blocked],
    ["sentry_overload_degraded_total", counted?.get("sentry_overload_degraded_total"), outcomes.degraded],
    ["sentry_enforce_failed_total", counted?.get("sentry_enforce_failed_total"), 0],
  ]);
  return wanted.flatMap(([what, is, mustBe]) => (is === mustBe ? [] : [`${what}: ${is}, and must be ${mustBe}`]));
}
