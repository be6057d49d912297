// The way of an escalation through the tiers, and the fail mode.

import { describe, expect, it, vi } from "vitest";
import { naturalDeny } from "../../src/host.js";
import type { Decision, Judge, JudgedEvent, TierDecision, Tiers } from "../../src/index.js";
import { failMode } from "../../src/pipeline/fail-mode.js";
import { Pipeline } from "../../src/pipeline/pipeline.js";

const RISK = { category: "c", name: "n", riskType: "atomic" };
const ACTION = { kind: "DenyFile", target: "/etc/shadow" } as const;
const L1: Decision = {
  verdict: "escalate",
  tier: "Rules",
  severity: "high",
  reason: "read-credentials: access to a credential file",
  action: ACTION,
  risk: RISK,
  rule: "read-credentials",
  evidence: "complete",
};
const EVENT: JudgedEvent = {
  kind: "FileAccess",
  pid: 1,
  agent: "py",
  provider: null,
  subject: "/etc/shadow",
  target: "/etc/shadow",
  evidence: "partial",
  line: "{}",
};
const inferRisk = (reason: string) => ({ category: "inferred", name: reason, riskType: "atomic" });
const never = new AbortController().signal;

const judge = (tier: "Llm" | "Agent", judge: Judge["judge"]): Judge => ({ tier, judge: vi.fn(judge) });
const says = (tier: "Llm" | "Agent", answer: unknown): Judge => judge(tier, async () => answer as TierDecision);
const block = { verdict: "block", severity: "critical", reason: "L2: bad", action: ACTION } as const;
const unsure = { verdict: "escalate", severity: "medium", reason: "L2: unsure" } as const;

const run = (tiers: Tiers, failClosed = false, signal = never) =>
  new Pipeline({ tiers, failClosed, speculate: null, inferRisk }).resolve({ l1: L1, event: EVENT, signal });

describe("an escalation", () => {
  it("ends at L2 if L2 decides, with tier, risk and evidence set", async () => {
    const l3 = says("Agent", block);
    expect(await run({ l2: says("Llm", block), l3 })).toEqual({
      ...block,
      tier: "Llm",
      risk: { category: "inferred", name: "L2: bad", riskType: "atomic" },
      evidence: "partial",
    });
    expect(l3.judge).not.toHaveBeenCalled();
  });

  it("has the called tier and the event's evidence, whatever the tier returns", async () => {
    const claims = { tier: "Rules", evidence: "complete" } as const;
    for (const answer of [block, unsure]) {
      const decision = await run({ l2: says("Llm", { ...answer, ...claims }) });
      expect(decision).toMatchObject({ tier: "Llm", evidence: "partial" });
    }
  });

  it("that a tier allows denies nothing, whatever the tier returns", async () => {
    const decision = await run({ l2: says("Llm", { ...block, verdict: "allow" }) });
    expect(decision.verdict).toBe("allow");
    expect(decision).not.toHaveProperty("action");
  });

  it("passes the event and a signal to the tier", async () => {
    const l2 = says("Llm", block);
    await run({ l2 });
    expect(l2.judge).toHaveBeenCalledWith(EVENT, { signal: never });
  });

  it("goes to L3 if L2 escalates, and L3's answer is final", async () => {
    const allow = { verdict: "allow", severity: "info", reason: "L3: fine" };
    expect(await run({ l2: says("Llm", unsure), l3: says("Agent", allow) }, true)).toEqual({
      ...allow,
      tier: "Agent",
      evidence: "partial",
    });
  });

  it("goes to L3 alone without L2", async () => {
    expect((await run({ l3: says("Agent", block) })).tier).toBe("Agent");
  });

  it("that no tier resolves gets the fail mode with the last tier's reason", async () => {
    expect(await run({ l2: says("Llm", unsure) })).toEqual({
      verdict: "allow",
      tier: "Llm",
      severity: "medium",
      reason: "L2: unsure [unresolved escalation, fail-open]",
      risk: { category: "inferred", name: "L2: unsure", riskType: "atomic" },
      evidence: "partial",
      resolution: "unresolved-escalation",
    });
    expect((await run({ l2: says("Llm", unsure) }, true)).verdict).toBe("block");
  });
});

describe("a failing tier escalates, and never allows", () => {
  it.each<[string, Judge, string]>([
    ["rejects", judge("Llm", () => Promise.reject(new Error("boom"))), "L2 unavailable: boom"],
    [
      "rejects with a value without a text form",
      judge("Llm", () => Promise.reject(Object.create(null))),
      "L2 unavailable: it threw a value that cannot be shown",
    ],
    ["rejects with a string", judge("Llm", () => Promise.reject("boom")), "L2 unavailable: boom"],
    [
      "throws",
      judge("Llm", () => {
        throw new Error("boom");
      }),
      "L2 unavailable: boom",
    ],
    ["answers nothing", says("Llm", undefined), "L2 unavailable: its answer is not a valid decision"],
    [
      "answers an unknown verdict",
      says("Llm", { ...block, verdict: "ALLOW" }),
      "L2 unavailable: its answer is not a valid decision",
    ],
    [
      "answers without a reason",
      says("Llm", { verdict: "allow", severity: "info" }),
      "L2 unavailable: its answer is not a valid decision",
    ],
    [
      "answers an unknown action",
      says("Llm", { ...block, action: { kind: "DenyAll", target: "*" } }),
      "L2 unavailable: its answer is not a valid decision",
    ],
  ])("one that %s", async (_, l2, reason) => {
    expect(await run({ l2 }, true)).toEqual({
      verdict: "block",
      tier: "Llm",
      severity: "medium",
      reason: `${reason} [unresolved escalation, fail-closed]`,
      risk: { category: "inferred", name: reason, riskType: "atomic" },
      action: ACTION,
      evidence: "partial",
      resolution: "unresolved-escalation",
    });
    expect((await run({ l2, l3: says("Agent", block) })).tier).toBe("Agent");
  });

  it.each<[string, () => unknown]>([
    [
      "whose answer throws when it is read",
      () => ({
        get verdict() {
          throw new Error("boom");
        },
      }),
    ],
    [
      "whose promise is a broken thenable",
      () => ({
        // biome-ignore lint/suspicious/noThenProperty: the test needs a thenable.
        get then() {
          throw new Error("boom");
        },
      }),
    ],
  ])("one %s", async (_, answer) => {
    const l2: Judge = { tier: "Llm", judge: () => answer() as Promise<TierDecision> };
    expect((await run({ l2 }, true)).reason).toContain("L2 unavailable: boom");
  });

  it("one whose verdict changes with each read is read once", async () => {
    const words = ["escalate", "allow", "allow"];
    const answer = {
      get verdict() {
        return words.shift();
      },
      severity: "low",
      reason: "r",
    };
    expect((await run({ l2: says("Llm", answer) }, true)).verdict).toBe("block");
  });

  it("and the length of its reason and of a failure's message is limited", async () => {
    const long = "ü".repeat(100_000);
    const decision = await run({ l2: says("Llm", { ...block, reason: long }) });
    expect(decision.reason).toBe("ü".repeat(1000));
    const thrown = await run({ l2: judge("Llm", () => Promise.reject(new Error(long))) });
    expect(thrown.reason.length).toBeLessThan(1000);
  });

  it("but one without a valid risk gets an inferred one", async () => {
    for (const risk of [null, 5, { category: "x" }, { category: "x", name: 1, riskType: "y" }]) {
      expect((await run({ l2: says("Llm", { ...block, risk }) })).risk?.category).toBe("inferred");
    }
    const risk = { category: "own", name: "n", riskType: "t", more: 1 };
    const decision = await run({ l2: says("Llm", { ...block, risk }) });
    expect(decision.risk).toEqual({ category: "own", name: "n", riskType: "t" });
    expect(Object.isFrozen(decision) && Object.isFrozen(decision.risk)).toBe(true);
  });

  it("but one with an unknown severity gets medium", async () => {
    expect(await run({ l2: says("Llm", { ...block, severity: "urgent" }) })).toMatchObject({
      verdict: "block",
      severity: "medium",
    });
  });
});

describe("an abort", () => {
  it("rejects with its reason, even if the tier ignores it", async () => {
    const controller = new AbortController();
    const waiting = run({ l2: judge("Llm", () => new Promise(() => {})) }, false, controller.signal);
    controller.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
  });

  it("does not count as a failing tier, and the next tier does not start", async () => {
    const controller = new AbortController();
    const l3 = says("Agent", block);
    const l2 = judge("Llm", async () => {
      controller.abort(new Error("enough"));
      throw new Error("stopped");
    });
    await expect(run({ l2, l3 }, false, controller.signal)).rejects.toThrow("enough");
    expect(l3.judge).not.toHaveBeenCalled();
  });
});

describe("the natural deny target of an event", () => {
  it.each<[JudgedEvent["kind"], string | undefined]>([
    ["ToolExec", "DenyExec"],
    ["Egress", "DenyEgress"],
    ["FileAccess", "DenyFile"],
    ["FileDelete", "DenyFile"],
    ["Dns", undefined],
    ["SslContent", undefined],
    ["SecurityAction", undefined],
    ["LlmActivations", undefined],
  ])("%s: %s", (kind, action) => {
    expect(naturalDeny({ kind, target: "t" })).toEqual(action && { kind: action, target: "t" });
    expect(naturalDeny({ kind, target: null })).toBeUndefined();
  });
});

describe("the fail mode", () => {
  it("blocks with the action, or allows without it; other fields stay", () => {
    const kept = { tier: "Rules", severity: "high", risk: RISK, rule: "read-credentials", evidence: "complete" };
    const resolution = "unresolved-escalation";
    expect(failMode(L1, true)).toEqual({
      ...kept,
      verdict: "block",
      reason: `${L1.reason} [unresolved escalation, fail-closed]`,
      action: ACTION,
      resolution,
    });
    const open = failMode(L1, false);
    expect(open).toEqual({
      ...kept,
      verdict: "allow",
      reason: `${L1.reason} [unresolved escalation, fail-open]`,
      resolution,
    });
    expect(Object.keys(open)).not.toContain("action");
  });

  it.each([
    ["info", "low"],
    ["low", "low"],
    ["critical", "critical"],
  ] as const)("makes severity %s %s", (severity, after) => {
    expect(failMode({ ...L1, severity }, false).severity).toBe(after);
  });
});
