// The queue that serves agents in turn.

import { expect, it } from "vitest";
import { FairQueue } from "../../../src/daemon/escalation/fair-queue.js";

interface Entry {
  readonly agent: string | null;
  readonly name: string;
  readonly urgent: boolean;
  readonly weight: number;
}

const entry = (agent: string | null, name: string, urgent = false, weight = 1): Entry => ({
  agent,
  name,
  urgent,
  weight,
});

function queueOf(...entries: Entry[]): FairQueue<Entry> {
  const queue = new FairQueue<Entry>();
  for (const each of entries) queue.add(each);
  return queue;
}

function drained(take: () => Entry | undefined): string[] {
  const names: string[] = [];
  for (let next = take(); next !== undefined; next = take()) names.push(next.name);
  return names;
}

it("serves agents in turn, and the entries of each in their order, urgent ones first", () => {
  const queue = queueOf(
    ...["a1", "a2", "a3"].map((name) => entry("a", name)),
    entry("b", "b1"),
    entry(null, "n1"),
    entry("a", "a4", true),
    entry("b", "b2"),
  );
  expect([queue.size, queue.agents, queue.weight, queue.otherWeight]).toEqual([7, 3, 7, 6]);
  expect([...queue.oldest()].map(({ name }) => name)).toEqual(["a4", "a1", "b1", "n1"]);
  expect(drained(() => queue.next())).toEqual(["a4", "b1", "n1", "a1", "b2", "a2", "a3"]);
  expect([queue.size, queue.agents, queue.weight, queue.otherWeight]).toEqual([0, 0, 0, 0]);
});

it("evicts the newest entry of the agent with the most, urgent ones last", () => {
  const make = () =>
    queueOf(
      entry("a", "a1"),
      entry("a", "a2", true),
      entry("a", "a3"),
      entry("b", "b1", false, 4),
      entry("c", "c1", true, 9),
    );
  const [any, others] = [make(), make()];
  expect(drained(() => any.evict("any"))).toEqual(["c1", "b1", "a3", "a1", "a2"]);
  expect(drained(() => others.evict("others"))).toEqual(["b1", "a3", "a1"]);
  expect([any.size, others.size, others.weight]).toEqual([0, 2, 10]);
});
