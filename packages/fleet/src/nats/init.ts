// `fleet init`: creates the streams, the consumers and the bucket, or adapts them.

import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from "@nats-io/jetstream";
import { Kvm, type KvOptions } from "@nats-io/kv";
import { nanos } from "@nats-io/transport-node";
import { CliError, type ExitCode, errorText, type Io, writeOut } from "a3s-sentry/host";
import { integerOf, nameOf } from "../flags.js";
import { type ConnectionFlags, connectOnce } from "./connection.js";
import {
  consumerOf,
  DEAD_LETTERS_STREAM,
  DECISIONS_STREAM,
  denyBucketOf,
  EVENTS_STREAM,
  MAX_PARTITIONS,
  POLICY_BUCKET,
  partitionSubjects,
  WORKERS_BUCKET,
} from "./names.js";

export interface InitFlags extends ConnectionFlags {
  readonly partitions: string;
  readonly replicas: string;
  readonly eventsBytes: string;
  readonly decisionsBytes: string;
  readonly decisionsDays: string;
  /** Names, separated by commas. */
  readonly denyTenants?: string;
  readonly denyDays: string;
}

/** A message that is not acknowledged for so long is delivered again, to any worker. */
export const ACK_WAIT_MS = 5_000;
/** Each worker has one pull request per partition. */
const MAX_WAITING = 4096;
/** Of an entry of each tenant that is denied on its nodes: so the number of lines is bounded. */
const DENY_BYTES = 8 << 20;
const DAY_MS = 86_400_000;
/** A shipper that was away for longer may store an event twice: its key is the same. */
const DUPLICATE_WINDOW_MS = 600_000;
/** The oldest go. */
const DEAD_LETTER_BYTES = 64 << 20;
const MAX_HISTORY = 64;
const MAX_VALUE_BYTES = 2 << 20;
/** The report of a worker that has ended is gone after so long. */
const REPORT_MS = 60_000;

export async function init(flags: InitFlags, io: Io): Promise<ExitCode> {
  const partitions = integerOf("--partitions", flags.partitions, 1, MAX_PARTITIONS);
  const replicas = integerOf("--replicas", flags.replicas, 1, 5);
  const sizes = {
    events: integerOf("--events-bytes", flags.eventsBytes, 1 << 20, Number.MAX_SAFE_INTEGER),
    decisions: integerOf("--decisions-bytes", flags.decisionsBytes, 1 << 20, Number.MAX_SAFE_INTEGER),
    days: integerOf("--decisions-days", flags.decisionsDays, 1, 36_500),
  };
  const tenants = flags.denyTenants === undefined ? [] : flags.denyTenants.split(",");
  for (const tenant of tenants) nameOf("--deny-tenants", tenant);
  const denyMs = DAY_MS * integerOf("--deny-days", flags.denyDays, 1, 365);
  const connection = await connectOnce(flags, io, "a3s-sentry fleet init");
  try {
    const manager = await jetstreamManager(connection);
    for (const config of streams(partitions, replicas, sizes)) await ensureStream(manager, config);
    await ensureConsumers(manager, partitions);
    const kv = new Kvm(jetstream(connection));
    const buckets: readonly (readonly [string, Partial<KvOptions>])[] = [
      [POLICY_BUCKET, { history: MAX_HISTORY, maxValueSize: MAX_VALUE_BYTES }],
      [WORKERS_BUCKET, { ttl: REPORT_MS }],
      ...tenants.map((tenant) => [denyBucketOf(tenant), { ttl: denyMs, max_bytes: DENY_BYTES }] as const),
    ];
    for (const [name, options] of buckets) {
      await kv.create(name, { ...options, replicas });
      await adaptBucket(manager, name, { ...options, replicas });
    }
    const version = connection.info?.version ?? "unknown";
    await writeOut(io.stdout, `ready: ${partitions} partitions, ${replicas} replicas, NATS server ${version}\n`);
    return 0;
  } catch (error) {
    if (error instanceof CliError) throw error;
    const text = errorText(error);
    const hint = /insufficient storage/.test(text)
      ? ": raise `max_file_store` on the servers, or lower `--events-bytes` and `--decisions-bytes`"
      : "";
    throw new CliError(`cannot prepare the servers: ${text}${hint}`, { cause: error });
  } finally {
    await connection.close();
  }
}

type Configured = Partial<StreamConfig> & Pick<StreamConfig, "name" | "subjects">;

function streams(
  partitions: number,
  replicas: number,
  sizes: { readonly events: number; readonly decisions: number; readonly days: number },
): Configured[] {
  const common = { num_replicas: replicas, storage: StorageType.File, duplicate_window: nanos(DUPLICATE_WINDOW_MS) };
  return [
    {
      ...common,
      name: EVENTS_STREAM,
      // One subject for each partition: a shipper that counts more partitions is refused.
      subjects: Array.from({ length: partitions }, (_, partition) => partitionSubjects(partition)),
      retention: RetentionPolicy.Workqueue,
      // A full stream refuses events, which then stay in the spools. It never drops one that is not decided.
      discard: DiscardPolicy.New,
      max_bytes: sizes.events,
    },
    {
      ...common,
      name: DECISIONS_STREAM,
      subjects: ["decisions.>"],
      max_bytes: sizes.decisions,
      max_age: nanos(sizes.days * DAY_MS),
    },
    { ...common, name: DEAD_LETTERS_STREAM, subjects: ["dead.>"], max_bytes: DEAD_LETTER_BYTES },
  ];
}

async function ensureStream(manager: JetStreamManager, config: Configured): Promise<void> {
  const before = await manager.streams.info(config.name).catch(() => undefined);
  if (before === undefined) {
    await manager.streams.add(config);
    return;
  }
  if (config.name === EVENTS_STREAM && before.config.subjects.length !== config.subjects.length) {
    throw new CliError(
      `the stream \`${EVENTS_STREAM}\` has ${before.config.subjects.length} partitions: the number cannot change while ` +
        "agents are shipped, because their order would be lost. Stop the shippers, let the workers empty the stream, " +
        `delete it with \`nats stream rm ${EVENTS_STREAM}\`, and run this again`,
    );
  }
  await manager.streams.update(config.name, config);
}

/** The library changes nothing of a bucket that exists. */
async function adaptBucket(
  manager: JetStreamManager,
  name: string,
  { ttl = 0, max_bytes = -1, replicas = 1 }: Partial<KvOptions>,
): Promise<void> {
  const stream = `KV_${name}`;
  const { config } = await manager.streams.info(stream);
  const wanted = { max_age: nanos(ttl), max_bytes, num_replicas: replicas };
  const isSame =
    config.max_age === wanted.max_age && config.max_bytes === max_bytes && config.num_replicas === replicas;
  if (!isSame) await manager.streams.update(stream, { ...config, ...wanted });
}

/** One consumer for each partition. At most one message of it is out at a time: so its events are judged in order. */
async function ensureConsumers(manager: JetStreamManager, partitions: number): Promise<void> {
  for (let partition = 0; partition < partitions; partition++) {
    await manager.consumers.add(EVENTS_STREAM, {
      durable_name: consumerOf(partition),
      filter_subject: partitionSubjects(partition),
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      ack_wait: nanos(ACK_WAIT_MS),
      max_ack_pending: 1,
      max_deliver: -1,
      max_waiting: MAX_WAITING,
    });
  }
}
