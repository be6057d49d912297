// `fleet status`: what waits, what is decided, and the workers.

import { type JetStreamManager, jetstreamManager, type StreamInfo } from "@nats-io/jetstream";
import { type ExitCode, formatNumber, type Io, writeOut } from "a3s-sentry/host";
import { accessError } from "./nats/access.js";
import { type ConnectionFlags, connectOnce } from "./nats/connection.js";
import { DEAD_LETTERS_STREAM, DECISIONS_STREAM, EVENTS_STREAM } from "./nats/names.js";
import { openBucket, revisions } from "./policy/bucket.js";
import { revisionName } from "./policy/published-policy.js";
import { NO_REVISION, type WorkerReport, workerReports } from "./worker/report.js";

export interface StatusFlags extends ConnectionFlags {
  readonly json?: boolean;
}

interface StreamStatus {
  readonly stream: string;
  readonly messages: number;
  readonly bytes: number;
  readonly maxBytes: number;
  /** The server that leads the stream, and the others with their lag; missing on a server without a cluster. */
  readonly leader?: string;
  readonly offline: readonly string[];
}

interface FleetStatus {
  readonly server: string;
  readonly partitions: number;
  readonly policy: string;
  readonly streams: readonly StreamStatus[];
  readonly workers: readonly WorkerReport[];
  /** What needs a person, one sentence each. */
  readonly problems: readonly string[];
}

/** A stream of events that is fuller makes shippers wait soon. */
const FULL_SHARE = 0.8;

/** Exits with 1 if something needs a person. */
export async function status(flags: StatusFlags, io: Io): Promise<ExitCode> {
  const connection = await connectOnce(flags, io, "a3s-sentry fleet status");
  try {
    const manager = await jetstreamManager(connection, { checkAPI: false });
    const [events, decisions, dead] = [
      await infoOf(manager, EVENTS_STREAM),
      await infoOf(manager, DECISIONS_STREAM),
      await infoOf(manager, DEAD_LETTERS_STREAM),
    ];
    const current = (await revisions(await openBucket(connection))).at(-1);
    const workers = await workerReports(connection);
    const streams = [events, decisions, dead].map(statusOf);
    const found: FleetStatus = {
      server: connection.info?.version ?? "unknown",
      partitions: events.config.subjects.length,
      policy: current === undefined ? NO_REVISION : revisionName(current),
      streams,
      workers,
      problems: problemsOf(streams, workers),
    };
    await writeOut(io.stdout, flags.json ? `${JSON.stringify(found)}\n` : textOf(found));
    return found.problems.length === 0 ? 0 : 1;
  } finally {
    await connection.close();
  }
}

async function infoOf(manager: JetStreamManager, name: string): Promise<StreamInfo> {
  try {
    return await manager.streams.info(name);
  } catch (error) {
    throw accessError(`the stream \`${name}\``, error);
  }
}

function statusOf({ config, state, cluster }: StreamInfo): StreamStatus {
  const { messages, bytes } = state;
  const offline = (cluster?.replicas ?? []).filter((peer) => peer.offline || !peer.current).map(({ name }) => name);
  const leader = cluster?.leader;
  return { stream: config.name, messages, bytes, maxBytes: config.max_bytes, ...(leader && { leader }), offline };
}

function problemsOf(streams: readonly StreamStatus[], workers: readonly WorkerReport[]): string[] {
  const [events, , dead] = streams;
  const revisionsInForce = new Set(workers.map(({ revision }) => revision));
  return [
    ...streams.flatMap(({ stream, offline }) =>
      offline.map((name) => `${stream}: server ${name} is offline or behind`),
    ),
    ...(workers.length === 0 ? ["no worker has reported in the last minute"] : []),
    ...(revisionsInForce.has(NO_REVISION)
      ? ["workers wait for a policy: publish one with `a3s-sentry policy publish FILE`"]
      : []),
    ...(revisionsInForce.size > 1 ? ["workers judge by different policies: see `a3s-sentry policy status`"] : []),
    ...(events !== undefined && events.bytes > FULL_SHARE * events.maxBytes
      ? ["the stream of events is nearly full: shippers will wait. Start more workers"]
      : []),
    ...(dead !== undefined && dead.messages > 0
      ? [`${formatNumber(dead.messages)} dead letters wait for a person`]
      : []),
  ];
}

function textOf({ server, partitions, policy, streams, workers, problems }: FleetStatus): string {
  const lines = [
    `NATS server ${server}, ${partitions} partitions, policy ${policy}`,
    ...streams.map(({ stream, messages, bytes, maxBytes, leader }) => {
      const led = leader === undefined ? "" : `, led by ${leader}`;
      return `  ${stream}: ${formatNumber(messages)} messages, ${megabytes(bytes)} of ${megabytes(maxBytes)}${led}`;
    }),
    ...workers.map(
      ({ worker, events, blocked, escalations, revision }) =>
        `  worker ${worker}: ${formatNumber(events)} events, ${formatNumber(blocked)} blocked, ` +
        `${formatNumber(escalations)} escalations wait, policy ${revision}`,
    ),
    ...problems.map((problem) => `! ${problem}`),
  ];
  return `${lines.join("\n")}\n`;
}

function megabytes(bytes: number): string {
  return `${formatNumber(Math.ceil(bytes / 1e6))} MB`;
}
