// What has been decided, as a reader sees it who keeps the first decision of each key.

import { jetstream } from "@nats-io/jetstream";

/** Reads the stream of decisions as they come. */
export class Decided {
  /** Events by the id of their message. */
  events = 0;
  duplicates = 0;
  /** @type {string[]} */
  problems = [];
  /** @type {Map<string, number>} The last sequence of each subject. */
  #last = new Map();
  /** @type {Map<number, number>} The number of events by the first sequence of their message. */
  #messages = new Map();

  /** Reads until `signal` aborts. @param {import("@nats-io/transport-node").NatsConnection} connection @param {AbortSignal} signal */
  async read(connection, signal) {
    const consumer = await jetstream(connection).consumers.get("SENTRY_DECISIONS");
    const messages = await consumer.consume({ max_messages: 2_000 });
    signal.addEventListener("abort", () => void messages.close());
    for await (const message of messages) {
      const id = message.headers?.get("Nats-Msg-Id") ?? "";
      this.add(
        message.subject,
        Number(id.slice(id.lastIndexOf("-") + 1)),
        Number(message.headers?.get("Sentry-Events")),
      );
    }
  }

  /** @param {string} subject @param {number} sequence of its first event @param {number} events */
  add(subject, sequence, events) {
    if (this.#messages.has(sequence)) {
      this.duplicates += 1;
      return;
    }
    this.#messages.set(sequence, events);
    this.events += events;
    const last = this.#last.get(subject) ?? 0;
    if (sequence <= last) this.problem(`${subject}: ${sequence} is decided after ${last}`);
    this.#last.set(subject, sequence);
  }

  /** Checks that the keys of so many events are decided, each in one message. @param {number} expected */
  check(expected) {
    const sorted = [...this.#messages].sort(([a], [b]) => a - b);
    let next = sorted[0]?.[0] ?? 0;
    for (const [sequence, events] of sorted) {
      if (sequence !== next)
        this.problem(`the keys from ${next} on are ${sequence > next ? "missing" : "decided twice"}`);
      next = sequence + events;
    }
    if (this.events !== expected) this.problem(`${this.events} events of ${expected} are decided`);
  }

  /** @param {string} text */
  problem(text) {
    if (this.problems.length < 20) this.problems.push(text);
  }
}
