// Judges blocks of lines on as many threads as `run` uses. The main thread judges what the others have
// no time for.

import { setImmediate } from "node:timers/promises";
import type { ComparedLines, LineComparison } from "@a3s-sentry/core/host";
import { threadCount } from "../../daemon/judging/pool/thread-count.js";
import { ownFile } from "../../util/own-file.js";
import { JobThread } from "../job-thread.js";
import { compileInThreads } from "../v8-flags.js";
import type { ComparedPolicies } from "./compared-policies.js";

/** A block, with the decisions on its lines. */
export interface JudgedBlock {
  readonly lines: Uint8Array;
  readonly compared: ComparedLines;
}

/** Takes judged blocks in the order of the input. `judge` is who judged: pairs have numbers of its own. */
export type TakeBlock = (block: JudgedBlock, judge: object) => void;

/** Blocks that a thread has at most: one to judge, and one to begin without a wait. */
const MAX_BLOCKS = 2;
/** Blocks that are not taken, at most: they gather behind one that takes long. */
const MAX_WAITING = 32;

/** A block that is judged, or will be. */
interface Waiting {
  readonly judged: Promise<JudgedBlock>;
  readonly judge: object;
}

export class JudgeThreads {
  readonly #threads: JobThread<Uint8Array, JudgedBlock>[] = [];
  readonly #local: LineComparison;
  readonly #take: TakeBlock;
  readonly #waiting: Waiting[] = [];

  constructor(policies: ComparedPolicies, take: TakeBlock) {
    this.#local = policies.comparison();
    this.#take = take;
    const script = ownFile("cli/diff/judge-worker.js");
    // Without the file, as in a bundle, this thread judges alone.
    const count = script === undefined ? 0 : threadCount();
    if (count > 0) compileInThreads();
    while (script !== undefined && this.#threads.length < count) {
      this.#threads.push(new JobThread(script, policies.specs, "judges lines"));
    }
  }

  /** Judges a block, whose memory it takes over. Resolves when it can take the next one. */
  async judge(lines: Uint8Array): Promise<void> {
    // A thread that is not ready still compiles the policies.
    const [thread] = this.#threads
      .filter(({ isReady, load }) => isReady && load < MAX_BLOCKS)
      .sort((a, b) => a.load - b.load);
    if (thread === undefined) {
      const compared = this.#local.judge(lines);
      this.#waiting.push({ judged: Promise.resolve({ lines, compared }), judge: this.#local });
      // The blocks of the threads arrive in between.
      await setImmediate();
    } else {
      this.#waiting.push({ judged: thread.do(lines, [lines.buffer as ArrayBuffer]), judge: thread });
    }
    if (this.#waiting.length >= MAX_WAITING) await this.#takeNext();
  }

  /** Resolves when all blocks are taken. */
  async finish(): Promise<void> {
    while (this.#waiting.length > 0) await this.#takeNext();
  }

  async close(): Promise<void> {
    this.#local.close();
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }

  async #takeNext(): Promise<void> {
    const next = this.#waiting.shift();
    if (next !== undefined) this.#take(await next.judged, next.judge);
  }
}
