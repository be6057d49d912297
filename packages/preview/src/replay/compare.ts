// Judges a file by two policies, and finds the events that they decide differently.

import type { Decision, Sentry } from "@a3s-sentry/core";
import { eachLine, LineBlocks } from "./line-blocks.js";
import type { Change, Comparison, Said } from "./protocol.js";

const MAX_CHANGES = 2000;
const MAX_SUBJECT = 300;
/** Longer events are listed without their text. */
const MAX_EVENT_LENGTH = 32_768;

/** One file under two policies. Both sentries must stay open until it is done. */
export class Comparing {
  readonly #before: Sentry;
  readonly #after: Sentry;
  readonly #blocks: LineBlocks;
  readonly #decoder = new TextDecoder();
  readonly #start = performance.now();
  readonly #moves = new Map<string, number>();
  readonly #changes: Change[] = [];
  #lines = 0;
  #events = 0;
  #changed = 0;

  constructor(before: Sentry, after: Sentry, source: Blob) {
    this.#before = before;
    this.#after = after;
    this.#blocks = new LineBlocks(source);
  }

  /** Judges the next part. Returns whether there are more. */
  async step(): Promise<boolean> {
    const lines = await this.#blocks.next();
    const before = this.#before.classifyLines(lines);
    const after = this.#after.classifyLines(lines);
    eachLine(lines, (index, start, end) => {
      const [was, is] = [before[index], after[index]];
      if (!was || !is) return;
      this.#events++;
      if (was.verdict === is.verdict && was.rule === is.rule) return;
      this.#add(said(was), said(is), this.#lines + index + 1, lines.subarray(start, end));
    });
    this.#lines += before.length;
    return !this.#blocks.isComplete;
  }

  get comparison(): Comparison {
    return {
      read: this.#blocks.read,
      size: this.#blocks.size,
      milliseconds: performance.now() - this.#start,
      isComplete: this.#blocks.isComplete,
      events: this.#events,
      changed: this.#changed,
      moves: Object.fromEntries(this.#moves),
      changes: [...this.#changes],
    };
  }

  #add(before: Said, after: Said, line: number, bytes: Uint8Array): void {
    this.#changed++;
    const move = `${before.verdict}>${after.verdict}`;
    this.#moves.set(move, (this.#moves.get(move) ?? 0) + 1);
    if (this.#changes.length >= MAX_CHANGES) return;
    const facts = this.#after.facts(bytes);
    if (facts === null) return;
    const text = this.#decoder.decode(bytes).trim();
    const json = text.length > MAX_EVENT_LENGTH ? "" : text;
    this.#changes.push({ line, kind: facts.kind, subject: facts.subject.slice(0, MAX_SUBJECT), json, before, after });
  }
}

function said({ verdict, rule }: Decision): Said {
  return { verdict, rule };
}
