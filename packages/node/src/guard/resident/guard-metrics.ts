// The metrics of the resident judge.

import type { GuardOutcome } from "@a3s-sentry/core";
import { type MetricDefinition, PROCESS_METRICS } from "../../daemon/telemetry/process-metrics.js";

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
  readonly reloads: {
    readonly succeeded: number;
    readonly failed: number;
    readonly lastSuccess: number;
    readonly refused: boolean;
  };
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
  {
    name: "sentry_audit_lost_total",
    help: "Audit lines that no reader got: stdout failed, or was not read.",
    values: ({ auditLost }) => [[auditLost]],
  },
  { name: "sentry_guard_policies", help: "Policies in force.", values: ({ policies }) => [[policies]] },
  {
    name: "sentry_reloads_total",
    help: "Reloads of the policy.",
    labels: ["result"],
    values: ({ reloads }) => [
      [reloads.succeeded, "success"],
      [reloads.failed, "failure"],
    ],
  },
  {
    name: "sentry_last_reload_successful",
    help: "1, or 0 if the last reload was refused.",
    values: ({ reloads }) => [[reloads.refused ? 0 : 1]],
  },
  {
    name: "sentry_last_reload_timestamp_seconds",
    help: "Unix time at which the policy in force was loaded.",
    values: ({ reloads }) => [[reloads.lastSuccess]],
  },
  ...PROCESS_METRICS,
];
