// The metrics of a shipper.

import { type MetricDefinition, PROCESS_METRICS } from "a3s-sentry/host";
import { CONNECTION_METRICS, type ConnectionState } from "../nats/connection-state.js";
import type { PublisherTotals } from "./publisher.js";
import type { Spool } from "./spool.js";

export interface ShipState {
  readonly spool: Spool;
  readonly connection: ConnectionState;
  readonly published: PublisherTotals;
  /** Whether nothing is read, because the spool has no room or cannot be written. */
  readonly isWaiting: boolean;
}

export const SHIP_METRICS: readonly MetricDefinition<ShipState>[] = [
  {
    name: "sentry_ship_spooled_events_total",
    help: "Events that were read and written to the spool.",
    values: ({ spool }) => [[spool.appendedEvents]],
  },
  {
    name: "sentry_ship_events_total",
    help: "Events that the servers have stored.",
    values: ({ published }) => [[published.events]],
  },
  {
    name: "sentry_ship_messages_total",
    help: "Messages that the servers have stored.",
    values: ({ published }) => [[published.messages]],
  },
  {
    name: "sentry_ship_duplicates_total",
    help: "Messages of these that the servers already had.",
    values: ({ published }) => [[published.duplicates]],
  },
  {
    name: "sentry_ship_failures_total",
    help: "Attempts to publish that failed. The events wait in the spool.",
    values: ({ published }) => [[published.failures]],
  },
  {
    name: "sentry_ship_dropped_bytes_total",
    help: "Bytes at the end of the spool that a failure of the machine had cut, dropped at the start.",
    values: ({ spool }) => [[spool.recovered.cutBytes]],
  },
  { name: "sentry_ship_spool_bytes", help: "Bytes of the spool.", values: ({ spool }) => [[spool.bytes]] },
  { name: "sentry_ship_spool_max_bytes", help: "Most bytes of the spool.", values: ({ spool }) => [[spool.maxBytes]] },
  {
    name: "sentry_ship_oldest_seconds",
    help: "Time that the oldest event has waited in the spool, or since the start.",
    values: ({ spool }) => [[spool.oldestS]],
  },
  {
    name: "sentry_ship_input_waits",
    help: "1 while nothing is read, because the spool is full or cannot be written, else 0.",
    values: ({ isWaiting }) => [[isWaiting ? 1 : 0]],
  },
  ...CONNECTION_METRICS,
  ...PROCESS_METRICS,
];
