// The order in which messages behind a slow one are decided, without a server.

import { setTimeout as delay } from "node:timers/promises";
import type { MsgRequest, StoredMsg } from "@nats-io/jetstream";
import { describe, expect, it } from "vitest";
import { ReadAhead, type ReadAheadOptions } from "../src/worker/read-ahead.js";

/** A partition: the agents of its messages, by their numbers. A missing number was decided. */
class Partition {
  readonly messages: Map<number, string>;
  readonly decided: string[] = [];
  readonly failures: string[] = [];
  readonly readAhead: ReadAhead;

  constructor(agents: readonly string[], { slow, undeletable = [] }: { slow: string[]; undeletable?: number[] }) {
    this.messages = new Map(agents.map((agent, index) => [index + 1, agent]));
    const streams: ReadAheadOptions["streams"] = {
      getMessage: async (_stream: string, query: MsgRequest) => {
        const { seq: from } = query as { seq: number };
        const seq = [...this.messages.keys()].sort((a, b) => a - b).find((number) => number >= from);
        if (seq === undefined) return null;
        return { subject: `events.t.0.${this.messages.get(seq)}`, seq, data: new Uint8Array() } as StoredMsg;
      },
      deleteMessage: async (_stream: string, seq: number) => {
        if (undeletable.includes(seq)) throw new Error("no leader");
        return this.messages.delete(seq);
      },
    };
    const decide: ReadAheadOptions["decide"] = async ({ subject, seq }) => {
      const agent = subject.split(".")[3] ?? "";
      if (slow.includes(`${agent}${seq}`)) return false;
      this.decided.push(`${agent}${seq}`);
      return true;
    };
    const stop = new AbortController().signal;
    this.readAhead = new ReadAhead(0, { streams, decide, stop, onFailure: (why) => this.failures.push(why) });
  }

  /** The consumer has the first message out: the ones behind it are read, then it is decided. */
  async first(): Promise<void> {
    const seq = Math.min(...this.messages.keys());
    const ended = new AbortController();
    const subject = `events.t.0.${this.messages.get(seq)}`;
    const running = this.readAhead.run({ subject, seq, data: new Uint8Array() }, ended.signal);
    await delay(10);
    ended.abort();
    await running;
    this.decided.push(`${this.messages.get(seq)}${seq}`);
    this.messages.delete(seq);
  }
}

describe("reading ahead", () => {
  it("decides what is of other agents, and remembers who waits", async () => {
    const partition = new Partition(["a", "b", "a", "c", "b", "c", "a"], { slow: ["a1", "c4"] });
    await partition.first();
    expect(partition.decided).toEqual(["b2", "b5", "a1"]);
    // `a` waits for its third message, though it is not slow: it was passed over.
    await partition.first();
    expect(partition.decided).toEqual(["b2", "b5", "a1", "a3"]);
    partition.messages.set(8, "c").set(9, "b");
    await partition.first();
    expect(partition.decided).toEqual(["b2", "b5", "a1", "a3", "b9", "c4"]);
    while (partition.messages.size > 0) await partition.first();
    expect(partition.decided).toEqual(["b2", "b5", "a1", "a3", "b9", "c4", "c6", "a7", "c8"]);
  });

  it("lets an agent go on once all that was passed over is decided", async () => {
    const partition = new Partition(["a", "b", "c"], { slow: ["a1", "b2", "c3"] });
    await partition.first();
    await partition.first();
    await partition.first();
    for (const [seq, agent] of [
      [4, "d"],
      [5, "a"],
      [6, "b"],
      [7, "c"],
    ] as const)
      partition.messages.set(seq, agent);
    await partition.first();
    expect(partition.decided).toEqual(["a1", "b2", "c3", "a5", "b6", "c7", "d4"]);
  });

  it("begins again where the numbers of the stream do", async () => {
    const partition = new Partition(["a", "b", "b", "a"], { slow: ["a1", "b2", "a4"] });
    while (partition.messages.size > 0) await partition.first();
    partition.decided.length = 0;
    partition.readAhead.reset();
    for (const [index, agent] of ["a", "b", "b", "b", "c", "b"].entries()) partition.messages.set(index + 1, agent);
    while (partition.messages.size > 0) await partition.first();
    expect(partition.decided).toEqual(["c5", "a1", "b2", "b3", "b4", "b6"]);
  });

  it("lets an agent wait whose message could not be deleted", async () => {
    const partition = new Partition(["a", "b", "b", "c"], { slow: ["a1"], undeletable: [2] });
    await partition.first();
    expect(partition.failures).toEqual(["cannot read ahead of slow tiers: no leader"]);
    while (partition.messages.size > 0) await partition.first();
    // The second message of `b` is not decided before the first is decided again.
    expect(partition.decided).toEqual(["b2", "a1", "b2", "b3", "c4"]);
  });
});
