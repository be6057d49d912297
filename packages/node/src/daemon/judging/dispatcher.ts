// Who judges a run's input: a clerk on this thread, until it is outpaced, and a crew of threads from then on.

import type { Sentry } from "../../sentry.js";
import { routesOf } from "../escalation/slow-tiers.js";
import type { Stretch } from "../input/file-range.js";
import { type Batch, Clerk } from "./line-judge.js";
import { Pace } from "./load-meter.js";
import type { Sentries } from "./policy-leases.js";
import { threadsThatPay } from "./pool/thread-count.js";
import { Crew } from "./pool/worker-pool.js";
import type { Slots } from "./shared-semaphore.js";

const NEWLINE = 10;

export interface StaffOptions {
  readonly sentries: Sentries;
  readonly slots: Slots;
  /** Where the stream is: behind the beginnings of all lines that have been pushed. */
  readonly place: () => number;
  /** Takes what came of the input, in its order; `sentry` is what it was judged by, `place` is behind the beginnings of its lines. */
  readonly settle: (batch: Batch, sentry: Sentry, place: number) => void;
  /** Is told of the first thread that has failed. */
  readonly failed: (why: string) => void;
}

/** Takes a stream, or the stretches of a file, never both. */
export class Staff {
  readonly #options: StaffOptions;
  readonly #pace = new Pace();
  /** Judges on this thread, until the crew takes over. */
  #clerk: Clerk | undefined;
  #crew: Crew | undefined;

  constructor(options: StaffOptions) {
    this.#options = options;
    const { current } = options.sentries;
    this.#clerk = new Clerk(current, { routes: routesOf(current.tiers), slots: options.slots });
  }

  /** Takes the next bytes of the stream, and resolves once more are welcome. */
  async push(chunk: Uint8Array): Promise<void> {
    if (this.#clerk === undefined) await this.#crew?.push(chunk);
    else if (this.#crew?.ready) await this.#handOver(chunk, this.#clerk, this.#crew);
    else this.#judgeHere(chunk, this.#clerk);
  }

  /** Leaves all to a crew, without a look at how fast the input comes. `false` where no other thread would help. */
  leaveToCrew(): boolean {
    this.#crew = this.#hire();
    if (this.#crew === undefined) return false;
    this.#dismissClerk();
    return true;
  }

  /** Takes a stretch of a file that was left to the crew, and resolves once more are welcome. */
  async read(stretch: Stretch): Promise<void> {
    await this.#crew?.read(stretch);
  }

  /** Resolves once all that was taken is settled, a last line without an end too. */
  async finish(): Promise<void> {
    if (this.#clerk === undefined) await this.#crew?.finish();
    else this.#settle(this.#clerk.end());
  }

  /** Goes on by the sentry that is in force now. */
  adopt(): void {
    const { current } = this.#options.sentries;
    this.#clerk?.switchTo(current, routesOf(current.tiers));
    this.#crew?.adopt();
  }

  close(): void {
    this.#dismissClerk();
    this.#crew?.close();
  }

  #judgeHere(chunk: Uint8Array, clerk: Clerk): void {
    const began = performance.now();
    this.#settle(clerk.push(chunk));
    if (this.#pace.outpaced(chunk.length, began)) this.#crew ??= this.#hire();
  }

  /** The crew takes blocks of whole lines, so the line that is unfinished is ended here. */
  async #handOver(chunk: Uint8Array, clerk: Clerk, crew: Crew): Promise<void> {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end === 0) return this.#judgeHere(chunk, clerk);
    this.#settle(clerk.push(chunk.subarray(0, end)));
    this.#dismissClerk();
    await crew.push(chunk.subarray(end));
  }

  #hire(): Crew | undefined {
    const threads = threadsThatPay();
    if (threads === 0) return undefined;
    const { sentries, slots, place, settle, failed } = this.#options;
    const script = new URL("./pool/worker.js", import.meta.url);
    let told = false;
    return new Crew(sentries, {
      threads,
      script,
      slots,
      place,
      settle,
      failed: (why) => {
        if (!told) failed(why);
        told = true;
      },
    });
  }

  #dismissClerk(): void {
    this.#clerk?.close();
    this.#clerk = undefined;
  }

  #settle(batch: Batch): void {
    const { sentries, place, settle } = this.#options;
    settle(batch, sentries.current, place());
  }
}
