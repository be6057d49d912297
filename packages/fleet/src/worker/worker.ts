// `worker`: judges the events of the fleet.

import { hostname } from "node:os";
import {
  type ExitCode,
  type Io,
  Log,
  metricsFor,
  type RunFlags,
  runSettings,
  serveMetrics,
  untilSignalled,
} from "a3s-sentry/host";
import { nameOf } from "../flags.js";
import { type ConnectionFlags, connectWhenPossible } from "../nats/connection.js";
import { ConnectionState } from "../nats/connection-state.js";
import { Backlog } from "./backlog.js";
import { PartitionWorker } from "./partition-worker.js";
import { Policies } from "./policies.js";
import { WORKER_METRICS } from "./worker-metrics.js";
import { WorkerTotals } from "./worker-totals.js";

/** Those of `run` that a worker has too. */
type SharedFlags = Pick<
  RunFlags,
  | "policy"
  | "workers"
  | "queue"
  | "failClosed"
  | "llmUrl"
  | "llmModel"
  | "llmKeyFile"
  | "llmTimeout"
  | "agentBin"
  | "skills"
  | "agentTimeout"
  | "metricsAddr"
>;

export interface WorkerFlags extends ConnectionFlags, SharedFlags {
  readonly name?: string;
}

const NO_QUEUE = { waiting: 0, inFlight: 0 };

export async function worker(flags: WorkerFlags, io: Io): Promise<ExitCode> {
  const fallback = `${hostname()
    .replace(/[^A-Za-z0-9_-]/g, "_")
    .slice(0, 48)}-${process.pid}`;
  const name = nameOf("--name", flags.name ?? fallback);
  const log = new Log(io.stderr);
  const settings = runSettings(flags, io.env);
  const state = { connection: new ConnectionState(), totals: new WorkerTotals() };
  let backlog: Backlog | undefined;
  const metrics = await metricsFor(settings.metrics, ({ TierMetrics }) => {
    const queue = () => ({ ...(policies.current?.queue ?? NO_QUEUE), capacity: settings.queue });
    return new TierMetrics(WORKER_METRICS, () => ({
      ...state,
      policy: policies.state,
      queue: queue(),
      backlog: backlog?.waiting,
    }));
  });
  const policies = await Policies.create({ ...settings, onTierTiming: metrics?.recordTiming }, log);
  const endpoint = await serveMetrics(settings.metrics, metrics, () => state.connection.problem);
  if (endpoint !== undefined) log.line(`metrics at ${endpoint.url}`);
  return await untilSignalled(async (signal) => {
    const connecting = { io, name: `a3s-sentry worker ${name}`, log, state: state.connection };
    const connection = await connectWhenPossible(flags, connecting, signal);
    if (connection === undefined) return 0;
    try {
      if (metrics !== undefined) backlog = new Backlog(connection);
      const follows = settings.policy === undefined && settings.config === undefined;
      return await new PartitionWorker({ connection, name, log, policies, totals: state.totals, backlog }).run(
        follows,
        signal,
      );
    } finally {
      endpoint?.close();
      await connection.close();
      policies.close();
    }
  });
}
