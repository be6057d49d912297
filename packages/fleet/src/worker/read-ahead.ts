// Decides messages of a partition that wait behind one for the slow tiers.

import { setTimeout as delay } from "node:timers/promises";
import type { StreamAPI } from "@nats-io/jetstream";
import { errorText } from "a3s-sentry/host";
import { EVENTS_STREAM, partitionSubjects } from "../nats/names.js";
import type { EventMessage } from "./event-message.js";

export interface ReadAheadOptions {
  readonly streams: Pick<StreamAPI, "getMessage" | "deleteMessage">;
  /** Decides a message, or returns `false` if it needs more than the rules. */
  readonly decide: (message: EventMessage) => Promise<boolean>;
  readonly onFailure: (why: string) => void;
  /** Stops reading. */
  readonly stop: AbortSignal;
}

/** How long to wait for messages that come later: doubled each time. */
const POLL_MS = { first: 50, most: 500 };
/** How long to wait after a failure, such as a missing permission. */
const RETRY_MS = 10_000;
/** Agents that wait. With more, nothing is read ahead. */
const MAX_AGENTS = 1024;

/**
 * While the consumer of a partition waits for the acknowledgement of its message, the messages behind are read by their
 * numbers. Those of other agents that the rules alone decide are decided at once, and deleted, as an acknowledgement
 * would. From the first message of an agent that cannot be decided so, all of the agent wait for the consumer.
 *
 * So the messages of an agent are decided in their order: of those that are not yet decided, the first one is either read
 * here, or its agent waits. If two workers read ahead in one partition, because one of them was stopped for long, each does
 * so in this order, and a message that both decide has one key.
 */
export class ReadAhead {
  readonly #subjects: string;
  readonly #options: ReadAheadOptions;
  /** The number after the last message that was read. */
  #next = 0;
  /** Agents whose messages wait, by subject, with the number of the last one that was passed over. */
  readonly #waiting = new Map<string, number>();
  #retryAt = 0;

  constructor(partition: number, options: ReadAheadOptions) {
    this.#subjects = partitionSubjects(partition);
    this.#options = options;
  }

  /** Forgets what was read: in another stream of the same name, the numbers begin again. */
  reset(): void {
    this.#next = 0;
    this.#waiting.clear();
  }

  /** Decides what is behind `message` until `signal` aborts. Resolves when nothing is in work any more. */
  async run(message: EventMessage, signal: AbortSignal): Promise<void> {
    if (performance.now() < this.#retryAt) return;
    try {
      this.#begin(message);
      let waitMs = POLL_MS.first;
      while (!signal.aborted && !this.#options.stop.aborted && this.#waiting.size < MAX_AGENTS) {
        if (await this.#advance()) {
          waitMs = POLL_MS.first;
        } else {
          await delay(waitMs, undefined, { signal }).catch(() => {});
          waitMs = Math.min(2 * waitMs, POLL_MS.most);
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      this.#retryAt = performance.now() + RETRY_MS;
      this.#options.onFailure(`cannot read ahead of slow tiers: ${errorText(error)}`);
    }
  }

  /** All messages of the partition before the one that the consumer has out are decided. */
  #begin({ subject, seq }: EventMessage): void {
    this.#next = Math.max(this.#next, seq + 1);
    for (const [waiting, last] of this.#waiting) if (last < seq) this.#waiting.delete(waiting);
    this.#waiting.set(subject, Math.max(seq, this.#waiting.get(subject) ?? 0));
  }

  /** `false` if there is no further message. */
  async #advance(): Promise<boolean> {
    const { streams, decide } = this.#options;
    const request = { seq: this.#next, next_by_subj: this.#subjects };
    const stored = await streams.getMessage(EVENTS_STREAM, request);
    if (stored === null) return false;
    const { subject, seq, header, data } = stored;
    // Before it is decided: what fails waits for the consumer.
    const waits = this.#waiting.has(subject);
    this.#waiting.set(subject, seq);
    this.#next = seq + 1;
    if (waits || !(await decide({ subject, seq, headers: header, data }))) return true;
    await streams.deleteMessage(EVENTS_STREAM, seq, false);
    this.#waiting.delete(subject);
    return true;
  }
}
