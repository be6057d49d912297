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
  type RunFlags,
  runSettings,
  type Tally,
  untilSignalled,
  zeroTally,
} from "a3s-sentry/host";
import { nameOf } from "../flags.js";
import { type ConnectionFlags, connectWhenPossible } from "../nats/connection.js";
import { EVENTS_STREAM, WORKERS_BUCKET } from "../nats/names.js";
import { openBucket } from "../policy/bucket.js";
import { follow } from "../policy/follow.js";
import { ThrottledLog } from "../throttled-log.js";
import { consumePartition } from "./partition.js";
import { Policies } from "./policies.js";
import type { WorkerReport } from "./report.js";

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
>;

export interface WorkerFlags extends ConnectionFlags, SharedFlags {
  readonly name?: string;
}

/** After a signal, what was taken may still be decided for so long. Other workers get the rest. */
const GRACE_MS = 20_000;
const REPORT_MS = 10_000;

export async function worker(flags: WorkerFlags, io: Io): Promise<ExitCode> {
  const fallback = `${hostname()
    .replace(/[^A-Za-z0-9_-]/g, "_")
    .slice(0, 48)}-${process.pid}`;
  const name = nameOf("--name", flags.name ?? fallback);
  const log = new Log(io.stderr);
  const settings = runSettings(flags, io.env);
  const policies = await Policies.create(settings, log);
  return await untilSignalled(async (signal) => {
    const connection = await connectWhenPossible(flags, { io, name: `a3s-sentry worker ${name}`, log }, signal);
    if (connection === undefined) return 0;
    try {
      const follows = settings.policy === undefined && settings.config === undefined;
      return await new Worker({ connection, name, log, policies }).run(follows, signal);
    } finally {
      await connection.close();
      policies.close();
    }
  });
}

interface WorkerParts {
  readonly connection: NatsConnection;
  readonly name: string;
  readonly log: Log;
  readonly policies: Policies;
}

class Worker {
  readonly #parts: WorkerParts;
  readonly #failures: ThrottledLog;
  readonly #tally = zeroTally();
  readonly #totals = { events: 0, deadLetters: 0 };

  constructor(parts: WorkerParts) {
    this.#parts = parts;
    this.#failures = new ThrottledLog(parts.log);
  }

  /** Judges until `stop` aborts. Without a policy file of its own, it follows that in the bucket. */
  async run(follows: boolean, stop: AbortSignal): Promise<ExitCode> {
    const { connection, name, log, policies } = this.#parts;
    const partitions = await partitionsOf(connection);
    // One listener for each partition.
    const giveUp = new AbortController();
    setMaxListeners(0, stop, giveUp.signal);
    stop.addEventListener("abort", () =>
      setTimeout(() => giveUp.abort(new Error("the worker ends")), GRACE_MS).unref(),
    );
    const report = await this.#reporter();
    if (follows) await this.#follow(stop, report);
    const timer = setInterval(report, REPORT_MS);
    report();
    log.line(`judging ${formatCount(partitions, "partition")} as \`${name}\``);
    const options = {
      client: jetstream(connection),
      worker: name,
      log,
      judge: () => policies.current,
      onDecided: (events: number, { decisions }: Tally) => {
        this.#totals.events += events;
        addCounts(this.#tally.decisions, decisions);
      },
      onDeadLetter: () => {
        this.#totals.deadLetters += 1;
      },
      onFailure: (why: string) => this.#failures.warn(why),
      stop,
      giveUp: giveUp.signal,
    };
    try {
      await Promise.all(Array.from({ length: partitions }, (_, partition) => consumePartition(partition, options)));
      await connection.flush().catch(() => {});
    } finally {
      clearInterval(timer);
    }
    const { events, blocked, deadLetters } = this.#report;
    log.line(`a3s-sentry: ${formatCount(events, "event")} judged, ${blocked} blocked, ${deadLetters} dead letters`);
    return 0;
  }

  async #follow(signal: AbortSignal, report: () => void): Promise<void> {
    const { connection, policies } = this.#parts;
    await follow(await openBucket(connection), {
      use: async (revision) => {
        await policies.use(revision);
        report();
      },
      onRefused: (revision, why) => {
        policies.refuse(revision, why);
        report();
      },
      onProblem: (why) => this.#failures.warn(why),
      signal,
    });
  }

  /** Reports to the bucket of workers. A report that is lost is followed by the next. */
  async #reporter(): Promise<() => void> {
    const { connection, name } = this.#parts;
    const bucket = await openBucket(connection, WORKERS_BUCKET);
    return () => {
      bucket
        .put(name, JSON.stringify(this.#report))
        .catch((error: unknown) => this.#failures.warn(`cannot report: ${errorText(error)}`));
    };
  }

  get #report(): WorkerReport {
    const { name: worker, policies } = this.#parts;
    const { revision, escalations } = policies.current;
    const { refused } = policies;
    const blocked = countOf(this.#tally.decisions, "block");
    return { worker, revision, ...(refused && { refused }), ...this.#totals, blocked, escalations };
  }
}

/** The subjects of the stream are its partitions. */
async function partitionsOf(connection: NatsConnection): Promise<number> {
  try {
    const manager = await jetstreamManager(connection, { checkAPI: false });
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
