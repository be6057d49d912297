// L2 and L3 at the same time: the number of runs in progress, aborts, and unhandled rejections.

import { expect, it, onTestFinished, vi } from "vitest";
import type { Decision, Judge, JudgedEvent, TierDecision } from "../../src/index.js";
import { Pipeline } from "../../src/pipeline/pipeline.js";

const L1: Decision = { verdict: "escalate", tier: "Rules", severity: "high", reason: "L1", evidence: "complete" };
const EVENT: JudgedEvent = {
  kind: "Dns",
  pid: 1,
  agent: null,
  provider: null,
  subject: "s",
  target: null,
  evidence: "complete",
  line: "{}",
};
const inferRisk = () => ({ category: "c", name: "n", riskType: "r" });
const block: TierDecision = { verdict: "block", severity: "high", reason: "block" };
const allow: TierDecision = { verdict: "allow", severity: "info", reason: "allow" };

/** A tier that answers on demand, and ignores its signal. */
class Told implements Judge {
  readonly tier = "Agent";
  readonly asked: { signal: AbortSignal; answer: (decision: TierDecision) => void; fail: (error: unknown) => void }[] =
    [];

  judge(_: JudgedEvent, { signal }: { signal: AbortSignal }): Promise<TierDecision> {
    return new Promise((answer, fail) => this.asked.push({ signal, answer, fail }));
  }
}

function speculating(): { l2: Told; l3: Told; settle: (signal?: AbortSignal) => Promise<Decision> } {
  const [l2, l3] = [new Told(), new Told()];
  const pipeline = new Pipeline({ tiers: { l2, l3 }, failClosed: true, speculate: "high", inferRisk });
  return {
    l2,
    l3,
    settle: (signal = new AbortController().signal) => pipeline.resolve({ l1: L1, event: EVENT, signal }),
  };
}

/** Waits until all pending promise callbacks have run. */
const quiet = () => new Promise((resolve) => setImmediate(resolve));

it("counts an aborted L3 until it has finished", async () => {
  const { l2, l3, settle } = speculating();
  const first = Array.from({ length: 8 }, () => settle());
  await quiet();
  for (const asked of l2.asked) asked.answer(block);
  expect((await Promise.all(first)).map(({ tier }) => tier)).toEqual(Array(8).fill("Llm"));
  expect(l3.asked.map(({ signal }) => signal.aborted)).toEqual(Array(8).fill(true));

  // All are aborted and none has finished: the ninth event goes to L2 first.
  const ninth = settle();
  await quiet();
  l2.asked[8]?.answer(allow);
  expect((await ninth).tier).toBe("Llm");
  expect(l3.asked).toHaveLength(8);

  // One has finished, whatever its answer: there is one free slot.
  l3.asked[3]?.fail(new Error("late"));
  await quiet();
  const [tenth, eleventh] = [settle(), settle()];
  await quiet();
  expect(l3.asked).toHaveLength(9);
  l2.asked[9]?.answer(allow);
  l3.asked[8]?.answer(block);
  l2.asked[10]?.answer(allow);
  expect([(await tenth).tier, (await eleventh).tier]).toEqual(["Agent", "Llm"]);
  expect(l3.asked).toHaveLength(9);
});

it("does not count a run that has ended by itself", async () => {
  const { l2, l3, settle } = speculating();
  for (let i = 0; i < 20; i++) {
    const decision = settle();
    await quiet();
    l3.asked[i]?.answer(block);
    l2.asked[i]?.answer(allow);
    expect((await decision).tier).toBe("Agent");
  }
  expect(l3.asked).toHaveLength(20);
});

it("uses L2's block, even if L3 answered first", async () => {
  const { l2, l3, settle } = speculating();
  const decision = settle();
  await quiet();
  l3.asked[0]?.answer(allow);
  await quiet();
  l2.asked[0]?.answer(block);
  expect(await decision).toMatchObject({ verdict: "block", tier: "Llm" });
});

it("leaves no unhandled rejection, whichever tier fails first", async () => {
  const unseen = vi.fn();
  process.on("unhandledRejection", unseen);
  onTestFinished(() => void process.off("unhandledRejection", unseen));
  const { l2, l3, settle } = speculating();
  const both = settle();
  await quiet();
  l3.asked[0]?.fail(new Error("first"));
  await quiet();
  l2.asked[0]?.fail(new Error("second"));
  expect(await both).toMatchObject({ verdict: "block", reason: expect.stringContaining("L2 unavailable: second") });

  const controller = new AbortController();
  const aborted = settle(controller.signal);
  await quiet();
  controller.abort(new Error("enough"));
  await expect(aborted).rejects.toThrow("enough");
  l2.asked[1]?.fail(new Error("late"));
  l3.asked[1]?.fail(new Error("late"));
  await quiet();
  await quiet();
  expect(unseen).not.toHaveBeenCalled();
});

it("passes the caller's abort to both, with its reason", async () => {
  const { l2, l3, settle } = speculating();
  const controller = new AbortController();
  const aborted = settle(controller.signal);
  await quiet();
  const reason = new Error("enough");
  controller.abort(reason);
  await expect(aborted).rejects.toBe(reason);
  expect([l2.asked[0]?.signal.reason, l3.asked[0]?.signal.reason]).toEqual([reason, reason]);
});

it("can also be aborted while only L3 is running", async () => {
  const { l2, l3, settle } = speculating();
  const controller = new AbortController();
  const aborted = settle(controller.signal);
  await quiet();
  l2.asked[0]?.answer(allow);
  await quiet();
  controller.abort(new Error("enough"));
  await expect(aborted).rejects.toThrow("enough");
  expect(l3.asked[0]?.signal.aborted).toBe(true);
});
