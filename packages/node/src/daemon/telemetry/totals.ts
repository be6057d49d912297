// What a run counts, and how it is told at the end.

import type { Decision, StreamCounters } from "@a3s-sentry/core";
import { formatNumber } from "../../util/format.js";
import type { Batch } from "../judging/line-judge.js";
import { addDecisions, type FinalVerdict, noDecisions, sumOf } from "./decision-counts.js";

/** Each event is one decision in the end; until then, an escalation is none. */
export class Totals {
  readonly decisions = noDecisions();
  /** Escalations that a slow tier settled. */
  readonly settled = { Llm: 0, Agent: 0 };
  /** Escalations that the fail mode decided, by what it was then: another policy may have another. */
  failedOpen = 0;
  failedClosed = 0;
  /** Those of them for which no slot was free, and those that the end of the run cut short. */
  overloaded = 0;
  cutShort = 0;
  /** Blocks whose target is in a deny-file. */
  enforced = 0;
  enforceFailed = 0;
  readonly stream = { lines: 0, events: 0, unmodelled: 0, malformed: 0, oversized: 0 };

  get blocked(): number {
    return sumOf(this.decisions, "block");
  }

  count({ tally, counters, escalated }: Pick<Batch, "tally" | "counters" | "escalated">): void {
    const told = sumOf(tally.decisions, "allow") + sumOf(tally.decisions, "block") + escalated.length;
    addDecisions(this.decisions, tally.decisions);
    // What has no line and goes nowhere is a plain allow.
    this.decisions.Rules.allow += counters.events - told;
    this.failedOpen += tally.failedOpen;
    this.failedClosed += tally.failedClosed;
    this.overloaded += tally.overloaded;
    this.stream.lines += counters.lines;
    this.stream.events += counters.events;
    this.stream.unmodelled += counters.unmodelled;
    this.stream.malformed += counters.malformed;
    this.stream.oversized += counters.oversized;
  }

  /** Counts what became of an escalation that had a slot. */
  countEscalation({ tier, verdict, resolution }: Decision, cutShort: boolean): void {
    const final: FinalVerdict = verdict === "block" ? "block" : "allow";
    this.decisions[tier][final] += 1;
    if (resolution !== undefined) this[final === "block" ? "failedClosed" : "failedOpen"] += 1;
    else if (tier === "Llm" || tier === "Agent") this.settled[tier] += 1;
    if (cutShort) this.cutShort += 1;
  }
}

/** One line for people. `failClosed` words a count of no escalations. */
export function summary(totals: Totals, failClosed: boolean): string {
  const stream: StreamCounters = totals.stream;
  const { settled, failedOpen, failedClosed } = totals;
  const escalated = settled.Llm + settled.Agent + failedOpen + failedClosed;
  const parts = [
    `${formatNumber(stream.events)} ${stream.events === 1 ? "event" : "events"} judged`,
    `${formatNumber(totals.blocked)} blocked`,
    `${formatNumber(escalated)} escalated (${outcome(totals, failClosed)})`,
    `${formatNumber(totals.enforced)} in deny-files`,
  ];
  if (totals.enforceFailed > 0) parts.push(`${formatNumber(totals.enforceFailed)} NOT WRITTEN to deny-files`);
  const degraded = listed([
    [totals.overloaded, "by overload"],
    [totals.cutShort, "by the end of the run"],
  ]);
  const skipped = listed([
    [stream.unmodelled, "with nothing to judge"],
    [stream.malformed, "malformed"],
    [stream.oversized, "over 256 KiB"],
  ]);
  return [
    parts.join(", "),
    ...(degraded.length === 0 ? [] : [`degraded: ${degraded.join(", ")}`]),
    ...(skipped.length === 0 ? [] : [`lines skipped: ${skipped.join(", ")}`]),
  ].join("; ");
}

function outcome({ settled, failedOpen, failedClosed }: Totals, failClosed: boolean): string {
  const all: Counted[] = [
    [settled.Llm, "settled by L2"],
    [settled.Agent, "settled by L3"],
    [failedOpen, "allowed, fail-open"],
    [failedClosed, "blocked, fail-closed"],
  ];
  const [first, ...more] = all.filter(([count]) => count > 0);
  if (first === undefined) return failClosed ? "blocked, fail-closed" : "allowed, fail-open";
  if (more.length === 0) return first[1];
  const parts = listed([first, ...more]);
  return `${parts.slice(0, -1).join(", ")}, and ${parts.at(-1)}`;
}

type Counted = readonly [count: number, of: string];

function listed(counts: readonly Counted[]): string[] {
  return counts.filter(([count]) => count > 0).map(([count, of]) => `${formatNumber(count)} ${of}`);
}
