// Settling batches in the order of the input.

import { expect, it, onTestFinished } from "vitest";
import type { Batch } from "../../../../src/daemon/batch.js";
import { PolicyLeases } from "../../../../src/daemon/judging/policy-leases.js";
import { ReorderBuffer } from "../../../../src/daemon/judging/pool/reorder-buffer.js";
import { zeroTally } from "../../../../src/daemon/tally.js";
import { Sentry } from "../../../../src/sentry.js";

const BATCH: Batch = {
  lines: new Uint8Array(),
  denies: [],
  escalations: [],
  skipped: [],
  tally: zeroTally(),
  counters: { lines: 0, events: 0, unmodelled: 0, malformed: 0, oversized: 0 },
};

it("settles tasks in their order, each by its policy, which it leases until then", async () => {
  const first = await Sentry.create({});
  const leases = new PolicyLeases(first);
  onTestFinished(() => leases.close());
  const settled: [end: number, by: Sentry][] = [];
  const tasks = new ReorderBuffer(leases, { settle: (_, by, end) => settled.push([end, by]) });
  const range = (end: number) => ({ kind: "range", fd: 0, start: end - 10, end }) as const;
  const one = tasks.add(range(10), 10);
  const two = tasks.add(range(20), 20);
  const second = await Sentry.create({});
  leases.replace(second);
  const three = tasks.add(range(30), 30);
  tasks.complete(three, BATCH);
  tasks.complete(two, BATCH);
  expect([settled, tasks.size, first.closed]).toEqual([[], 3, false]);
  tasks.complete(one, BATCH);
  expect(settled.map(([end]) => end)).toEqual([10, 20, 30]);
  expect(settled.map(([, by]) => by === first)).toEqual([true, true, false]);
  expect([tasks.size, first.closed, second.closed]).toEqual([0, true, false]);
});
