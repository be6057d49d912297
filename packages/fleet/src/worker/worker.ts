// `worker`: judges the events of the fleet.

import { setMaxListeners } from "node:events";
import { hostname } from "node:os";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import {
  addCounts,
  CliError,
  countOf,
  type ExitCode,
  errorText,
  formatCount,
  type Io,
  Log,
  load,
  type RunFlags,
  runSettings,
  type Tally,
  untilSignalled,
  zeroTally,
} from "a3s-sentry/host";
import { nameOf } from "../flags.js";
import { type ConnectionFlags, connectWhenPossible } from "../nats/connection.js";
import { EVENTS_STREAM } from "../nats/names.js";
import { ThrottledLog } from "../throttled-log.js";
import { consumePartition } from "./partition.js";
import { PolicyJudge } from "./policy-judge.js";

export interface WorkerFlags extends ConnectionFlags, Pick<RunFlags, "policy" | "workers" | "queue" | "failClosed"> {
  readonly name?: string;
}

/** After a signal, what was taken may still be decided for so long. Other workers get the rest. */
const GRACE_MS = 20_000;

export async function worker(flags: WorkerFlags, io: Io): Promise<ExitCode> {
  const fallback = `${hostname()
    .replace(/[^A-Za-z0-9_-]/g, "_")
    .slice(0, 48)}-${process.pid}`;
  const name = nameOf("--name", flags.name ?? fallback);
  const log = new Log(io.stderr);
  const { policy, workers, queue, failClosed } = flags;
  const settings = runSettings(defined({ policy, workers, queue, failClosed }), io.env);
  // Deny-files are for the node of the agent: a worker is on another.
  const loaded = await load(
    { ...settings, overrides: { ...settings.overrides, dryRun: true } },
    { fingerprints: new Map() },
  );
  const judge = new PolicyJudge(loaded.sentry, await loaded.sentry.revision(), settings);
  for (const warning of loaded.warnings) log.line(`warning: ${warning}`);
  log.line(`policy ${judge.revision} is in force`);
  return await untilSignalled(async (signal) => {
    const connection = await connectWhenPossible(flags, { io, name: `a3s-sentry worker ${name}`, log }, signal);
    if (connection === undefined) return 0;
    try {
      return await work({ connection, name, log, judge }, signal);
    } finally {
      await connection.close();
      judge.retire();
    }
  });
}

interface WorkerParts {
  readonly connection: NatsConnection;
  readonly name: string;
  readonly log: Log;
  readonly judge: PolicyJudge;
}

async function work({ connection, name, log, judge }: WorkerParts, stop: AbortSignal): Promise<ExitCode> {
  const client = jetstream(connection);
  const partitions = await partitionsOf(connection);
  const tally = zeroTally();
  const totals = { events: 0, deadLetters: 0 };
  const failures = new ThrottledLog(log);
  const giveUp = new AbortController();
  // One listener for each partition.
  setMaxListeners(0, stop, giveUp.signal);
  stop.addEventListener("abort", () => setTimeout(() => giveUp.abort(new Error("the worker ends")), GRACE_MS).unref());
  log.line(`judging ${formatCount(partitions, "partition")} as \`${name}\``);
  const options = {
    client,
    worker: name,
    log,
    judge: () => judge,
    onDecided: (events: number, more: Tally) => {
      totals.events += events;
      addCounts(tally.decisions, more.decisions);
    },
    onDeadLetter: () => {
      totals.deadLetters += 1;
    },
    onFailure: (why: string) => failures.warn(why),
    stop,
    giveUp: giveUp.signal,
  };
  await Promise.all(Array.from({ length: partitions }, (_, partition) => consumePartition(partition, options)));
  await connection.flush().catch(() => {});
  const { events, deadLetters } = totals;
  const blocked = countOf(tally.decisions, "block");
  log.line(`a3s-sentry: ${formatCount(events, "event")} judged, ${blocked} blocked, ${deadLetters} dead letters`);
  return 0;
}

/** The subjects of the stream are its partitions. */
async function partitionsOf(connection: NatsConnection): Promise<number> {
  try {
    const manager = await jetstreamManager(connection);
    const { config } = await manager.streams.info(EVENTS_STREAM);
    return config.subjects.length;
  } catch (error) {
    throw new CliError(
      `cannot use the stream \`${EVENTS_STREAM}\`: ${errorText(error)}: run \`a3s-sentry fleet init\``,
      {
        cause: error,
      },
    );
  }
}

function defined<T extends object>(table: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(table).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
