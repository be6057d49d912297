// What waits for the workers: the state of the stream of events, as the servers give it.

import { type JetStreamManager, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { EVENTS_STREAM } from "../nats/names.js";

/** Messages that are not decided, those that workers have included. */
export interface Waiting {
  readonly messages: number;
  readonly bytes: number;
  /** At so many bytes, the stream takes no more. */
  readonly maxBytes: number;
  /** The age of the oldest message, in seconds, by the clock of the servers. */
  readonly oldestS: number;
}

/** Asked again before each use; `undefined` until the servers have answered once. */
export class Backlog {
  readonly #manager: Promise<JetStreamManager>;
  waiting: Waiting | undefined;

  constructor(connection: NatsConnection) {
    this.#manager = jetstreamManager(connection, { checkAPI: false });
    this.#manager.catch(() => {});
  }

  /** Rejects if the servers do not answer; then the last state stays. */
  async refresh(): Promise<void> {
    const { state, config, ts } = await (await this.#manager).streams.info(EVENTS_STREAM);
    const { messages, bytes, first_ts: first } = state;
    // Servers before 2.10 do not give their time.
    const now = Date.parse(ts ?? "") || Date.now();
    const oldestS = messages === 0 ? 0 : Math.max(0, (now - Date.parse(String(first))) / 1000);
    this.waiting = { messages, bytes, maxBytes: config.max_bytes, oldestS };
  }
}
