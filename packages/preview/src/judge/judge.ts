// The judge as the page sees it: requests to its worker, each answered once.

import { takeWorker } from "./first-worker.js";
import type { Cancel, Gives, LongRequests, Reply, Report, Request, RequestName, Takes } from "./protocol.js";

interface Waiting {
  readonly resolve: (gives: Gives<RequestName>) => void;
  readonly reject: (error: Error) => void;
  readonly report: (soFar: Report["soFar"]) => void;
}

export class Judge {
  readonly #worker: Worker;
  /** Why the worker does not answer any more. */
  #failure: string | undefined;
  readonly #waiting = new Map<number, Waiting>();
  #id = 0;

  constructor() {
    const { worker, failure } = takeWorker();
    this.#worker = worker;
    this.#failure = failure;
    this.#worker.addEventListener("message", ({ data }: MessageEvent<Reply | Report>) => this.#take(data));
    this.#worker.addEventListener("error", (event) => this.#rejectAll(event.message || "the judge did not start"));
  }

  ask<Name extends RequestName>(name: Name, takes: Takes<Name>): Promise<Gives<Name>> {
    return this.#send(name, takes, () => {});
  }

  /** Asks what takes long. `report` gets how far it is; rejects if `signal` ends it. */
  askLong<Name extends keyof LongRequests>(
    name: Name,
    takes: Takes<Name>,
    report: (soFar: Gives<Name>) => void,
    signal: AbortSignal,
  ): Promise<Gives<Name>> {
    const asked = this.#send(name, takes, (soFar) => report(soFar as Gives<Name>));
    const id = this.#id;
    signal.addEventListener("abort", () => this.#worker.postMessage({ cancel: id } satisfies Cancel));
    return asked;
  }

  #send<Name extends RequestName>(name: Name, takes: Takes<Name>, report: Waiting["report"]): Promise<Gives<Name>> {
    const id = ++this.#id;
    return new Promise<Gives<RequestName>>((resolve, reject) => {
      if (this.#failure !== undefined) reject(new Error(this.#failure));
      this.#waiting.set(id, { resolve, reject, report });
      this.#worker.postMessage({ id, name, takes } as Request);
    }) as Promise<Gives<Name>>;
  }

  close(): void {
    this.#worker.terminate();
    this.#rejectAll("the judge is closed");
  }

  #rejectAll(why: string): void {
    this.#failure = why;
    for (const { reject } of this.#waiting.values()) reject(new Error(why));
    this.#waiting.clear();
  }

  #take(data: Reply | Report): void {
    const waiting = this.#waiting.get(data.id);
    if ("soFar" in data) {
      waiting?.report(data.soFar);
      return;
    }
    const { id, gives, failed } = data;
    this.#waiting.delete(id);
    if (failed === undefined) waiting?.resolve(gives as Gives<RequestName>);
    else waiting?.reject(new Error(failed));
  }
}

/**
 * Runs a task for the latest input only: while one runs, inputs replace each other, and the last one
 * runs next.
 */
export class Latest<Input> {
  readonly #run: (input: Input) => Promise<void>;
  #next: { readonly input: Input } | undefined;
  #runs = false;

  constructor(run: (input: Input) => Promise<void>) {
    this.#run = run;
  }

  offer(input: Input): void {
    this.#next = { input };
    if (!this.#runs) void this.#drain();
  }

  async #drain(): Promise<void> {
    this.#runs = true;
    while (this.#next !== undefined) {
      const { input } = this.#next;
      this.#next = undefined;
      await this.#run(input);
    }
    this.#runs = false;
  }
}
