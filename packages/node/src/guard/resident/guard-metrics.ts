// The metrics of the resident judge.

import type { GuardOutcome } from "@a3s-sentry/core";
import { type MetricDefinition, PROCESS_METRICS } from "../../daemon/telemetry/process-metrics.js";
import { AUDIT_METRIC, RELOAD_METRICS, type ReloadCounts } from "../../daemon/telemetry/shared-metrics.js";

/** The state of a resident judge. */
export interface JudgeState {
  readonly outcomes: Readonly<Record<GuardOutcome["outcome"], number>>;
  /** Requests that could not be judged. */
  readonly refused: number;
  readonly connections: number;
  readonly droppedConnections: number;
  readonly openTickets: number;
  readonly answers: Readonly<Record<"approved" | "denied" | "expired", number>>;
  readonly auditLost: number;
  readonly policies: number;
  readonly reloads: ReloadCounts;
}

export const GUARD_METRICS: readonly MetricDefinition<JudgeState>[] = [
  {
    name: "sentry_guard_outcomes_total",
    help: "Calls, prompts and results judged, by outcome.",
    labels: ["outcome"],
    values: ({ outcomes }) => Object.entries(outcomes).map(([outcome, count]) => [count, outcome]),
  },
  {
    name: "sentry_guard_refused_requests_total",
    help: "Requests that could not be judged: unreadable, too large, or without a valid token.",
    values: ({ refused }) => [[refused]],
  },
  {
    name: "sentry_guard_connections",
    help: "Open connections of callers.",
    values: ({ connections }) => [[connections]],
  },
  {
    name: "sentry_guard_dropped_connections_total",
    help: "Connections that were closed because of a limit.",
    values: ({ droppedConnections }) => [[droppedConnections]],
  },
  {
    name: "sentry_guard_open_tickets",
    help: "Questions that wait for a person.",
    values: ({ openTickets }) => [[openTickets]],
  },
  {
    name: "sentry_guard_answers_total",
    help: "Answers of people to questions; `expired` if nobody answered.",
    labels: ["answer"],
    values: ({ answers }) => Object.entries(answers).map(([answer, count]) => [count, answer]),
  },
  AUDIT_METRIC,
  { name: "sentry_guard_policies", help: "Policies in force.", values: ({ policies }) => [[policies]] },
  ...RELOAD_METRICS,
  ...PROCESS_METRICS,
];
