// Whether a process is connected to the servers, for its metrics and its health.

import type { MetricDefinition } from "a3s-sentry/host";

/** Kept up to date by the connection. */
export class ConnectionState {
  connected = false;
  /** How often the connection was lost. */
  disconnects = 0;

  /** Why the process is not healthy; `undefined` if it is. */
  get problem(): string | undefined {
    return this.connected ? undefined : "not connected to a NATS server";
  }
}

export const CONNECTION_METRICS: readonly MetricDefinition<{ readonly connection: ConnectionState }>[] = [
  {
    name: "sentry_nats_connected",
    help: "1, or 0 without a connection to a NATS server.",
    values: ({ connection }) => [[connection.connected ? 1 : 0]],
  },
  {
    name: "sentry_nats_disconnects_total",
    help: "Connections to NATS servers that were lost.",
    values: ({ connection }) => [[connection.disconnects]],
  },
];
