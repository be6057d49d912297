// The metrics that `run` and `serve` have both: of their audit lines, and of reloads of the policy.

import type { MetricDefinition } from "./process-metrics.js";

/** The reloads of the policy since the start. */
export interface ReloadCounts {
  readonly succeeded: number;
  readonly failed: number;
  /** Unix time, in seconds. */
  readonly lastSuccess: number;
  /** Whether the present files have been refused. */
  readonly refused: boolean;
}

export const AUDIT_METRIC: MetricDefinition<{ readonly auditLost: number }> = {
  name: "sentry_audit_lost_total",
  help: "Audit lines that no reader got: stdout failed, or was not read.",
  values: ({ auditLost }) => [[auditLost]],
};

export const RELOAD_METRICS: readonly MetricDefinition<{ readonly reloads: ReloadCounts }>[] = [
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
];
