// Judges messages of events, and stores what is decided about them.

import { setTimeout as delay } from "node:timers/promises";
import type { JetStreamClient } from "@nats-io/jetstream";
import { headers } from "@nats-io/transport-node";
import { errorText, type Log, type Tally } from "a3s-sentry/host";
import type { FleetDenies } from "../deny/fleet-denies.js";
import {
  EVENTS_HEADER,
  EVENTS_STREAM,
  REASON_HEADER,
  REVISION_HEADER,
  subjectLike,
  WORKER_HEADER,
} from "../nats/names.js";
import { batchOf, type EventMessage, idOf } from "./event-message.js";
import { type JudgedBatch, MalformedBatch, type PolicyJudge } from "./policy-judge.js";

export interface DecisionStoreOptions {
  readonly client: JetStreamClient;
  readonly worker: string;
  readonly log: Log;
  /** The judge in force. */
  readonly judge: () => PolicyJudge;
  /** Gets the decisions that are stored. */
  readonly denies: Pick<FleetDenies, "publish">;
  readonly onDecided: (events: number, tally: Tally) => void;
  readonly onDeadLetter: () => void;
  /** Something failed that is tried again. */
  readonly onFailure: (why: string) => void;
  /** Gives up what was taken. */
  readonly giveUp: AbortSignal;
}

const PUBLISH_MS = 5_000;
const RETRY_MS = 500;

/** Stores decisions and dead letters: when a method resolves, the server has them. */
export class DecisionStore {
  readonly #options: DecisionStoreOptions;

  constructor(options: DecisionStoreOptions) {
    this.#options = options;
  }

  /**
   * Decides a message by the rules and the slow tiers; calls `onEscalated` when these begin. A message that can never be
   * decided becomes a dead letter. Rejects if the worker gives up, or with a defect of a tier.
   */
  async decide(message: EventMessage, onEscalated: () => void): Promise<void> {
    const judge = this.#options.judge();
    try {
      const judged = judge.judge(batchOf(message, { revision: judge.revision, worker: this.#options.worker }));
      if (judged.state === "decided") return await this.#store(message, judge, judged);
      const resolved = judged.resolve();
      onEscalated();
      await this.#store(message, judge, await unlessGivenUp(resolved, this.#options.giveUp));
    } catch (error) {
      if (!(error instanceof MalformedBatch)) throw error;
      await this.bury(message, error.message);
    }
  }

  /** Decides a message if the rules alone can. Otherwise nothing happens, and it returns `false`. */
  async decideByRules(message: EventMessage): Promise<boolean> {
    const judge = this.#options.judge();
    try {
      const judged = judge.judge(batchOf(message, { revision: judge.revision, worker: this.#options.worker }));
      if (judged.state === "escalated") {
        judged.discard();
        return false;
      }
      // The queue of the slow tiers is full: the fail mode has decided. The message is judged again in its turn.
      if (judged.tally.overloaded > 0) return false;
      await this.#store(message, judge, judged);
      return true;
    } catch (error) {
      if (error instanceof MalformedBatch) return false;
      throw error;
    }
  }

  /** Stores a message with the reason where a person finds it. */
  async bury(message: EventMessage, why: string): Promise<void> {
    const { worker, onDeadLetter, log } = this.#options;
    const head = headers();
    for (const [name, values] of message.headers ?? []) for (const value of values) head.append(name, value);
    head.set(REASON_HEADER, why);
    head.set(WORKER_HEADER, worker);
    const id = `${EVENTS_STREAM}-${message.seq}`;
    await this.#publish(subjectLike(message.subject, "dead"), message.data, { id, head });
    onDeadLetter();
    log.line(`error: message ${message.seq} of \`${message.subject}\` is a dead letter: ${why}`);
  }

  async #store(
    message: EventMessage,
    { revision, fleetRules }: PolicyJudge,
    { events, audit, tally }: JudgedBatch,
  ): Promise<void> {
    const head = headers();
    head.set(EVENTS_HEADER, String(events));
    head.set(REVISION_HEADER, revision);
    head.set(WORKER_HEADER, this.#options.worker);
    await this.#publish(subjectLike(message.subject, "decisions"), audit, { id: idOf(message), head });
    this.#options.onDecided(events, tally);
    this.#options.denies.publish({ subject: message.subject, audit, revision, rules: fleetRules });
  }

  /** Resolves when the server has stored the message: tries until then. Rejects if `giveUp` aborts. */
  async #publish(
    subject: string,
    data: Uint8Array,
    { id, head }: { readonly id: string; readonly head: ReturnType<typeof headers> },
  ): Promise<void> {
    const { client, giveUp, onFailure } = this.#options;
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
