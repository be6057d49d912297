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
import { type Permit, SharedSemaphore } from "../../../src/daemon/judging/shared-semaphore.js";
import { Sentry } from "../../../src/sentry.js";
import { ALLOW, BLOCK, ESCALATE, ManualTier } from "../../support/tiers.js";

async function setUp(workers: number, policy: object = {}) {
  const l2 = new ManualTier();
  const sentry = await Sentry.create(policy, { tiers: { l2 } });
  const leases = new PolicyLeases(sentry);
  onTestFinished(() => leases.close());
  const semaphore = SharedSemaphore.create(PERMITS, 1, RESERVE);
  const outcomes: (EscalationOutcome & { readonly offset: number; readonly by: Sentry })[] = [];
  const queue = new EscalationQueue({
    leases,
    semaphore,
    workers,
    prepare: ({ event }) => event,
    settle: ({ offset }, outcome, by) => outcomes.push({ ...outcome, offset, by }),
  });
  const add = (offset: number, path?: string, agent?: string) =>
    queue.add({ ...escalation(sentry, offset, path, agent), permit: permitOf(semaphore, agent) });
  return { l2, sentry, leases, semaphore, outcomes, queue, add };
}

const PERMITS = 100;
const RESERVE = 10;

function permitOf(semaphore: SharedSemaphore, agent = ""): Permit {
  const permit = semaphore.tryAcquire({ agent, weight: 1, urgent: true });
  if (permit === undefined) throw new Error("no permit");
  return permit;
}

function escalation(
  sentry: Sentry,
  offset: number,
  path = "/etc/shadow",
  agent?: string,
): Omit<QueuedEscalation, "permit"> {
  const line = fileAccess(offset, path, false, agent === undefined ? {} : { agent });
  const facts = sentry.facts(line);
  return { l1: sentry.classify(line), event: facts && { ...facts, line }, head: "", tail: "", equals: [], offset };
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
  expect([queue.inFlight, queue.waiting, queue.oldestOffset, PERMITS - semaphore.free]).toEqual([2, 2, 1, 4]);
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
  expect([semaphore.free, queue.oldestOffset]).toEqual([PERMITS, undefined]);
});

it("applies the fail mode at once to an event that the rule engine failed on", async () => {
  const { l2, sentry, queue, outcomes, semaphore } = await setUp(1);
  queue.add({ ...escalation(sentry, 1), event: null, permit: permitOf(semaphore) });
  await queue.drain();
  expect(l2.asked).toEqual([]);
  expect(outcomes[0]).toMatchObject({ degraded: undefined, decision: { resolution: "unresolved-escalation" } });
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

describe("fairness", () => {
  const agents = ({ asked }: ManualTier) => asked.map(({ event }) => event.agent);

  it("judges agents in turn", async () => {
    const { l2, add, outcomes } = await setUp(1);
    for (let i = 1; i <= 5; i++) add(i, `/home/${i}/.ssh/id_rsa`, "noisy");
    for (let i = 1; i <= 2; i++) add(i, `/home/${i}/.ssh/id_rsa`, "quiet");
    add(9, "/etc/shadow");
    for (let i = 0; i < 8; i++) {
      await setImmediate();
      l2.asked[i]?.answer(ALLOW);
    }
    await expect.poll(() => outcomes.length).toBe(8);
    expect(agents(l2)).toEqual(["noisy", "noisy", "quiet", null, "noisy", "quiet", "noisy", "noisy"]);
  });

  it("resolves by the fail mode what an agent has beyond its share, once others need the places", async () => {
    const { l2, add, outcomes, semaphore, queue } = await setUp(2);
    for (let i = 0; i < PERMITS; i++) add(i, `/home/${i}/.ssh/id_rsa`, "noisy");
    expect([queue.waiting, outcomes.length]).toEqual([PERMITS - 2, 0]);
    expect(semaphore.tryAcquire({ agent: "noisy", weight: 1, urgent: true })).toBeUndefined();
    for (let i = 0; i < 3; i++) add(1000 + i, `/home/q${i}/.ssh/id_rsa`, "quiet");
    expect(queue.waiting).toBe(PERMITS - 2);
    expect(outcomes.map(({ offset, degraded }) => [offset, degraded])).toEqual([
      [PERMITS - 1, "overload"],
      [PERMITS - 2, "overload"],
      [PERMITS - 3, "overload"],
    ]);
    expect(semaphore.free).toBe(0);
    for (let i = 0; i < 2; i++) {
      await setImmediate();
      l2.asked[i]?.answer(ALLOW);
    }
    await setImmediate();
    expect(agents(l2)).toEqual(["noisy", "noisy", "noisy", "quiet"]);
  });

  it("lets equal escalations of a named agent share a decision, each with an outcome of its own", async () => {
    const { l2, add, outcomes, semaphore, queue } = await setUp(1);
    for (const offset of [1, 2, 3]) add(offset, "/etc/shadow", "py");
    add(4, "/etc/shadow", "other");
    add(5, "/home/x/.ssh/id_rsa", "py");
    for (const offset of [6, 7]) add(offset, "/etc/shadow");
    expect([queue.coalesced, queue.waiting, PERMITS - semaphore.free]).toEqual([2, 4, 5]);
    await setImmediate();
    l2.asked[0]?.answer(BLOCK);
    await setImmediate();
    expect(outcomes.map(({ offset, decision }) => [offset, decision.verdict])).toEqual([
      [1, "block"],
      [2, "block"],
      [3, "block"],
    ]);
    add(8, "/etc/shadow", "py");
    expect(queue.coalesced).toBe(2);
    for (let i = 1; i < 6; i++) {
      await expect.poll(() => l2.asked.length).toBeGreaterThan(i);
      l2.asked[i]?.answer(ALLOW);
    }
    await queue.drain();
    expect(outcomes.map(({ offset }) => offset).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(semaphore.free).toBe(PERMITS);
  });

  it("lets those that are equal within a batch share it too", async () => {
    const { l2, sentry, semaphore, outcomes, queue } = await setUp(1);
    const equals = [1, 2].map((n) => ({ head: `"n":${n}`, tail: "" }));
    for (const offset of [1, 2]) {
      queue.add({ ...escalation(sentry, offset, "/etc/shadow", "py"), equals, permit: permitOf(semaphore, "py") });
    }
    expect([queue.coalesced, semaphore.joined]).toEqual([5, 5]);
    await setImmediate();
    l2.asked[0]?.answer(BLOCK);
    await queue.drain();
    expect(outcomes.map(({ offset, decision }) => [offset, decision.verdict])).toEqual(
      [1, 1, 1, 2, 2, 2].map((offset) => [offset, "block"]),
    );
    expect([semaphore.joined, semaphore.free]).toEqual([0, PERMITS]);
  });

  it("shares no decision between two policies", async () => {
    const { l2, add, outcomes, leases, queue } = await setUp(1);
    add(1, "/etc/shadow", "py");
    const next = new ManualTier();
    leases.replace(await Sentry.create({}, { tiers: { l2: next } }));
    add(2, "/etc/shadow", "py");
    await setImmediate();
    l2.asked[0]?.answer(BLOCK);
    await expect.poll(() => next.asked.length).toBe(1);
    next.asked[0]?.answer(ALLOW);
    await queue.drain();
    expect(outcomes.map(({ decision }) => decision.verdict)).toEqual(["block", "allow"]);
  });

  it("takes bounded memory for equal escalations and for agents", async () => {
    const { add, queue, semaphore } = await setUp(1);
    for (let i = 0; i < 5000; i++) {
      if (semaphore.free === 0) break;
      add(i, "/etc/shadow", "py");
    }
    expect([queue.coalesced, queue.waiting]).toEqual([4096, PERMITS - 1]);
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
    for (const { decision, degraded } of outcomes) {
      expect(degraded).toBe("shutdown");
      expect(decision).toMatchObject({ verdict: "block", tier: "Rules", resolution: "unresolved-escalation" });
    }
    expect(semaphore.free).toBe(PERMITS);
  });

  it("applies to later escalations too", async () => {
    const { l2, queue, add, outcomes } = await setUp(2);
    queue.giveUp();
    add(1);
    await queue.drain();
    expect(l2.asked).toEqual([]);
    expect(outcomes.map(({ degraded }) => degraded)).toEqual(["shutdown"]);
  });

  it("does not change an answer that has arrived", async () => {
    const { l2, queue, add, outcomes } = await setUp(1);
    add(1);
    await setImmediate();
    l2.asked[0]?.answer(BLOCK);
    await setImmediate();
    queue.giveUp();
    await queue.drain();
    expect(outcomes).toMatchObject([{ degraded: undefined, decision: { verdict: "block", tier: "Llm" } }]);
  });
});

it("reports an error of `settle`, and continues to judge", async () => {
  const settled: Decision[] = [];
  const semaphore = SharedSemaphore.create(2, 1);
  const { leases, sentry } = await setUp(1);
  const l2 = new ManualTier();
  leases.replace(await Sentry.create({}, { tiers: { l2 } }));
  const queue = new EscalationQueue({
    leases,
    semaphore,
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
  for (const offset of [1, 2]) queue.add({ ...escalation(other, offset), permit: permitOf(semaphore) });
  await setImmediate();
  l2.asked[0]?.answer(ALLOW);
  await setImmediate();
  l2.asked[1]?.answer(ALLOW);
  await expect(queue.drain()).rejects.toThrow("disk is full");
  expect(settled).toHaveLength(2);
  expect(() => queue.rethrow()).toThrow("disk is full");
  expect(sentry.closed).toBe(true);
});
