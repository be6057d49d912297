// What a run tells of itself in numbers, each read off when it is asked for.

import type { Policy } from "@a3s-sentry/core";
import { version } from "../../util/version.js";
import type { Totals } from "./totals.js";

/** What the numbers are of. */
export interface Observed {
  readonly totals: Totals;
  readonly policy: Policy;
  readonly queue: { readonly waiting: number; readonly capacity: number; readonly inWork: number };
  readonly reloads: {
    readonly succeeded: number;
    readonly failed: number;
    readonly lastSuccess: number;
    /** Whether the files hold what was refused. */
    readonly refused: boolean;
  };
}

/** One metric: a counter if its name ends in `_total`, else a gauge. */
export interface Reading {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
  /** Its numbers, each with the values of the labels. */
  readonly values: (of: Observed) => readonly (readonly [value: number, ...labels: string[]])[];
}

const STARTED = Date.now() / 1000 - process.uptime();

export const READINGS: readonly Reading[] = [
  { name: "sentry_events_total", help: "Events judged.", values: ({ totals }) => [[totals.stream.events]] },
  { name: "sentry_blocked_total", help: "Events blocked.", values: ({ totals }) => [[totals.blocked]] },
  {
    name: "sentry_decisions_total",
    help: "Final decisions, by the tier that made them.",
    labels: ["tier", "verdict"],
    values: ({ totals }) =>
      Object.entries(totals.decisions).flatMap(([tier, { allow, block }]) => [
        [allow, tier, "allow"],
        [block, tier, "block"],
      ]),
  },
  {
    name: "sentry_unresolved_escalations_total",
    help: "Escalations that the fail mode decided.",
    labels: ["mode"],
    values: ({ totals }) => [
      [totals.failedOpen, "fail-open"],
      [totals.failedClosed, "fail-closed"],
    ],
  },
  {
    name: "sentry_overload_degraded_total",
    help: "Escalations that the fail mode decided since the queue was full.",
    values: ({ totals }) => [[totals.overloaded]],
  },
  {
    name: "sentry_enforced_total",
    help: "Blocks whose target is in a deny-file.",
    values: ({ totals }) => [[totals.enforced]],
  },
  {
    name: "sentry_enforce_failed_total",
    help: "Blocks whose target could not be written to a deny-file.",
    values: ({ totals }) => [[totals.enforceFailed]],
  },
  {
    name: "sentry_lines_skipped_total",
    help: "Lines that are no event to judge.",
    labels: ["why"],
    values: ({ totals: { stream } }) => [
      [stream.unmodelled, "nothing-to-judge"],
      [stream.malformed, "malformed"],
      [stream.oversized, "oversized"],
    ],
  },
  {
    name: "sentry_queue_depth",
    help: "Escalations that wait for a slow tier.",
    values: ({ queue }) => [[queue.waiting]],
  },
  { name: "sentry_queue_capacity", help: "Escalations that may wait.", values: ({ queue }) => [[queue.capacity]] },
  {
    name: "sentry_judgments_in_flight",
    help: "Escalations that the slow tiers judge now.",
    values: ({ queue }) => [[queue.inWork]],
  },
  {
    name: "sentry_reloads_total",
    help: "Times that the policy was read again.",
    labels: ["result"],
    values: ({ reloads }) => [
      [reloads.succeeded, "success"],
      [reloads.failed, "failure"],
    ],
  },
  {
    name: "sentry_last_reload_successful",
    help: "1, or 0 while the files hold what was refused.",
    values: ({ reloads }) => [[reloads.refused ? 0 : 1]],
  },
  {
    name: "sentry_last_reload_timestamp_seconds",
    help: "When the policy in force was read.",
    values: ({ reloads }) => [[reloads.lastSuccess]],
  },
  {
    name: "sentry_policy_rules",
    help: "Rules in force.",
    labels: ["origin"],
    values: ({ policy: { rules } }) =>
      (["site", "builtin"] as const).map((origin) => [rules.filter((rule) => rule.origin === origin).length, origin]),
  },
  {
    name: "sentry_build_info",
    help: "The version, and that of Node.js.",
    labels: ["version", "node"],
    values: () => [[1, version(), process.versions.node]],
  },
  {
    name: "process_cpu_seconds_total",
    help: "CPU time of all threads.",
    values: () => {
      const { user, system } = process.cpuUsage();
      return [[(user + system) / 1e6]];
    },
  },
  {
    name: "process_resident_memory_bytes",
    help: "Memory in RAM.",
    values: () => [[process.memoryUsage.rss()]],
  },
  {
    name: "process_start_time_seconds",
    help: "Start of the process, since the epoch.",
    values: () => [[STARTED]],
  },
];
