// Consumes one partition: message after message.

import { setTimeout as delay } from "node:timers/promises";
import type { ConsumerMessages, JetStreamClient, JsMsg } from "@nats-io/jetstream";
import { headers } from "@nats-io/transport-node";
import { errorText, type Log, type Tally } from "a3s-sentry/host";
import { ACK_WAIT_MS } from "../nats/init.js";
import {
  consumerOf,
  EVENTS_HEADER,
  EVENTS_STREAM,
  REASON_HEADER,
  REVISION_HEADER,
  subjectLike,
  WORKER_HEADER,
} from "../nats/names.js";
import { batchOf, idOf } from "./event-message.js";
import { MalformedBatch, type PolicyJudge } from "./policy-judge.js";

export interface PartitionOptions {
  readonly client: JetStreamClient;
  readonly worker: string;
  readonly log: Log;
  /** The judge in force. */
  readonly judge: () => PolicyJudge;
  readonly onDecided: (events: number, tally: Tally) => void;
  /** A message came that was delivered before. */
  readonly onRedelivered: () => void;
  readonly onDeadLetter: () => void;
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
const PUBLISH_MS = 5_000;
const RETRY_MS = 500;
/** How long a message waits that could not be judged. */
const NAK_MS = 1_000;

/**
 * Judges the messages of a partition. The consumer has at most one message out, whatever the number of workers, so the
 * next is judged only when the decisions on this one are stored.
 */
export async function consumePartition(partition: number, options: PartitionOptions): Promise<void> {
  const { client, stop } = options;
  while (!stop.aborted) {
    try {
      const consumer = await client.consumers.get(EVENTS_STREAM, consumerOf(partition));
      const messages = await consumer.consume({ max_messages: 1, abort_on_missing_resource: true });
      await takeAll(messages, options);
    } catch (error) {
      if (stop.aborted) return;
      options.onFailure(`cannot take events: ${errorText(error)}`);
      await delay(2 * RETRY_MS, undefined, { signal: stop }).catch(() => {});
    }
  }
}

async function takeAll(messages: ConsumerMessages, options: PartitionOptions): Promise<void> {
  const end = (): void => void messages.close();
  if (options.stop.aborted) end();
  options.stop.addEventListener("abort", end);
  try {
    for await (const message of messages) {
      if (options.stop.aborted) message.nak();
      else await take(message, options);
    }
  } finally {
    options.stop.removeEventListener("abort", end);
    await messages.close();
  }
}

async function take(message: JsMsg, options: PartitionOptions): Promise<void> {
  const started = performance.now();
  const alive = setInterval(() => {
    if (performance.now() - started < MAX_ALIVE_MS) message.working();
  }, KEEP_ALIVE_MS);
  try {
    const why = await decide(message, options);
    if (why !== undefined) await bury(message, why, options);
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

/** Judges, and stores the decisions. Returns why the message can never be decided, if it cannot. */
async function decide(message: JsMsg, options: PartitionOptions): Promise<string | undefined> {
  if (message.info.deliveryCount > 1) options.onRedelivered();
  if (message.info.deliveryCount > MAX_DELIVERIES) return `delivered ${MAX_DELIVERIES} times without a decision`;
  const judge = options.judge();
  const { revision } = judge;
  const { worker } = options;
  try {
    const batch = batchOf(message, { revision, worker });
    const { audit, tally } = await unlessGivenUp(judge.judge(batch), options.giveUp);
    const head = headers();
    head.set(EVENTS_HEADER, String(batch.events));
    head.set(REVISION_HEADER, revision);
    head.set(WORKER_HEADER, worker);
    await publish(subjectLike(message.subject, "decisions"), audit, { id: idOf(message), head }, options);
    options.onDecided(batch.events, tally);
    return undefined;
  } catch (error) {
    if (error instanceof MalformedBatch) return error.message;
    throw error;
  }
}

/** Stores a message with the reason where a person finds it. */
async function bury(message: JsMsg, why: string, options: PartitionOptions): Promise<void> {
  const head = headers();
  for (const [name, values] of message.headers ?? []) for (const value of values) head.append(name, value);
  head.set(REASON_HEADER, why);
  head.set(WORKER_HEADER, options.worker);
  await publish(
    subjectLike(message.subject, "dead"),
    message.data,
    { id: `${EVENTS_STREAM}-${message.seq}`, head },
    options,
  );
  options.onDeadLetter();
  options.log.line(`error: message ${message.seq} of \`${message.subject}\` is a dead letter: ${why}`);
}

/** Resolves when the server has stored the message: tries until then. Rejects if `giveUp` aborts. */
async function publish(
  subject: string,
  data: Uint8Array,
  { id, head }: { readonly id: string; readonly head: ReturnType<typeof headers> },
  { client, giveUp, onFailure }: PartitionOptions,
): Promise<void> {
  for (;;) {
    try {
      await unlessGivenUp(client.publish(subject, data, { msgID: id, headers: head, timeout: PUBLISH_MS }), giveUp);
      return;
    } catch (error) {
      if (giveUp.aborted) throw error;
      onFailure(`cannot store decisions: ${errorText(error)}`);
      await delay(RETRY_MS, undefined, { signal: giveUp });
    }
  }
}

async function unlessGivenUp<T>(work: Promise<T>, giveUp: AbortSignal): Promise<T> {
  giveUp.throwIfAborted();
  let reject: () => void = () => {};
  const given = new Promise<never>((_, rejected) => {
    reject = () => rejected(giveUp.reason);
    giveUp.addEventListener("abort", reject);
  });
  try {
    return await Promise.race([work, given]);
  } finally {
    giveUp.removeEventListener("abort", reject);
  }
}
