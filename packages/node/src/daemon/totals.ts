// What a run counts, and how it is told at the end.

import type { StreamCounters } from "@a3s-sentry/core";
import { number } from "../number.js";
import type { Batch } from "./clerk.js";

export class Totals {
  blocked = 0;
  /** Escalations that the fail mode decided, by what it was then: another policy may have another. */
  failedOpen = 0;
  failedClosed = 0;
  /** Blocks whose target is in a deny-file. */
  enforced = 0;
  enforceFailed = 0;
  readonly stream = { lines: 0, events: 0, unmodelled: 0, malformed: 0, oversized: 0 };

  count({ tally, counters }: Pick<Batch, "tally" | "counters">): void {
    this.blocked += tally.blocked;
    this.failedOpen += tally.failedOpen;
    this.failedClosed += tally.failedClosed;
    this.stream.lines += counters.lines;
    this.stream.events += counters.events;
    this.stream.unmodelled += counters.unmodelled;
    this.stream.malformed += counters.malformed;
    this.stream.oversized += counters.oversized;
  }
}

/** One line for people. `failClosed` words a count of no escalations. */
export function summary(totals: Totals, failClosed: boolean): string {
  const stream: StreamCounters = totals.stream;
  const parts = [
    `${number(stream.events)} ${stream.events === 1 ? "event" : "events"} judged`,
    `${number(totals.blocked)} blocked`,
    `${number(totals.failedOpen + totals.failedClosed)} escalated (${outcome(totals, failClosed)})`,
    `${number(totals.enforced)} in deny-files`,
  ];
  if (totals.enforceFailed > 0) parts.push(`${number(totals.enforceFailed)} NOT WRITTEN to deny-files`);
  const skipped = [
    stream.unmodelled > 0 && `${number(stream.unmodelled)} with nothing to judge`,
    stream.malformed > 0 && `${number(stream.malformed)} malformed`,
    stream.oversized > 0 && `${number(stream.oversized)} over 256 KiB`,
  ].filter((part) => part !== false);
  return parts.join(", ") + (skipped.length === 0 ? "" : `; lines skipped: ${skipped.join(", ")}`);
}

function outcome({ failedOpen, failedClosed }: Totals, failClosed: boolean): string {
  if (failedOpen > 0 && failedClosed > 0) {
    return `${number(failedOpen)} allowed, fail-open, and ${number(failedClosed)} blocked, fail-closed`;
  }
  return failedClosed > 0 || (failClosed && failedOpen === 0) ? "blocked, fail-closed" : "allowed, fail-open";
}
