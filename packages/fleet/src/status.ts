// `fleet status`: what waits, what is decided, and the workers.

import { type JetStreamManager, jetstreamManager, type StreamInfo } from "@nats-io/jetstream";
import { type ExitCode, formatNumber, type Io, writeOut } from "a3s-sentry/host";
import { accessError } from "./nats/access.js";
import { type ConnectionFlags, connectOnce } from "./nats/connection.js";
import { DEAD_LETTERS_STREAM, DECISIONS_STREAM, denyBucketOf, EVENTS_STREAM } from "./nats/names.js";
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

/** The bucket of what the nodes of a tenant deny. */
interface DenyStatus extends StreamStatus {
  readonly tenant: string;
}

interface FleetStatus {
  readonly server: string;
  readonly partitions: number;
  readonly policy: string;
  readonly streams: readonly StreamStatus[];
  readonly denies: readonly DenyStatus[];
  readonly workers: readonly WorkerReport[];
  /** What needs a person, one sentence each. */
  readonly problems: readonly string[];
}

/** A stream of events that is fuller makes shippers wait soon; a bucket of denies takes no more. */
const FULL_SHARE = 0.8;
/** What the name of a tenant follows in the name of the stream behind its bucket. */
const DENY_STREAMS = `KV_${denyBucketOf("")}`;

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
    const denies = await denyBuckets(manager);
    const found: FleetStatus = {
      server: connection.info?.version ?? "unknown",
      partitions: events.config.subjects.length,
      policy: current === undefined ? NO_REVISION : revisionName(current),
      streams,
      denies,
      workers,
      problems: [...problemsOf(streams, workers), ...denies.flatMap(denyProblems)],
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

/** The buckets of denies, by the names of their tenants. */
async function denyBuckets(manager: JetStreamManager): Promise<DenyStatus[]> {
  const found: DenyStatus[] = [];
  for await (const info of manager.streams.list("$KV.>")) {
    const { name } = info.config;
    if (name.startsWith(DENY_STREAMS)) found.push({ tenant: name.slice(DENY_STREAMS.length), ...statusOf(info) });
  }
  return found.sort((a, b) => (a.tenant < b.tenant ? -1 : 1));
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
    ...streams.flatMap(serverProblems),
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

function serverProblems({ stream, offline }: StreamStatus): string[] {
  return offline.map((name) => `${stream}: server ${name} is offline or behind`);
}

function denyProblems(bucket: DenyStatus): string[] {
  const { tenant, bytes, maxBytes } = bucket;
  const isFull = maxBytes > 0 && bytes > FULL_SHARE * maxBytes;
  const full = `the bucket of denies of ${tenant} is nearly full: then its nodes deny no further targets`;
  return [...serverProblems(bucket), ...(isFull ? [full] : [])];
}

function textOf({ server, partitions, policy, streams, denies, workers, problems }: FleetStatus): string {
  const line = (name: string, { messages, bytes, maxBytes, leader }: StreamStatus): string => {
    const led = leader === undefined ? "" : `, led by ${leader}`;
    return `  ${name}: ${formatNumber(messages)} messages, ${megabytes(bytes)} of ${megabytes(maxBytes)}${led}`;
  };
  const lines = [
    `NATS server ${server}, ${partitions} partitions, policy ${policy}`,
    ...streams.map((each) => line(each.stream, each)),
    ...denies.map((each) => line(`denies of ${each.tenant}`, each)),
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
