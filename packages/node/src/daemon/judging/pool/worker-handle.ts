// One thread of a crew, as the main thread sees it.

import { Worker } from "node:worker_threads";
import type { Sentry } from "../../../sentry.js";
import { routesOf } from "../../escalation/slow-tiers.js";
import type { Stretch } from "../../input/file-range.js";
import type { Batch } from "../line-judge.js";
import type { Slots } from "../shared-semaphore.js";
import type { Block } from "./line-blocks.js";
import type { Answer, Order, Room, WorkerData } from "./protocol.js";

/** What is to be judged. */
export interface Work {
  readonly what: Block | Stretch;
}

/** Whether what is to be judged is still in its file. */
export function isStretch(what: Block | Stretch): what is Stretch {
  return "fd" in what;
}

/** What a hand tells its crew. */
export interface HandEvents<Task extends Work> {
  done(task: Task, batch: Batch, room: Room | undefined): void;
  /** The thread is gone; `undone` is what it had to do, in order. */
  failed(hand: Hand<Task>, why: string, undone: readonly Task[]): void;
}

/** A thread. It keeps the process alive while it has something to do. */
export class Hand<Task extends Work> {
  readonly #worker: Worker;
  readonly #slots: Slots;
  readonly #number: number;
  readonly #on: HandEvents<Task>;
  readonly #tasks: Task[] = [];
  #ready = false;
  #gone = false;

  /** No other hand has had its `number`. */
  constructor(script: URL, number: number, slots: Slots, on: HandEvents<Task>) {
    this.#on = on;
    this.#slots = slots;
    this.#number = number;
    const workerData: WorkerData = { slots: slots.shared, thread: number };
    // The policy brings what it needs of the environment. The compiled wasm needs no bringing: V8 shares it between threads.
    this.#worker = new Worker(script, { env: {}, workerData });
    this.#worker.unref();
    this.#worker.on("message", (answer: Answer) => this.#take(answer));
    this.#worker.on("messageerror", (error) => this.#fail(error.message));
    this.#worker.on("error", (error) => this.#fail(error.message));
    this.#worker.on("exit", (code) => this.#fail(`it ended with ${code}`));
  }

  /** Whether it has taken up a policy. */
  get ready(): boolean {
    return this.#ready;
  }

  /** How many blocks it has to judge. */
  get load(): number {
    return this.#tasks.length;
  }

  /** Blocks that are given from here on are judged by another policy. */
  adopt(sentry: Sentry): void {
    this.#send({ kind: "policy", recipe: sentry.spec(), routes: routesOf(sentry.tiers) }, []);
  }

  judge(task: Task): void {
    const { what } = task;
    this.#tasks.push(task);
    this.#worker.ref();
    if (isStretch(what)) this.#send({ kind: "stretch", stretch: what }, []);
    else this.#send({ kind: "block", room: what.room, length: what.length }, [what.room.buffer]);
  }

  close(): void {
    this.#gone = true;
    void this.#worker.terminate();
  }

  #send(order: Order, transfer: ArrayBuffer[]): void {
    this.#worker.postMessage(order, transfer);
  }

  #take(answer: Answer): void {
    if (this.#gone) return;
    if (answer.kind === "policy") {
      this.#ready = true;
      return;
    }
    const task = this.#tasks.shift();
    if (this.#tasks.length === 0) this.#worker.unref();
    this.#slots.handedOn(answer.batch.escalated.length, this.#number);
    if (task !== undefined) this.#on.done(task, answer.batch, answer.room);
  }

  #fail(why: string): void {
    if (this.#gone) return;
    this.#gone = true;
    void this.#worker.terminate().then(() => this.#slots.reclaim(this.#number));
    this.#on.failed(this, why, this.#tasks);
  }
}
