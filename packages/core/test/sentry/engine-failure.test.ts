// A failing rule engine: what callers see of it, and that it works again afterwards.

import { beforeEach, describe, expect, it } from "vitest";
import { dns, Sentry } from "../../src/index.js";
import { type StubCore, stubCore } from "../support/stub-core.js";

let core: StubCore;
beforeEach(() => {
  core = stubCore();
});

const FAILED = {
  verdict: "escalate",
  tier: "Rules",
  severity: "high",
  reason: "rule engine failed: unreachable; the event was not judged",
  risk: { category: "other", name: "Other risk", riskType: "atomic" },
  evidence: "complete",
};

describe("a trap", () => {
  it("is an escalation of that event, and the next event is judged normally", async () => {
    const sentry = await Sentry.create("");
    expect(sentry.classify(dns(1, "TRAP"))).toEqual(FAILED);
    expect(sentry.classify(dns(1, "evil"))).toMatchObject({ verdict: "block", rule: "evil" });
    expect([core.instances, core.compiled]).toEqual([2, 2]);
  });

  it("gets the fail mode from `evaluate`, and no tier is called", async () => {
    const l2 = { tier: "Llm", judge: () => expect.unreachable() } as const;
    const sentry = await Sentry.create("", { failClosed: true, tiers: { l2 } });
    expect(await sentry.evaluate(dns(1, "TRAP"))).toMatchObject({
      verdict: "block",
      severity: "high",
      reason: `${FAILED.reason} [unresolved escalation, fail-closed]`,
      resolution: "unresolved-escalation",
    });
  });

  it("is never an allow of `evaluate` that does not say that the event was not judged", async () => {
    const sentry = await Sentry.create("", { tiers: { l2: { tier: "Llm", judge: () => expect.unreachable() } } });
    for (const call of ["judgeForTiers", "input", "takeFacts", "compile"] as const) {
      if (call === "compile") sentry.classify(dns(1, "TRAP"));
      core.trapOn = call;
      expect(await sentry.evaluate(dns(1, "odd"))).toMatchObject({
        verdict: "allow",
        severity: "high",
        reason: `${FAILED.reason} [unresolved escalation, fail-open]`,
        resolution: "unresolved-escalation",
      });
      expect(core.trapOn).toBeUndefined();
    }
  });

  it("in a stream leaves a block a block", async () => {
    const stream = (await Sentry.create("")).createStream();
    core.trapOn = "rowAuditSummaries";
    core.alsoTrapOn = "auditSummary";
    const [item] = stream.push(Buffer.from(`${dns(1, "evil")}\n`));
    expect(item?.decision).toMatchObject({ verdict: "block", rule: "evil" });
    expect(item?.decision.reason).toContain("nothing is denied");
    expect(core.trapOn).toBeUndefined();
    stream.close();
  });

  it("stops the stages, and no tier is called", async () => {
    const l2 = { tier: "Llm", judge: () => expect.unreachable() } as const;
    const sentry = await Sentry.create("", { tiers: { l2 } });
    const stopped = { l1Decision: FAILED, stageStatus: "stopped", nextTierEligible: false, stopReason: "not-judged" };
    expect(sentry.evaluateL1(dns(1, "TRAP"))).toEqual(stopped);
    expect(await sentry.evaluateThroughL2(dns(1, "TRAP"))).toEqual(stopped);
    core.trapOn = "takeFacts";
    expect(await sentry.evaluateThroughL2(dns(1, "odd"))).toEqual(stopped);
  });

  it("while an event is prepared for a tier gets the fail mode", async () => {
    const l2 = { tier: "Llm", judge: () => expect.unreachable() } as const;
    const sentry = await Sentry.create("", { failClosed: true, tiers: { l2 } });
    core.trapOn = "takeFacts";
    expect(await sentry.evaluate(dns(1, "odd"))).toMatchObject({
      verdict: "block",
      reason: `${FAILED.reason} [unresolved escalation, fail-closed]`,
    });
  });

  it("compiles the same text again with the same environment", async () => {
    const env = { KEY: "one" };
    const sentry = await Sentry.create("key = $KEY", { env });
    env.KEY = "two";
    sentry.classify(dns(1, "TRAP"));
    sentry.classify(dns(1, "ok"));
    expect(core.sources).toEqual(["key = one", "key = one"]);
  });

  it("of one sentry does not affect another", async () => {
    const [one, other] = [await Sentry.create("one"), await Sentry.create("other")];
    expect(one.classify(dns(1, "TRAP")).severity).toBe("high");
    expect(other.classify(dns(1, "evil")).rule).toBe("evil");
    expect(core.sources).toEqual(["one", "other", "other"]);
    other.close();
    one.close();
  });

  it("while a target is fetched leaves the block, which says that nothing is denied", async () => {
    const sentry = await Sentry.create("");
    const lost = {
      verdict: "block",
      rule: "evil",
      reason: "evil: a reason [nothing is denied: the rule engine failed on the target: unreachable]",
    };
    core.trapOn = "target";
    expect(sentry.classify(dns(1, "evil"))).toMatchObject(lost);
    core.trapOn = "target";
    expect(await sentry.evaluate(dns(1, "evil"))).toMatchObject(lost);
    expect(sentry.classify(dns(1, "evil")).action).toEqual({ kind: "DenyEgress", target: "evil" });
  });

  it("while a buffer is allocated, or the policy is compiled again, affects that event alone", async () => {
    const sentry = await Sentry.create("");
    core.trapOn = "input";
    expect(sentry.classify(dns(1, "evil"))).toEqual(FAILED);
    core.trapOn = "compile";
    expect(sentry.classify(dns(1, "evil"))).toEqual(FAILED);
    expect(sentry.classify(dns(1, "evil")).verdict).toBe("block");
  });

  it("without a fresh instance makes every event an escalation, until there is one", async () => {
    const sentry = await Sentry.create("");
    const { reset } = core;
    core.reset = () => {};
    sentry.classify(dns(1, "TRAP"));
    for (let i = 0; i < 3; i++) {
      expect(sentry.classify(dns(1, "ok"))).toMatchObject({ verdict: "escalate", severity: "high" });
    }
    core.reset = reset;
    expect(sentry.classify(dns(1, "ok")).verdict).toBe("allow");
  });

  it("in `facts` or `explain` is an error", async () => {
    const sentry = await Sentry.create("");
    for (const ask of [() => sentry.facts(dns(1, "TRAP")), () => sentry.explain(dns(1, "TRAP"))]) {
      expect(ask).toThrow("rule engine failed: unreachable");
    }
    expect(sentry.facts(dns(1, "ok"))?.subject).toBe("ok");
  });

  it("during the first compilation rejects", async () => {
    core.trapOn = "compile";
    await expect(Sentry.create("")).rejects.toThrow("rule engine failed: unreachable");
    expect((await Sentry.create("")).classify(dns(1, "evil")).verdict).toBe("block");
  });

  it("while a risk is inferred returns the general risk", async () => {
    const sentry = await Sentry.create("");
    expect(sentry.inferRisk("why", "Dns").category).toBe("inferred");
    core.trapOn = "free";
    expect(sentry.inferRisk("why", "Dns").category).toBe("other");
  });
});

describe("closing", () => {
  it("frees everything, once", async () => {
    const sentry = await Sentry.create("");
    const stream = sentry.createStream();
    expect(core.live).toBe(2);
    sentry.close();
    sentry.close();
    stream.close();
    stream.close();
    expect([core.live, sentry.closed]).toEqual([0, true]);
  });

  it("does not touch a handle of a failed instance", async () => {
    const sentry = await Sentry.create("");
    sentry.classify(dns(1, "TRAP"));
    expect(() => sentry.close()).not.toThrow();
  });
});
