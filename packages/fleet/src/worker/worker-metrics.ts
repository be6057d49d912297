// The metrics of a worker. What `run` counts too has the name that it has there.

import { type MetricDefinition, PROCESS_METRICS } from "a3s-sentry/host";
import { CONNECTION_METRICS, type ConnectionState } from "../nats/connection-state.js";
import { POLICY_METRICS, type PolicyState } from "../policy/policy-state.js";
import type { Waiting } from "./backlog.js";
import type { WorkerTotals } from "./worker-totals.js";

export interface WorkerState {
  readonly totals: WorkerTotals;
  readonly policy: PolicyState;
  readonly connection: ConnectionState;
  /** The escalations of the policy in force. */
  readonly queue: { readonly waiting: number; readonly inFlight: number; readonly capacity: number };
  /** `undefined` until the servers have answered once. */
  readonly backlog: Waiting | undefined;
}

export const WORKER_METRICS: readonly MetricDefinition<WorkerState>[] = [
  {
    name: "sentry_worker_events_total",
    help: "Events judged whose decisions are stored.",
    values: ({ totals }) => [[totals.events]],
  },
  {
    name: "sentry_worker_messages_total",
    help: "Messages of decisions that were stored.",
    values: ({ totals }) => [[totals.messages]],
  },
  {
    name: "sentry_worker_redeliveries_total",
    help: "Messages of events that were delivered before, to this worker or another.",
    values: ({ totals }) => [[totals.redeliveries]],
  },
  {
    name: "sentry_worker_dead_letters_total",
    help: "Messages that could not be decided.",
    values: ({ totals }) => [[totals.deadLetters]],
  },
  {
    name: "sentry_worker_failures_total",
    help: "Requests to the servers that failed, and were tried again.",
    values: ({ totals }) => [[totals.failures]],
  },
  {
    name: "sentry_worker_fleet_denies_total",
    help: "Targets of blocks by rules marked for the fleet: written for all nodes, refused, beyond a limit, or failed.",
    labels: ["result"],
    values: ({ totals: { denies } }) => [
      [denies.published, "published"],
      [denies.refused, "refused"],
      [denies.limited, "limited"],
      [denies.failed, "failed"],
    ],
  },
  { name: "sentry_blocked_total", help: "Events blocked.", values: ({ totals }) => [[totals.blocked]] },
  {
    name: "sentry_decisions_total",
    help: "Final decisions, by the tier that made them.",
    labels: ["tier", "verdict"],
    values: ({ totals }) =>
      Object.entries(totals.tally.decisions).flatMap(([tier, { allow, block }]) => [
        [allow, tier, "allow"],
        [block, tier, "block"],
      ]),
  },
  {
    name: "sentry_unresolved_escalations_total",
    help: "Escalations that the fail mode decided.",
    labels: ["mode"],
    values: ({ totals: { tally } }) => [
      [tally.failedOpen, "fail-open"],
      [tally.failedClosed, "fail-closed"],
    ],
  },
  {
    name: "sentry_overload_degraded_total",
    help: "Escalations that the fail mode decided because the queue was full.",
    values: ({ totals }) => [[totals.tally.overloaded]],
  },
  {
    name: "sentry_queue_depth",
    help: "Escalations that wait for a slow tier.",
    values: ({ queue }) => [[queue.waiting]],
  },
  { name: "sentry_queue_capacity", help: "Escalations that may wait.", values: ({ queue }) => [[queue.capacity]] },
  {
    name: "sentry_judgments_in_flight",
    help: "Escalations that the slow tiers are judging.",
    values: ({ queue }) => [[queue.inFlight]],
  },
  {
    name: "sentry_backlog_messages",
    help: "Messages of events that all workers together have not decided.",
    values: ({ backlog }) => [[backlog?.messages ?? 0]],
  },
  {
    name: "sentry_backlog_bytes",
    help: "Bytes of these messages.",
    values: ({ backlog }) => [[backlog?.bytes ?? 0]],
  },
  {
    name: "sentry_backlog_max_bytes",
    help: "Bytes from which on the servers take no more events.",
    values: ({ backlog }) => [[backlog?.maxBytes ?? 0]],
  },
  {
    name: "sentry_backlog_oldest_seconds",
    help: "Age of the oldest of these messages.",
    values: ({ backlog }) => [[backlog?.oldestS ?? 0]],
  },
  ...POLICY_METRICS,
  ...CONNECTION_METRICS,
  ...PROCESS_METRICS,
];
