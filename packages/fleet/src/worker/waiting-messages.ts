// Messages that wait for the slow tiers: a message is decided when all of its escalations are.

import type { Decision } from "@a3s-sentry/core";
import { addCounts, type Batch, type QueuedEscalation, type Tally, zeroTally } from "a3s-sentry/host";

/** The audit lines of a message, in the order of its events, and its counts. */
export interface DecidedMessage {
  readonly audit: Buffer;
  readonly tally: Tally;
}

interface Waiting {
  readonly lines: { readonly index: number; readonly text: string }[];
  readonly tally: Tally;
  left: number;
  readonly done: () => void;
}

export class WaitingMessages {
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  /** Gives the escalations of a message to `add`. Resolves when {@link settle} has been called for each. */
  async decide(judged: Batch, add: (escalation: QueuedEscalation) => void): Promise<DecidedMessage> {
    const { escalations, tally, lines } = judged;
    const audit = Buffer.from(lines.buffer, lines.byteOffset, lines.length);
    const left = escalations.reduce((sum, { equals }) => sum + 1 + equals.length, 0);
    const id = ++this.#lastId;
    const total = zeroTally();
    addCounts(total.decisions, tally.decisions);
    Object.assign(total, {
      failedOpen: tally.failedOpen,
      failedClosed: tally.failedClosed,
      overloaded: tally.overloaded,
    });
    const decided: Waiting["lines"] = [];
    await new Promise<void>((done) => {
      this.#waiting.set(id, { lines: decided, tally: total, left, done });
      for (const escalation of escalations) add({ ...escalation, offset: id });
    });
    this.#waiting.delete(id);
    return { audit: inOrder(audit, decided), tally: total };
  }

  /** Takes the final decision on an escalation, whose offset is the number of its message. */
  settle({ offset, tail }: QueuedEscalation, text: string, { tier, verdict, resolution }: Decision): void {
    const waiting = this.#waiting.get(offset);
    if (waiting === undefined) return;
    const final = verdict === "block" ? "block" : "allow";
    waiting.tally.decisions[tier][final] += 1;
    if (resolution !== undefined) waiting.tally[final === "block" ? "failedClosed" : "failedOpen"] += 1;
    waiting.lines.push({ index: indexIn(tail), text });
    waiting.left -= 1;
    if (waiting.left === 0) waiting.done();
  }
}

/** The key is the last label but two that a message gives, and its number is in the order of the events. */
const KEY = /"key":"[^"]*-(\d+)"[^{}]*$/;

function indexIn(text: string): number {
  return Number(KEY.exec(text)?.[1] ?? 0);
}

/** The audit lines with those of the escalations where their events are. */
function inOrder(audit: Buffer, decided: Waiting["lines"]): Buffer {
  const lines = audit.toString("utf8").split("\n").slice(0, -1);
  const all = [...lines.map((line) => ({ index: indexIn(line.slice(0, -1)), text: `${line}\n` })), ...decided];
  all.sort((a, b) => a.index - b.index);
  return Buffer.from(all.map(({ text }) => text).join(""));
}
