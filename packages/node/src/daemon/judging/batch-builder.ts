// Builds batches from judged lines.

import type { SkippedLine, SkippedSample, StreamCounters, StreamItem } from "@a3s-sentry/core";
import { lineEnd, lineStart, skippedLine } from "../audit/audit-line.js";
import { Utf8Buffer } from "../audit/utf8-buffer.js";
import type { Batch, EqualEscalation, PendingDeny, PendingEscalation } from "../batch.js";
import { questionOf } from "../escalation/question.js";
import { zeroTally } from "../tally.js";
import type { Outcome } from "./outcome-cache.js";
import type { Permit } from "./shared-semaphore.js";
import type { SlowTiers } from "./slow-tiers.js";

/** How many escalations of a batch may get the decision on one of them. */
const MAX_EQUALS = 1024;

/** An escalation whose decision later ones may get. */
interface FirstEscalation {
  readonly escalation: PendingEscalation;
  readonly equals: EqualEscalation[];
  /** Kept, because its event may be 4 MiB, and each later one with an equal head is compared with it. */
  question?: string;
}

/** Collects one batch after another, and reuses its memory for their lines. */
export class BatchBuilder {
  readonly #lines = new Utf8Buffer();
  #denies: PendingDeny[] = [];
  #escalations: PendingEscalation[] = [];
  /** The escalations of named agents, by their head: only those with equal heads may be equal. */
  readonly #firsts = new Map<string, FirstEscalation>();
  #skipped: SkippedSample[] = [];
  #tally = zeroTally();

  /** Adds an escalation that goes on to a slow tier; `tail` labels its event in the audit line. */
  addEscalation({ decision, event, head }: StreamItem, tail: string, permit: Permit): void {
    const equals: EqualEscalation[] = [];
    const escalation = { l1: decision, event, head, tail, permit, equals };
    this.#escalations.push(escalation);
    if (event !== null && event.agent !== null) this.#firsts.set(head, { escalation, equals });
  }

  /**
   * Adds an escalation to an equal one of the same named agent, whose decision it gets. `false` if
   * this batch has none.
   */
  joinEqual(item: StreamItem, tail: string, tiers: SlowTiers): boolean {
    const { decision, head } = item;
    const first = this.#firsts.get(head);
    if (first === undefined || first.equals.length >= MAX_EQUALS) return false;
    // Only now: the event is fetched from the rule engine when it is asked for.
    const { event } = item;
    if (event === null) return false;
    const { l1, event: firstEvent } = first.escalation;
    if (firstEvent === null) return false;
    first.question ??= questionOf(l1, firstEvent, tiers);
    if (first.question !== questionOf(decision, event, tiers)) return false;
    first.equals.push({ head, tail });
    return true;
  }

  /** Adds the line for a line of the input that is not judged. */
  addSkipped(line: SkippedLine, tail: string): void {
    this.#lines.add(skippedLine(line, tail));
  }

  /** Adds skipped lines that are worth a message; `before` lines of the stream came before this batch. */
  addSamples(samples: readonly SkippedSample[], before: number): void {
    for (const sample of samples) this.#skipped.push({ ...sample, line: sample.line - before });
  }

  /** Counts a final decision, which gets no line. */
  countDecision({ tier, verdict, resolution, needsSlowTier }: Outcome): void {
    this.#tally.decisions[tier][verdict] += 1;
    if (needsSlowTier) this.#tally.overloaded += 1;
    if (resolution !== undefined) this.#tally[verdict === "block" ? "failedClosed" : "failedOpen"] += 1;
  }

  /** Adds the audit line of a final decision; `tail` labels its event there. */
  addDecision({ head, target, targetFrom }: StreamItem, tail: string, outcome: Outcome): void {
    const { text, action, enforced, why } = outcome;
    this.countDecision(outcome);
    const start = lineStart(head, text, action === undefined ? "" : target);
    if (enforced && action !== undefined) {
      this.#lines.add(start);
      const denied = { kind: action, target: JSON.parse(target) };
      this.#denies.push({ at: this.#lines.length, action: denied, targetFrom, why });
      this.#lines.add(lineEnd(tail));
    } else {
      this.#lines.add(start + lineEnd(tail));
    }
  }

  /** Returns the batch, and starts the next one. */
  build(counters: StreamCounters): Batch {
    const batch: Batch = {
      lines: this.#lines.take(),
      denies: this.#denies,
      escalations: this.#escalations,
      skipped: this.#skipped,
      tally: this.#tally,
      counters,
    };
    this.#denies = [];
    this.#escalations = [];
    this.#firsts.clear();
    this.#skipped = [];
    this.#tally = zeroTally();
    return batch;
  }
}
