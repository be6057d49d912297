// The queue of escalations: order, concurrency, changes of policy, one outcome each.

import { setImmediate } from "node:timers/promises";
import { type Decision, fileAccess } from "@a3s-sentry/core";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  type EscalationOutcome,
  EscalationQueue,
  type QueuedEscalation,
} from "../../../src/daemon/escalation/escalation-queue.js";
import { PolicyLeases } from "../../../src/daemon/judging/policy-leases.js";
import { SharedSemaphore } from "../../../src/daemon/judging/shared-semaphore.js";
import { Sentry } from "../../../src/sentry.js";
import { ALLOW, BLOCK, ESCALATE, ManualTier } from "../../support/tiers.js";

async function setUp(workers: number, policy: object = {}) {
  const l2 = new ManualTier();
  const sentry = await Sentry.create(policy, { tiers: { l2 } });
  const leases = new PolicyLeases(sentry);
  onTestFinished(() => leases.close());
  const semaphore = SharedSemaphore.create(0, 1);
  const outcomes: (EscalationOutcome & { readonly offset: number; readonly by: Sentry })[] = [];
  const queue = new EscalationQueue({
    leases,
    semaphore,
    workers,
    prepare: ({ event }) => event,
    settle: ({ offset }, outcome, by) => outcomes.push({ ...outcome, offset, by }),
  });
  const add = (offset: number) => queue.add(escalation(sentry, offset));
  return { l2, sentry, leases, semaphore, outcomes, queue, add };
}

function escalation(sentry: Sentry, offset: number): QueuedEscalation {
  const line = fileAccess(offset, "/etc/shadow");
  const facts = sentry.facts(line);
  return { l1: sentry.classify(line), event: facts && { ...facts, line }, head: "", tail: "", offset };
}

const pids = ({ asked }: ManualTier) => asked.map(({ event }) => event.pid);

it("judges a few at a time, in the order of their arrival", async () => {
  const { l2, queue, add, outcomes, semaphore } = await setUp(2);
  for (let offset = 1; offset <= 5; offset++) add(offset);
  await setImmediate();
  expect(pids(l2)).toEqual([1, 2]);
  expect([queue.inFlight, queue.waiting, queue.oldestOffset]).toEqual([2, 3, 1]);
  l2.asked[1]?.answer(BLOCK);
  await setImmediate();
  expect(pids(l2)).toEqual([1, 2, 3]);
  expect([queue.inFlight, queue.waiting, queue.oldestOffset, semaphore.free]).toEqual([2, 2, 1, 1]);
  l2.asked[0]?.answer(ALLOW);
  await setImmediate();
  expect(queue.oldestOffset).toBe(3);
  expect(outcomes.map(({ offset, decision }) => [offset, decision.verdict])).toEqual([
    [2, "block"],
    [1, "allow"],
  ]);
});

it("is drained when all are resolved", async () => {
  const { l2, queue, add, outcomes, semaphore } = await setUp(1);
  await queue.drain();
  add(1);
  add(2);
  let drained = false;
  const waiting = queue.drain().then(() => {
    drained = true;
  });
  await setImmediate();
  l2.asked[0]?.answer(BLOCK);
  await setImmediate();
  expect(drained).toBe(false);
  l2.asked[1]?.answer(ESCALATE);
  await waiting;
  expect(outcomes.map(({ decision }) => decision.reason)).toEqual([
    "L2: harmful",
    "L2: unsure [unresolved escalation, fail-open]",
  ]);
  expect([semaphore.free, queue.oldestOffset]).toEqual([2, undefined]);
});

it("applies the fail mode at once to an event that the rule engine failed on", async () => {
  const { l2, sentry, queue, outcomes } = await setUp(1);
  queue.add({ ...escalation(sentry, 1), event: null });
  await queue.drain();
  expect(l2.asked).toEqual([]);
  expect(outcomes[0]).toMatchObject({ cutShort: false, decision: { resolution: "unresolved-escalation" } });
});

describe("another sentry", () => {
  it("judges what has not begun; the old one is closed when its last judgement has ended", async () => {
    const { l2, sentry, leases, queue, add, outcomes } = await setUp(1);
    add(1);
    add(2);
    await setImmediate();
    const other = new ManualTier();
    const next = await Sentry.create({ fail_closed: true }, { tiers: { l2: other } });
    leases.replace(next);
    expect(sentry.closed).toBe(false);
    expect(l2.asked[0]?.signal.aborted).toBe(false);
    l2.asked[0]?.answer(ESCALATE);
    await setImmediate();
    expect(sentry.closed).toBe(true);
    expect(pids(other)).toEqual([2]);
    other.asked[0]?.answer(ESCALATE);
    await queue.drain();
    expect(outcomes.map(({ decision, by }) => [decision.verdict, by])).toEqual([
      ["allow", sentry],
      ["block", next],
    ]);
    expect(next.closed).toBe(false);
  });

  it("without tiers applies its fail mode to what waits", async () => {
    const { l2, leases, queue, add, outcomes } = await setUp(1);
    add(1);
    add(2);
    await setImmediate();
    leases.replace(await Sentry.create({ fail_closed: true }));
    l2.asked[0]?.answer(ALLOW);
    await queue.drain();
    expect(outcomes.map(({ decision }) => [decision.verdict, decision.tier])).toEqual([
      ["allow", "Llm"],
      ["block", "Rules"],
    ]);
  });
});

describe("giving up", () => {
  it("applies the fail mode to all at once, those in work and those that wait, and aborts the tiers", async () => {
    const { l2, queue, add, outcomes, semaphore } = await setUp(2, { fail_closed: true });
    for (let offset = 1; offset <= 5; offset++) add(offset);
    await setImmediate();
    queue.giveUp();
    await queue.drain();
    expect(l2.asked.map(({ signal }) => signal.aborted)).toEqual([true, true]);
    expect(outcomes.map(({ offset }) => offset).sort()).toEqual([1, 2, 3, 4, 5]);
    for (const { decision, cutShort } of outcomes) {
      expect(cutShort).toBe(true);
      expect(decision).toMatchObject({ verdict: "block", tier: "Rules", resolution: "unresolved-escalation" });
    }
    expect(semaphore.free).toBe(5);
  });

  it("applies to later escalations too", async () => {
    const { l2, queue, add, outcomes } = await setUp(2);
    queue.giveUp();
    add(1);
    await queue.drain();
    expect(l2.asked).toEqual([]);
    expect(outcomes.map(({ cutShort }) => cutShort)).toEqual([true]);
  });

  it("does not change an answer that has arrived", async () => {
    const { l2, queue, add, outcomes } = await setUp(1);
    add(1);
    await setImmediate();
    l2.asked[0]?.answer(BLOCK);
    await setImmediate();
    queue.giveUp();
    await queue.drain();
    expect(outcomes).toMatchObject([{ cutShort: false, decision: { verdict: "block", tier: "Llm" } }]);
  });
});

it("reports an error of `settle`, and continues to judge", async () => {
  const settled: Decision[] = [];
  const { leases, sentry } = await setUp(1);
  const l2 = new ManualTier();
  leases.replace(await Sentry.create({}, { tiers: { l2 } }));
  const queue = new EscalationQueue({
    leases,
    semaphore: SharedSemaphore.create(0, 1),
    workers: 1,
    prepare: ({ event }) => event,
    settle: (_, { decision }) => {
      settled.push(decision);
      if (settled.length === 1) throw new Error("disk is full");
    },
  });
  queue.rethrow();
  const other = await Sentry.create({});
  onTestFinished(() => other.close());
  queue.add(escalation(other, 1));
  queue.add(escalation(other, 2));
  await setImmediate();
  l2.asked[0]?.answer(ALLOW);
  await setImmediate();
  l2.asked[1]?.answer(ALLOW);
  await expect(queue.drain()).rejects.toThrow("disk is full");
  expect(settled).toHaveLength(2);
  expect(() => queue.rethrow()).toThrow("disk is full");
  expect(sentry.closed).toBe(true);
});
