// The lines that sum up a run at its end.

import type { StreamCounters } from "@a3s-sentry/core";
import { formatNumber } from "../../util/format.js";
import type { Totals } from "./totals.js";

/** The totals for programs: fixed words and plain numbers. */
export function stoppedLine({ stream, blocked, overloaded }: Totals): string {
  return `stopped — ${stream.events} events, ${blocked} blocked, ${overloaded} overload-degraded`;
}

/** One line for people: the events judged, and all other counts that are not zero. */
export function summaryLine(totals: Totals): string {
  const stream: StreamCounters = totals.stream;
  const { decided, failedOpen, failedClosed } = totals;
  const escalated = decided.Llm + decided.Agent + failedOpen + failedClosed;
  const parts = [
    `${formatNumber(stream.events)} ${stream.events === 1 ? "event" : "events"} judged`,
    ...nonZero([
      [totals.blocked, "blocked"],
      [escalated, `escalated (${resolutions(totals)})`],
      [totals.enforced, "in deny-files"],
      [totals.enforceFailed, "NOT WRITTEN to deny-files"],
    ]),
  ];
  const degraded = nonZero([
    [totals.overloaded, "by overload"],
    [totals.cutShort, "by the end of the run"],
  ]);
  const skipped = nonZero([
    [stream.unmodelled, "with nothing to judge"],
    [stream.malformed, "malformed"],
  ]);
  const oversized = nonZero([[stream.oversized, "over 4 MiB"]]);
  return [
    parts.join(", "),
    ...(degraded.length === 0 ? [] : [`degraded: ${degraded.join(", ")}`]),
    ...(oversized.length === 0 ? [] : [`lines that no rule judged: ${oversized}`]),
    ...(skipped.length === 0 ? [] : [`lines skipped: ${skipped.join(", ")}`]),
  ].join("; ");
}

/** How escalations were resolved: without numbers if all were resolved in one way. */
function resolutions({ decided, failedOpen, failedClosed }: Totals): string {
  const all: Counted[] = [
    [decided.Llm, "decided by L2"],
    [decided.Agent, "decided by L3"],
    [failedOpen, "allowed, fail-open"],
    [failedClosed, "blocked, fail-closed"],
  ];
  const [first, ...more] = all.filter(([count]) => count > 0);
  if (first === undefined) return "";
  if (more.length === 0) return first[1];
  const parts = nonZero([first, ...more]);
  return `${parts.slice(0, -1).join(", ")}, and ${parts.at(-1)}`;
}

type Counted = readonly [count: number, description: string];

function nonZero(counts: readonly Counted[]): string[] {
  return counts.filter(([count]) => count > 0).map(([count, description]) => `${formatNumber(count)} ${description}`);
}
