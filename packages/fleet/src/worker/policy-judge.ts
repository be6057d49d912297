// Judges messages of events by one policy, with the code of `run`.

import {
  type Batch,
  EscalationQueue,
  escalationLine,
  LineJudge,
  type Loaded,
  PolicyLeases,
  reserveOf,
  SharedSemaphore,
  slowTiersOf,
  type Tally,
} from "a3s-sentry/host";
import { fleetRulesOf } from "../deny/fleet-rules.js";
import { WaitingMessages } from "./waiting-messages.js";

type Sentry = Loaded["sentry"];

/** The events of a message, with what names them. */
export interface EventBatch {
  /** Lines of NDJSON, each with its newline. */
  readonly lines: Uint8Array;
  readonly events: number;
  /** The members of JSON that label the audit line of an event, by its number in the message, from 0. */
  readonly labelOf: (index: number) => string;
}

/** The decisions on the events of a message. */
export interface JudgedBatch {
  /** The audit lines, in the order of the events. Events without one are plain allows. */
  readonly audit: Buffer;
  readonly tally: Tally;
  readonly events: number;
}

/** What the rules made of a message. */
export type Judgement =
  | ({ readonly state: "decided" } & JudgedBatch)
  | {
      readonly state: "escalated";
      /** Asks the slow tiers. Resolves when every event has its final decision. Rejects with a defect of a tier. */
      readonly resolve: () => Promise<JudgedBatch>;
      /** Forgets the judgement, as if the message had not come. */
      readonly discard: () => void;
    };

export interface SlowTierLimits {
  /** How many escalations the slow tiers judge at a time, and how many more may wait. */
  readonly workers: number;
  readonly queue: number;
}

/** A message that does not hold what its header says. */
export class MalformedBatch extends Error {
  override readonly name = "MalformedBatch";
}

/**
 * Owns a sentry. A message is judged by it alone, its slow tiers included: another policy is another judge, so no event is
 * judged by two.
 */
export class PolicyJudge {
  readonly revision: string;
  readonly sentry: Sentry;
  /** The names of the rules whose blocks are denied on all nodes. */
  readonly fleetRules: ReadonlySet<string>;
  readonly #leases: PolicyLeases;
  readonly #semaphore: SharedSemaphore;
  readonly #judge: LineJudge;
  readonly #queue: EscalationQueue;
  #batch: EventBatch | undefined;
  /** The lines that were judged before the batch. */
  #before = 0;
  readonly #waiting = new WaitingMessages();
  #judging = 0;
  #isRetired = false;
  #isClosed = false;

  constructor(sentry: Sentry, revision: string, { workers, queue }: SlowTierLimits) {
    this.sentry = sentry;
    this.revision = revision;
    this.fleetRules = fleetRulesOf(sentry.policy).names;
    this.#leases = new PolicyLeases(sentry);
    const semaphore = SharedSemaphore.create(workers + queue, 0, reserveOf(queue));
    this.#semaphore = semaphore;
    this.#judge = new LineJudge(sentry, {
      target: { slowTiers: slowTiersOf(sentry.tiers), semaphore },
      labelOf: (line) => this.#batch?.labelOf(line - this.#before - 1) ?? "",
    });
    this.#queue = new EscalationQueue({
      leases: this.#leases,
      semaphore,
      workers,
      prepare: ({ event }) => event,
      settle: (escalation, outcome, by) =>
        this.#waiting.settle(escalation, escalationLine(escalation, outcome, by), outcome.decision),
    });
  }

  /** The escalations that wait for the slow tiers, and those that these judge. */
  get queue(): { readonly waiting: number; readonly inFlight: number } {
    const { waiting, inFlight } = this.#queue;
    return { waiting, inFlight };
  }

  /**
   * Judges a message by the rules. A judgement that has escalated must be resolved or discarded. Throws a
   * {@link MalformedBatch}.
   */
  judge(batch: EventBatch): Judgement {
    const judged = this.#push(batch);
    const { lines, escalations, tally } = judged;
    const audit = Buffer.from(lines.buffer, lines.byteOffset, lines.length);
    const { events } = batch;
    if (escalations.length === 0) return { state: "decided", audit, tally, events };
    this.#judging += 1;
    return {
      state: "escalated",
      resolve: async () => {
        try {
          const decided = await this.#waiting.decide(judged, (escalation) => this.#queue.add(escalation));
          this.#queue.rethrow();
          return { ...decided, events };
        } finally {
          this.#end();
        }
      },
      discard: () => {
        for (const { permit } of escalations) this.#semaphore.release(permit);
        this.#end();
      },
    };
  }

  /** Closes it when no message is judged by it any more. */
  retire(): void {
    this.#isRetired = true;
    this.#closeIfUnused();
  }

  #push(batch: EventBatch): Batch {
    this.#batch = batch;
    const judged = this.#judge.push(batch.lines);
    this.#before += judged.counters.lines;
    this.#batch = undefined;
    if (judged.counters.lines === batch.events) return judged;
    // Without this, the rest of a last line would become a part of the next message.
    if (batch.lines.at(-1) !== NEWLINE) this.#before += this.#judge.finish().counters.lines;
    for (const { permit } of judged.escalations) this.#semaphore.release(permit);
    throw new MalformedBatch(`it has ${judged.counters.lines} lines, and its header says ${batch.events}`);
  }

  #end(): void {
    this.#judging -= 1;
    this.#closeIfUnused();
  }

  #closeIfUnused(): void {
    if (!this.#isRetired || this.#judging > 0 || this.#isClosed) return;
    this.#isClosed = true;
    this.#queue.giveUp();
    this.#judge.close();
    this.#leases.close();
  }
}

const NEWLINE = 10;
