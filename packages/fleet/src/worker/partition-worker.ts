// A worker that is connected: it follows the policy, judges partitions and reports.

import { setMaxListeners } from "node:events";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { type ExitCode, errorText, formatCount, type Log } from "a3s-sentry/host";
import { FleetDenies } from "../deny/fleet-denies.js";
import { accessError, whenAvailable } from "../nats/access.js";
import { EVENTS_STREAM, WORKERS_BUCKET } from "../nats/names.js";
import { openBucket } from "../policy/bucket.js";
import { follow } from "../policy/follow.js";
import { ThrottledLog } from "../throttled-log.js";
import type { Backlog } from "./backlog.js";
import { DecisionStore } from "./decision-store.js";
import { consumePartition } from "./partition.js";
import type { Policies } from "./policies.js";
import type { PolicyJudge } from "./policy-judge.js";
import { ReadAhead } from "./read-ahead.js";
import { NO_REVISION, type WorkerReport } from "./report.js";
import type { WorkerTotals } from "./worker-totals.js";

/** After a signal, what was taken may still be decided for so long. Other workers get the rest. */
const GRACE_MS = 20_000;
const REPORT_MS = 10_000;

export interface WorkerParts {
  readonly connection: NatsConnection;
  readonly name: string;
  readonly log: Log;
  readonly policies: Policies;
  readonly totals: WorkerTotals;
  /** Asked about what waits, if metrics are served. */
  readonly backlog: Backlog | undefined;
}

/** Judges the events of all partitions that the servers give it. */
export class PartitionWorker {
  readonly #parts: WorkerParts;
  readonly #failures: ThrottledLog;

  constructor(parts: WorkerParts) {
    this.#parts = parts;
    this.#failures = new ThrottledLog(parts.log);
  }

  /** Judges until `stop` aborts. Without a policy file of its own, it follows that in the bucket. */
  async run(follows: boolean, stop: AbortSignal): Promise<ExitCode> {
    const { connection, name, log, policies, totals } = this.#parts;
    // One listener for each partition.
    const giveUp = new AbortController();
    setMaxListeners(0, stop, giveUp.signal);
    stop.addEventListener("abort", () =>
      setTimeout(() => giveUp.abort(new Error("the worker ends")), GRACE_MS).unref(),
    );
    const onFailure = (why: string): void => this.#failed(why);
    const begin = async () => {
      const partitions = await partitionsOf(connection);
      const report = await this.#reporter();
      if (follows) await this.#follow(stop, report);
      return { partitions, report };
    };
    const begun = await whenAvailable(begin, { signal: stop, onFailure });
    if (begun === undefined) return 0;
    const { partitions, report } = begun;
    const timer = setInterval(report, REPORT_MS);
    report();
    await policies.begun(stop);
    log.line(`judging ${formatCount(partitions, "partition")} as \`${name}\``);
    const client = jetstream(connection);
    const onLimited = (why: string): void => this.#failures.warn(why);
    const denies = new FleetDenies({
      client,
      worker: name,
      totals: totals.denies,
      onFailure,
      onLimited,
      signal: stop,
    });
    const store = new DecisionStore({
      client,
      worker: name,
      log,
      judge: () => inForce(policies),
      denies,
      onDecided: totals.decided.bind(totals),
      onDeadLetter: () => {
        totals.deadLetters += 1;
      },
      onFailure,
      giveUp: giveUp.signal,
    });
    const onRedelivered = (): void => {
      totals.redeliveries += 1;
    };
    const options = { client, log, store, onRedelivered, onFailure, stop, giveUp: giveUp.signal };
    const { streams } = await jetstreamManager(connection, { checkAPI: false });
    const readAheadOf = (partition: number): ReadAhead =>
      new ReadAhead(partition, { streams, decide: (message) => store.decideByRules(message), onFailure, stop });
    try {
      await Promise.all(
        Array.from({ length: partitions }, (_, partition) =>
          consumePartition(partition, readAheadOf(partition), options),
        ),
      );
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
      onProblem: (why) => this.#failed(why),
      signal,
    });
  }

  /** Reports to the bucket of workers. A report that is lost is followed by the next. */
  async #reporter(): Promise<() => void> {
    const { connection, name, backlog } = this.#parts;
    const bucket = await openBucket(connection, WORKERS_BUCKET);
    return () => {
      backlog?.refresh().catch((error: unknown) => this.#failed(`cannot read what waits: ${errorText(error)}`));
      bucket
        .put(name, JSON.stringify(this.#report))
        .catch((error: unknown) => this.#failed(`cannot report: ${errorText(error)}`));
    };
  }

  #failed(why: string): void {
    this.#parts.totals.failures += 1;
    this.#failures.warn(why);
  }

  get #report(): WorkerReport {
    const { name: worker, policies, totals } = this.#parts;
    const { revision = NO_REVISION, queue } = policies.current ?? {};
    const { refused } = policies;
    const { events, deadLetters, blocked } = totals;
    const escalations = queue === undefined ? 0 : queue.waiting + queue.inFlight;
    return { worker, revision, ...(refused && { refused }), events, deadLetters, blocked, escalations };
  }
}

function inForce({ current }: Policies): PolicyJudge {
  if (current === undefined) throw new Error("no policy is in force");
  return current;
}

/** The subjects of the stream are its partitions. */
async function partitionsOf(connection: NatsConnection): Promise<number> {
  try {
    const manager = await jetstreamManager(connection, { checkAPI: false });
    const { config } = await manager.streams.info(EVENTS_STREAM);
    return config.subjects.length;
  } catch (error) {
    throw accessError(`the stream \`${EVENTS_STREAM}\``, error);
  }
}
