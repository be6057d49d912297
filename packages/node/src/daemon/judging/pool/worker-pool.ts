// Threads that judge the blocks of one stream side by side. What comes of the blocks comes out in their order.

import { setImmediate } from "node:timers/promises";
import type { Sentry } from "../../../sentry.js";
import { routesOf } from "../../escalation/slow-tiers.js";
import type { Stretch } from "../../input/file-range.js";
import { type Batch, Clerk } from "../line-judge.js";
import type { Sentries } from "../policy-leases.js";
import type { Slots } from "../shared-semaphore.js";
import { Blocks, newRoom } from "./line-blocks.js";
import type { Room } from "./protocol.js";
import { Hand, isStretch, type Work } from "./worker-handle.js";

/** Bytes of lines that are worth an order to a thread that is busy still. */
const WORTHWHILE = 256 * 1024;
/** Orders that a thread has at most: one in work, and one to begin at once. */
const DEPTH = 2;
/** Blocks that are on their way, or wait for one before them, at most. */
const MOST_TASKS = 32;
const NEWLINE = Uint8Array.of(10);

export interface CrewOptions {
  readonly threads: number;
  /** The program of a thread. */
  readonly script: URL;
  readonly slots: Slots;
  /** Where the stream is: behind the beginnings of all lines that have been pushed. */
  readonly place: () => number;
  /** Takes what came of a block; `sentry` is what it was judged by, `place` is behind the beginnings of its lines. */
  readonly settle: (batch: Batch, sentry: Sentry, place: number) => void;
  /** Is told of each thread that has failed. */
  readonly failed: (why: string) => void;
}

/** A block on its way. */
interface Task extends Work {
  readonly sentry: Sentry;
  readonly place: number;
  batch?: Batch;
}

/**
 * A stream on several threads: this one, which judges what the others have no time for, and hands. What a hand that fails
 * leaves undone is judged on this thread, as all is when none is left.
 */
export class Crew {
  readonly #sentries: Sentries;
  readonly #options: CrewOptions;
  readonly #blocks = new Blocks();
  readonly #rooms: Room[] = [];
  readonly #tasks: Task[] = [];
  #hands: Hand<Task>[];
  /** Judges on this thread. */
  #clerk: { readonly sentry: Sentry; readonly clerk: Clerk } | undefined;
  #wake = (): void => {};
  /** What went wrong where no caller was there to be told. */
  #fault: { readonly error: unknown } | undefined;

  constructor(sentries: Sentries, options: CrewOptions) {
    this.#options = options;
    this.#sentries = sentries;
    const on = { done: this.#done, failed: this.#failed };
    this.#hands = [];
    try {
      while (this.#hands.length < options.threads) {
        this.#hands.push(new Hand<Task>(options.script, this.#hands.length, options.slots, on));
      }
    } catch (error) {
      // The system may give no more threads: what there are will do.
      options.failed(error instanceof Error ? error.message : String(error));
    }
    this.adopt();
  }

  /** Whether all threads that are left have a policy. Before that, they hold up a stream. */
  get ready(): boolean {
    return this.#hands.length > 0 && this.#hands.every(({ ready }) => ready);
  }

  /** Takes the next bytes of the stream, and resolves once more are welcome. */
  async push(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length; ) {
      at += this.#blocks.add(chunk.subarray(at));
      this.#offer(false);
      if (this.#blocks.full) await this.#change();
      this.#throwFault();
    }
  }

  /** Takes a stretch of a file, and resolves once more are welcome. Not to be mixed with `push`. */
  async read(stretch: Stretch): Promise<void> {
    while (this.#tasks.length >= MOST_TASKS) await this.#change();
    const task = { what: stretch, sentry: this.#sentries.hold(), place: stretch.end };
    this.#tasks.push(task);
    const free = this.ready ? this.#free(DEPTH) : undefined;
    if (free === undefined) {
      this.#judgeHere(task);
      // What the threads have to say comes in between.
      await setImmediate();
    } else {
      free.judge(task);
    }
    this.#throwFault();
  }

  /** Goes on by the sentry that is in force now, from the first line on that no thread has got yet. */
  adopt(): void {
    for (const hand of this.#hands) hand.adopt(this.#sentries.current);
  }

  /** Takes a last line that has no end, and resolves when all is judged. */
  async finish(): Promise<void> {
    if (this.#blocks.unfinished) await this.push(NEWLINE);
    for (;;) {
      this.#offer(true);
      this.#throwFault();
      if (this.#blocks.whole === 0 && this.#tasks.length === 0) return;
      await this.#change();
    }
  }

  /** Ends the threads. What they have not done is lost. */
  close(): void {
    for (const hand of this.#hands) hand.close();
    this.#hands = [];
    this.#clerk?.clerk.close();
    this.#clerk = undefined;
    this.#tasks.length = 0;
  }

  /** Hands out what has gathered, if that is much, or to a thread that has nothing to do. */
  #offer(all: boolean): void {
    if (this.#blocks.whole === 0) return;
    // What is done waits for what came before it: behind one slow block, no more than so much.
    if (this.#hands.length > 0 && this.#tasks.length >= MOST_TASKS) return;
    const most = all || this.#blocks.whole >= WORTHWHILE ? DEPTH : 1;
    const free = this.#free(most);
    if (free !== undefined) free.judge(this.#task());
    else if (this.#hands.length === 0 || this.#isFallingBehind) this.#judgeHere(this.#task());
  }

  /** Whether the threads have enough to do, and this one has time to judge as well. */
  get #isFallingBehind(): boolean {
    return this.#blocks.whole >= WORTHWHILE;
  }

  #task(): Task {
    const room = this.#rooms.pop() ?? newRoom();
    const kept = this.#rooms.pop() ?? newRoom();
    const what = this.#blocks.take(room, kept);
    const task = { what, sentry: this.#sentries.hold(), place: this.#options.place() };
    this.#tasks.push(task);
    return task;
  }

  /** The one that has the least to do, if that is less than `most`. */
  #free(most: number): Hand<Task> | undefined {
    let free: Hand<Task> | undefined;
    for (const hand of this.#hands) if (hand.load < (free?.load ?? most)) free = hand;
    return free;
  }

  readonly #done = (task: Task, batch: Batch, room: Room | undefined): void => {
    if (room !== undefined) this.#rooms.push(room);
    if (!isStretch(task.what)) this.#rooms.push(task.what.kept);
    task.batch = batch;
    this.#guard(() => {
      this.#settle();
      this.#offer(false);
    });
  };

  readonly #failed = (hand: Hand<Task>, why: string, undone: readonly Task[]): void => {
    this.#hands = this.#hands.filter((other) => other !== hand);
    this.#guard(() => {
      this.#options.failed(why);
      for (const task of undone) this.#judgeHere(task);
      this.#offer(false);
      this.#wake();
    });
  };

  #judgeHere(task: Task): void {
    const { what } = task;
    const clerk = this.#clerkOf(task.sentry);
    if (isStretch(what)) {
      task.batch = clerk.read(what);
    } else {
      task.batch = clerk.push(what.kept.subarray(0, what.length));
      // A room that is with a thread has no bytes here.
      this.#rooms.push(...[what.room, what.kept].filter((bytes) => bytes.length > 0));
    }
    this.#settle();
  }

  #clerkOf(sentry: Sentry): Clerk {
    if (this.#clerk?.sentry === sentry) return this.#clerk.clerk;
    this.#clerk?.clerk.close();
    const clerk = new Clerk(sentry, { routes: routesOf(sentry.tiers), slots: this.#options.slots });
    this.#clerk = { sentry, clerk };
    return clerk;
  }

  /** Gives out what is done of the blocks that come next. */
  #settle(): void {
    for (let [task] = this.#tasks; task?.batch !== undefined; [task] = this.#tasks) {
      this.#tasks.shift();
      this.#options.settle(task.batch, task.sentry, task.place);
      this.#sentries.release(task.sentry);
    }
    this.#wake();
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#fault ??= { error };
      this.#wake();
    }
  }

  /** Resolves once anything has come of what the threads do. */
  async #change(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  #throwFault(): void {
    if (this.#fault !== undefined) throw this.#fault.error;
  }
}
