// Publishes the records of a spool, those of one agent one after another.

import { setTimeout as delay } from "node:timers/promises";
import type { JetStreamClient } from "@nats-io/jetstream";
import { headers, type NatsConnection } from "@nats-io/transport-node";
import { errorText, type Log } from "a3s-sentry/host";
import { EVENTS_HEADER, eventsSubject, keyOf, OVERSIZED_HEADER } from "../nats/names.js";
import { partitionOf } from "../nats/token.js";
import { ThrottledLog } from "../throttled-log.js";
import { beginningOf } from "./event-groups.js";
import type { SpoolRecord } from "./record.js";
import type { Spool } from "./spool.js";

export interface PublisherOptions {
  readonly spool: Spool;
  readonly connection: NatsConnection;
  readonly client: JetStreamClient;
  readonly tenant: string;
  readonly shipper: string;
  readonly partitions: number;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Called whenever records were released. */
  readonly onReleased: () => void;
}

/** The records that are read from the spool and not stored yet. */
const MAX_RECORDS = 512;
const MAX_BYTES = 16 << 20;
const PUBLISH_MS = 5_000;
const RETRY_MS = { first: 250, most: 5_000 };
/** Room for the headers of a message. */
const HEADER_BYTES = 4096;

/** Messages and events that the server has stored, messages that it already had, and attempts that failed. */
export interface PublisherTotals {
  readonly events: number;
  readonly messages: number;
  readonly duplicates: number;
  readonly failures: number;
}

interface Pending {
  readonly record: SpoolRecord;
  stored: boolean;
}

/**
 * Publishes until it is stopped. At most one message of an agent is on its way, so a lost one cannot be overtaken by the
 * next. A message that the server stores twice has the same id both times.
 */
export class Publisher {
  readonly #options: PublisherOptions;
  readonly #log: ThrottledLog;
  /** In the order of the spool. */
  readonly #window: Pending[] = [];
  readonly #byAgent = new Map<string, Pending[]>();
  #bytes = 0;
  readonly #totals = { events: 0, messages: 0, duplicates: 0, failures: 0 };

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#log = new ThrottledLog(options.log);
  }

  get totals(): PublisherTotals {
    return this.#totals;
  }

  /** Whether everything that was read from the spool is stored. */
  get isIdle(): boolean {
    return this.#window.length === 0;
  }

  /** Publishes what has come to the spool. */
  advance(): void {
    const { spool, signal } = this.#options;
    while (!signal.aborted && this.#window.length < MAX_RECORDS && this.#bytes < MAX_BYTES) {
      const records = spool.read();
      if (records.length === 0) return;
      for (const record of records) this.#add({ record, stored: false });
    }
  }

  #add(pending: Pending): void {
    this.#window.push(pending);
    this.#bytes += pending.record.payload.length;
    const { agent } = pending.record;
    const queue = this.#byAgent.get(agent);
    if (queue === undefined) {
      this.#byAgent.set(agent, [pending]);
      void this.#publishAll(agent);
    } else {
      queue.push(pending);
    }
  }

  async #publishAll(agent: string): Promise<void> {
    const queue = this.#byAgent.get(agent) ?? [];
    for (let next = queue[0]; next !== undefined; next = queue[0]) {
      if (!(await this.#publish(next.record))) return;
      queue.shift();
      next.stored = true;
      this.#release();
    }
    this.#byAgent.delete(agent);
  }

  /** `false` if it was stopped before the server has stored the record. */
  async #publish(record: SpoolRecord): Promise<boolean> {
    const { client, tenant, shipper, partitions, signal } = this.#options;
    const { agent, sequence, events } = record;
    const subject = eventsSubject(tenant, partitionOf(agent, partitions), agent);
    for (let waitMs = RETRY_MS.first; !signal.aborted; waitMs = Math.min(2 * waitMs, RETRY_MS.most)) {
      const { payload, oversized } = this.#fitting(record);
      const head = headers();
      head.set(EVENTS_HEADER, String(events));
      if (oversized !== undefined) head.set(OVERSIZED_HEADER, String(oversized));
      try {
        const options = { msgID: keyOf(shipper, sequence), headers: head, timeout: PUBLISH_MS };
        const { duplicate } = await client.publish(subject, payload, options);
        this.#totals.messages += 1;
        this.#totals.events += events;
        if (duplicate) this.#totals.duplicates += 1;
        return true;
      } catch (error) {
        this.#failed(subject, error);
        await delay(waitMs, undefined, { signal }).catch(() => {});
      }
    }
    return false;
  }

  /** An event that the server takes no message of is published by its beginning, and decided as one that is too long. */
  #fitting({ payload, oversized }: SpoolRecord): { readonly payload: Uint8Array; readonly oversized?: number } {
    if (oversized !== undefined) return { payload, oversized };
    const most = (this.#options.connection.info?.max_payload ?? Number.POSITIVE_INFINITY) - HEADER_BYTES;
    return payload.length <= most ? { payload } : { payload: beginningOf(payload), oversized: payload.length };
  }

  #failed(subject: string, error: unknown): void {
    this.#totals.failures += 1;
    this.#log.warn(`${failureText(subject, error)}; events wait in the spool`);
  }

  /** Releases what is stored, as far as all before it is. */
  #release(): void {
    const { spool, onReleased } = this.#options;
    let released: SpoolRecord | undefined;
    while (this.#window[0]?.stored) {
      released = this.#window.shift()?.record;
      this.#bytes -= released?.payload.length ?? 0;
    }
    if (released === undefined) return;
    spool.release(released.sequence + released.events);
    onReleased();
    this.advance();
  }
}

function failureText(subject: string, error: unknown): string {
  const text = errorText(error);
  if (!/no responders|503|no stream/i.test(text)) return `cannot publish: ${text}`;
  return (
    `no stream takes \`${subject.split(".", 3).join(".")}\`: ` +
    "run `a3s-sentry fleet init`, and give `--partitions` the same number here and there"
  );
}
