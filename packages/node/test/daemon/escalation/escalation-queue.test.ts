// Escalations with the slow tiers: order, how many at a time, by which sentry, and that each has one outcome.
import { setImmediate } from "node:timers/promises";
import { type Decision, fileAccess } from "@a3s-sentry/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { Desk, type Verdict, type Waiting } from "../../../src/daemon/escalation/escalation-queue.js";
import { Sentries } from "../../../src/daemon/judging/policy-leases.js";
import { Slots } from "../../../src/daemon/judging/shared-semaphore.js";
import { Sentry } from "../../../src/sentry.js";
import { ALLOW, BLOCK, ESCALATE, Oracle } from "../../support/tiers.js";

async function setUp(workers: number, policy: object = {}) {
  const l2 = new Oracle();
  const sentry = await Sentry.create(policy, { tiers: { l2 } });
  const sentries = new Sentries(sentry);
  onTestFinished(() => sentries.close());
  const slots = Slots.withRoom(0, 1);
  const outcomes: (Verdict & { readonly place: number; readonly by: Sentry })[] = [];
  const desk = new Desk({
    sentries,
    slots,
    workers,
    complete: ({ event }) => event,
    settle: ({ place }, verdict, by) => outcomes.push({ ...verdict, place, by }),
  });
  const add = (place: number) => desk.add(escalation(sentry, place));
  return { l2, sentry, sentries, slots, outcomes, desk, add };
}

function escalation(sentry: Sentry, place: number): Waiting {
  const line = fileAccess(place, "/etc/shadow");
  const facts = sentry.facts(line);
  return { l1: sentry.classify(line), event: facts && { ...facts, line }, head: "", place };
}

const pids = ({ asked }: Oracle) => asked.map(({ event }) => event.pid);

it("judges a few at a time, in the order in which they came", async () => {
  const { l2, desk, add, outcomes, slots } = await setUp(2);
  for (let place = 1; place <= 5; place++) add(place);
  await setImmediate();
  expect(pids(l2)).toEqual([1, 2]);
  expect([desk.inWork, desk.waiting, desk.oldestPlace]).toEqual([2, 3, 1]);
  l2.asked[1]?.answer(BLOCK);
  await setImmediate();
  expect(pids(l2)).toEqual([1, 2, 3]);
  expect([desk.inWork, desk.waiting, desk.oldestPlace, slots.free]).toEqual([2, 2, 1, 1]);
  l2.asked[0]?.answer(ALLOW);
  await setImmediate();
  expect(desk.oldestPlace).toBe(3);
  expect(outcomes.map(({ place, decision }) => [place, decision.verdict])).toEqual([
    [2, "block"],
    [1, "allow"],
  ]);
});

it("is empty once all are settled", async () => {
  const { l2, desk, add, outcomes, slots } = await setUp(1);
  await desk.empty();
  add(1);
  add(2);
  let empty = false;
  const waiting = desk.empty().then(() => {
    empty = true;
  });
  await setImmediate();
  l2.asked[0]?.answer(BLOCK);
  await setImmediate();
  expect(empty).toBe(false);
  l2.asked[1]?.answer(ESCALATE);
  await waiting;
  expect(outcomes.map(({ decision }) => decision.reason)).toEqual([
    "L2: harmful",
    "L2: unsure [unresolved escalation, fail-open]",
  ]);
  expect([slots.free, desk.oldestPlace]).toEqual([2, undefined]);
});

it("takes the fail mode at once for an event that the rule engine failed on", async () => {
  const { l2, sentry, desk, outcomes } = await setUp(1);
  desk.add({ ...escalation(sentry, 1), event: null });
  await desk.empty();
  expect(l2.asked).toEqual([]);
  expect(outcomes[0]).toMatchObject({ cutShort: false, decision: { resolution: "unresolved-escalation" } });
});

describe("another sentry", () => {
  it("judges what has not begun; the old one is closed when what it had begun has ended", async () => {
    const { l2, sentry, sentries, desk, add, outcomes } = await setUp(1);
    add(1);
    add(2);
    await setImmediate();
    const other = new Oracle();
    const next = await Sentry.create({ fail_closed: true }, { tiers: { l2: other } });
    sentries.replace(next);
    expect(sentry.closed).toBe(false);
    expect(l2.asked[0]?.signal.aborted).toBe(false);
    l2.asked[0]?.answer(ESCALATE);
    await setImmediate();
    expect(sentry.closed).toBe(true);
    expect(pids(other)).toEqual([2]);
    other.asked[0]?.answer(ESCALATE);
    await desk.empty();
    expect(outcomes.map(({ decision, by }) => [decision.verdict, by])).toEqual([
      ["allow", sentry],
      ["block", next],
    ]);
    expect(next.closed).toBe(false);
  });

  it("without tiers lets what waits take its fail mode", async () => {
    const { l2, sentries, desk, add, outcomes } = await setUp(1);
    add(1);
    add(2);
    await setImmediate();
    sentries.replace(await Sentry.create({ fail_closed: true }));
    l2.asked[0]?.answer(ALLOW);
    await desk.empty();
    expect(outcomes.map(({ decision }) => [decision.verdict, decision.tier])).toEqual([
      ["allow", "Llm"],
      ["block", "Rules"],
    ]);
  });
});

describe("giving up", () => {
  it("lets all take the fail mode at once, those in work and those that wait, and aborts the tiers", async () => {
    const { l2, desk, add, outcomes, slots } = await setUp(2, { fail_closed: true });
    for (let place = 1; place <= 5; place++) add(place);
    await setImmediate();
    desk.giveUp();
    await desk.empty();
    expect(l2.asked.map(({ signal }) => signal.aborted)).toEqual([true, true]);
    expect(outcomes.map(({ place }) => place).sort()).toEqual([1, 2, 3, 4, 5]);
    for (const { decision, cutShort } of outcomes) {
      expect(cutShort).toBe(true);
      expect(decision).toMatchObject({ verdict: "block", tier: "Rules", resolution: "unresolved-escalation" });
    }
    expect(slots.free).toBe(5);
  });

  it("holds for what comes later too", async () => {
    const { l2, desk, add, outcomes } = await setUp(2);
    desk.giveUp();
    add(1);
    await desk.empty();
    expect(l2.asked).toEqual([]);
    expect(outcomes.map(({ cutShort }) => cutShort)).toEqual([true]);
  });

  it("changes nothing of an answer that is there already", async () => {
    const { l2, desk, add, outcomes } = await setUp(1);
    add(1);
    await setImmediate();
    l2.asked[0]?.answer(BLOCK);
    await setImmediate();
    desk.giveUp();
    await desk.empty();
    expect(outcomes).toMatchObject([{ cutShort: false, decision: { verdict: "block", tier: "Llm" } }]);
  });
});

it("tells what went wrong when an outcome was settled, and judges on", async () => {
  const settled: Decision[] = [];
  const { sentries, sentry } = await setUp(1);
  const l2 = new Oracle();
  sentries.replace(await Sentry.create({}, { tiers: { l2 } }));
  const desk = new Desk({
    sentries,
    slots: Slots.withRoom(0, 1),
    workers: 1,
    complete: ({ event }) => event,
    settle: (_, { decision }) => {
      settled.push(decision);
      if (settled.length === 1) throw new Error("no more paper");
    },
  });
  desk.throwFault();
  const other = await Sentry.create({});
  onTestFinished(() => other.close());
  desk.add(escalation(other, 1));
  desk.add(escalation(other, 2));
  await setImmediate();
  l2.asked[0]?.answer(ALLOW);
  await setImmediate();
  l2.asked[1]?.answer(ALLOW);
  await expect(desk.empty()).rejects.toThrow("no more paper");
  expect(settled).toHaveLength(2);
  expect(() => desk.throwFault()).toThrow("no more paper");
  expect(sentry.closed).toBe(true);
});
