// The definitions of the metrics that are read from the state of a run.

import type { Policy } from "@a3s-sentry/core";
import { NOT_ENFORCED } from "../../enforcer/target-check.js";
import { SKIPPED_WORDS } from "../audit/audit-line.js";
import { type MetricDefinition, PROCESS_METRICS } from "./process-metrics.js";
import { AUDIT_METRIC, RELOAD_METRICS, type ReloadCounts } from "./shared-metrics.js";
import type { Totals } from "./totals.js";

/** The state of a run. */
export interface Observed {
  readonly totals: Totals;
  readonly policy: Policy;
  readonly queue: {
    readonly waiting: number;
    readonly capacity: number;
    readonly inFlight: number;
    /** Agents with an escalation that waits. */
    readonly agents: number;
    readonly coalesced: number;
  };
  readonly auditLost: number;
  readonly reloads: ReloadCounts;
}

export const RUN_METRICS: readonly MetricDefinition<Observed>[] = [
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
    help: "Escalations that the fail mode decided because the queue was full.",
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
    name: "sentry_deny_file_full_total",
    help: "Blocks whose target was not written because the deny-file has as many lines as it may have.",
    values: ({ totals }) => [[totals.denyFileFull]],
  },
  {
    name: "sentry_not_enforced_total",
    help: "Blocks whose target is one that sentry does not deny.",
    labels: ["why"],
    values: ({ totals }) => NOT_ENFORCED.map((why) => [totals.notEnforced[why], why]),
  },
  {
    name: "sentry_lines_skipped_total",
    help: "Lines that no rule judged; the fail mode decides oversized ones.",
    labels: ["why"],
    values: ({ totals: { stream } }) => [
      [stream.unmodelled, SKIPPED_WORDS.unmodelled],
      [stream.malformed, SKIPPED_WORDS.malformed],
      [stream.oversized, "oversized"],
    ],
  },
  {
    name: "sentry_input_recognized",
    help: "0 while nothing but malformed lines has come, else 1.",
    values: ({ totals }) => [[totals.isRecognized ? 1 : 0]],
  },
  AUDIT_METRIC,
  {
    name: "sentry_queue_depth",
    help: "Escalations that wait for a slow tier.",
    values: ({ queue }) => [[queue.waiting]],
  },
  {
    name: "sentry_queue_agents",
    help: "Agents with an escalation that waits for a slow tier.",
    values: ({ queue }) => [[queue.agents]],
  },
  {
    name: "sentry_escalations_coalesced_total",
    help: "Escalations that got the decision on an equal one of the same agent, which was not decided yet.",
    values: ({ queue }) => [[queue.coalesced]],
  },
  { name: "sentry_queue_capacity", help: "Escalations that may wait.", values: ({ queue }) => [[queue.capacity]] },
  {
    name: "sentry_judgments_in_flight",
    help: "Escalations that the slow tiers are judging.",
    values: ({ queue }) => [[queue.inFlight]],
  },
  ...RELOAD_METRICS,
  {
    name: "sentry_policy_rules",
    help: "Rules in force.",
    labels: ["origin"],
    values: ({ policy: { rules } }) =>
      (["site", "builtin"] as const).map((origin) => [rules.filter((rule) => rule.origin === origin).length, origin]),
  },
  ...PROCESS_METRICS,
];
