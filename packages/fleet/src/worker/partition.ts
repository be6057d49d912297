// Consumes one partition: message after message.

import { setTimeout as delay } from "node:timers/promises";
import type { ConsumerMessages, JetStreamClient, JsMsg } from "@nats-io/jetstream";
import { errorText, type Log } from "a3s-sentry/host";
import { ACK_WAIT_MS } from "../nats/init.js";
import { consumerOf, EVENTS_STREAM } from "../nats/names.js";
import type { DecisionStore } from "./decision-store.js";
import { idOf } from "./event-message.js";
import type { ReadAhead } from "./read-ahead.js";

export interface PartitionOptions {
  readonly client: JetStreamClient;
  readonly log: Log;
  readonly store: DecisionStore;
  /** A message came that was delivered before. */
  readonly onRedelivered: () => void;
  /** Something failed that is tried again. */
  readonly onFailure: (why: string) => void;
  /** Stops taking messages. */
  readonly stop: AbortSignal;
  /** Gives up what was taken. */
  readonly giveUp: AbortSignal;
}

/** A message that is delivered more often has ended its worker each time, or was never decided in time. */
const MAX_DELIVERIES = 5;
const KEEP_ALIVE_MS = ACK_WAIT_MS / 3;
/** Slow tiers keep a message for so long at most; then it is delivered again. */
const MAX_ALIVE_MS = 600_000;
const RETRY_MS = 1_000;
/** How long a message waits that could not be judged. */
const NAK_MS = 1_000;

/**
 * Judges the messages of a partition. The consumer has at most one message out, whatever the number of workers, so the
 * next is delivered only when the decisions on this one are stored.
 */
export async function consumePartition(
  partition: number,
  readAhead: ReadAhead,
  options: PartitionOptions,
): Promise<void> {
  const { client, stop } = options;
  while (!stop.aborted) {
    try {
      const consumer = await client.consumers.get(EVENTS_STREAM, consumerOf(partition));
      readAhead.reset();
      const messages = await consumer.consume({ max_messages: 1, abort_on_missing_resource: true });
      await takeAll(messages, readAhead, options);
    } catch (error) {
      if (stop.aborted) return;
      options.onFailure(`cannot take events: ${errorText(error)}`);
      await delay(RETRY_MS, undefined, { signal: stop }).catch(() => {});
    }
  }
}

async function takeAll(messages: ConsumerMessages, readAhead: ReadAhead, options: PartitionOptions): Promise<void> {
  const end = (): void => void messages.close();
  if (options.stop.aborted) end();
  options.stop.addEventListener("abort", end);
  try {
    for await (const message of messages) {
      if (options.stop.aborted) message.nak();
      else await take(message, readAhead, options);
    }
  } finally {
    options.stop.removeEventListener("abort", end);
    await messages.close();
  }
}

async function take(message: JsMsg, readAhead: ReadAhead, options: PartitionOptions): Promise<void> {
  const started = performance.now();
  const alive = setInterval(() => {
    if (performance.now() - started < MAX_ALIVE_MS) message.working();
  }, KEEP_ALIVE_MS);
  try {
    await decide(message, readAhead, options);
    message.ack();
  } catch (error) {
    // At once, so that another worker goes on.
    message.nak(options.giveUp.aborted ? undefined : NAK_MS);
    if (!options.giveUp.aborted)
      options.log.line(`error: cannot decide message \`${idOf(message)}\`: ${errorText(error)}`);
  } finally {
    clearInterval(alive);
  }
}

async function decide(message: JsMsg, readAhead: ReadAhead, options: PartitionOptions): Promise<void> {
  const { store, onRedelivered } = options;
  const { deliveryCount } = message.info;
  if (deliveryCount > 1) onRedelivered();
  if (deliveryCount > MAX_DELIVERIES) {
    await store.bury(message, `delivered ${MAX_DELIVERIES} times without a decision`);
    return;
  }
  const ended = new AbortController();
  let ahead: Promise<void> | undefined;
  try {
    await store.decide(message, () => {
      // A message that ended its worker must not be blamed on the one before it, so only a first delivery reads ahead.
      if (deliveryCount === 1) ahead = readAhead.run(message, ended.signal);
    });
  } finally {
    ended.abort();
    await ahead;
  }
}
