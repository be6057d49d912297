// Judges blocks of lines on as many threads as `run` uses. The main thread judges what the others have
// no time for.

import { setImmediate } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { ComparedLines, LineComparison } from "@a3s-sentry/core/host";
import { threadCount } from "../../daemon/judging/pool/thread-count.js";
import { ownFile } from "../../util/own-file.js";
import { CliError } from "../io.js";
import { compileInThreads } from "../v8-flags.js";
import type { ComparedPolicies, ComparedSpecs } from "./compared-policies.js";

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
  readonly #threads: JudgeThread[] = [];
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
      this.#threads.push(new JudgeThread(script, policies.specs));
    }
  }

  /** Judges a block, whose memory it takes over. Resolves when it can take the next one. */
  async judge(lines: Uint8Array): Promise<void> {
    const thread = this.#threads
      .filter(({ load }) => load < MAX_BLOCKS)
      .reduce<JudgeThread | undefined>(
        (least, next) => (next.load < (least?.load ?? MAX_BLOCKS) ? next : least),
        undefined,
      );
    if (thread === undefined) {
      const compared = this.#local.judge(lines);
      this.#waiting.push({ judged: Promise.resolve({ lines, compared }), judge: this.#local });
      // The blocks of the threads arrive in between.
      await setImmediate();
    } else {
      this.#waiting.push({ judged: thread.judge(lines), judge: thread });
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

interface Pending {
  readonly resolve: (judged: JudgedBlock) => void;
  readonly reject: (why: Error) => void;
}

class JudgeThread {
  readonly #worker: Worker;
  readonly #pending: Pending[] = [];
  #isReady = false;
  #failure: Error | undefined;

  constructor(script: string, specs: ComparedSpecs) {
    this.#worker = new Worker(script, { env: {}, workerData: specs });
    this.#worker.on("message", (message: JudgedBlock | "ready") => {
      if (message === "ready") this.#isReady = true;
      else this.#pending.shift()?.resolve(message);
    });
    this.#worker.on("error", (error) => this.#fail(error.message));
    this.#worker.on("exit", () => this.#fail("it has ended"));
  }

  /** The blocks that it has not judged; infinite until it has compiled the policies, and once it failed. */
  get load(): number {
    return this.#isReady && this.#failure === undefined ? this.#pending.length : Infinity;
  }

  judge(lines: Uint8Array): Promise<JudgedBlock> {
    this.#worker.postMessage(lines, [lines.buffer as ArrayBuffer]);
    const judged = new Promise<JudgedBlock>((resolve, reject) => {
      this.#pending.push({ resolve, reject });
    });
    // Whoever takes the blocks sees the failure.
    judged.catch(() => {});
    return judged;
  }

  async close(): Promise<void> {
    this.#pending.length = 0;
    await this.#worker.terminate();
  }

  #fail(why: string): void {
    this.#failure ??= new CliError(`a thread that judges failed: ${why}`);
    for (const { reject } of this.#pending.splice(0)) reject(this.#failure);
  }
}
