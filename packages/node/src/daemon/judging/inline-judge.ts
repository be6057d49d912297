// Judges a stream on the main thread.

import type { StreamLines } from "@a3s-sentry/core";
import type { Batch } from "../batch.js";
import { LineJudge } from "./line-judge.js";
import type { PolicyLeases } from "./policy-leases.js";
import type { SharedSemaphore } from "./shared-semaphore.js";
import { slowTiersOf } from "./slow-tiers.js";
import type { BatchSink, StreamJudge } from "./stream-judge.js";

export interface InlineJudgeOptions {
  readonly leases: PolicyLeases;
  readonly semaphore: SharedSemaphore;
  readonly sink: BatchSink;
  /** The lines that get a line in a batch: `all` are numbered. */
  readonly decisions: StreamLines;
}

/** Judges each chunk before `push` returns. */
export class InlineJudge implements StreamJudge {
  readonly #leases: PolicyLeases;
  readonly #sink: BatchSink;
  readonly #judge: LineJudge;
  #end = 0;

  constructor({ leases, semaphore, sink, decisions }: InlineJudgeOptions) {
    const { current } = leases;
    this.#leases = leases;
    this.#sink = sink;
    this.#judge = new LineJudge(current, { target: { slowTiers: slowTiersOf(current.tiers), semaphore }, decisions });
  }

  async push(chunk: Uint8Array, end: number): Promise<void> {
    this.#end = end;
    this.#settle(this.#judge.push(chunk));
  }

  async finish(): Promise<void> {
    this.#settle(this.#judge.finish());
  }

  /** There is nothing to load: the sentry is on this thread. */
  async prepare(): Promise<void> {}

  usePolicy(): void {
    const { current } = this.#leases;
    this.#judge.usePolicy(current, slowTiersOf(current.tiers));
  }

  close(): void {
    this.#judge.close();
  }

  #settle(batch: Batch): void {
    this.#sink.settle(batch, this.#leases.current, this.#end);
  }
}
