// The metrics of `deny sync`.

import { type MetricDefinition, PROCESS_METRICS } from "a3s-sentry/host";
import { CONNECTION_METRICS, type ConnectionState } from "../nats/connection-state.js";

/** What the last rounds have found and done. */
export interface SyncState {
  readonly connection: ConnectionState;
  /** Lines of the fleet in the deny-files. */
  lines: number;
  /** Targets that this node does not deny. */
  refused: number;
  /** Lines for which a deny-file has no place. */
  full: number;
  /** Whether the last round changed nothing because the bucket is not to be trusted, or failed. */
  isAlarmed: boolean;
  /** Unix time of the last round that found the bucket in order, in seconds. */
  lastSuccessS: number;
}

export const SYNC_METRICS: readonly MetricDefinition<SyncState>[] = [
  { name: "sentry_deny_sync_lines", help: "Lines of the fleet in the deny-files.", values: ({ lines }) => [[lines]] },
  {
    name: "sentry_deny_sync_refused",
    help: "Targets in the bucket that this node never denies.",
    values: ({ refused }) => [[refused]],
  },
  {
    name: "sentry_deny_sync_full",
    help: "Targets for which a deny-file has no place.",
    values: ({ full }) => [[full]],
  },
  {
    name: "sentry_deny_sync_alarm",
    help: "1 while nothing is changed because the bucket is missing or has shrunk, or a file cannot be written, else 0.",
    values: ({ isAlarmed }) => [[isAlarmed ? 1 : 0]],
  },
  {
    name: "sentry_deny_sync_last_success_timestamp_seconds",
    help: "Unix time at which the deny-files were last as the bucket is, 0 if never.",
    values: ({ lastSuccessS }) => [[lastSuccessS]],
  },
  ...CONNECTION_METRICS,
  ...PROCESS_METRICS,
];
