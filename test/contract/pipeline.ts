// The path of an escalation: tiers in parallel or in sequence, complete or partial evidence, the
// fail mode.

import type { Judge, RuleInput, Tier, TierDecision } from "@a3s-sentry/core";
import { describe, expect, it } from "vitest";
import type { Core } from "./core.js";

/** A tier that answers when the test says so. */
class Told implements Judge {
  readonly tier: Tier;
  readonly asked: { readonly signal: AbortSignal; answer(verdict: TierDecision["verdict"]): void }[] = [];

  constructor(tier: Tier) {
    this.tier = tier;
  }

  judge(_: unknown, { signal }: { readonly signal: AbortSignal }): Promise<TierDecision> {
    return new Promise((resolve) => {
      const answer = (verdict: TierDecision["verdict"]) => resolve({ verdict, severity: "low", reason: this.tier });
      this.asked.push({ signal, answer });
    });
  }
}

const says = (tier: Tier, verdict: TierDecision["verdict"] | Error): Judge => ({
  tier,
  judge: async () => {
    if (verdict instanceof Error) throw verdict;
    return { verdict, severity: "low", reason: "r" };
  },
});

/** Runs all pending microtasks. */
const quiet = () => new Promise((resolve) => setTimeout(resolve));

export function pipelineSuite({ Sentry, fileAccess, securityAction, dns }: Core): void {
  const [high, medium] = [fileAccess(1, "/etc/shadow"), securityAction(1, "bind", 80)];

  describe("speculation", () => {
    it.each([
      ["high", [high], [medium]],
      ["medium", [high, medium], []],
      ["critical", [], [high, medium]],
      [null, [], [high, medium]],
    ] as const)("from %s on asks L2 and L3 at once", async (speculate, atOnce, after) => {
      const [l2, l3] = [new Told("Llm"), new Told("Agent")];
      const sentry = await Sentry.create(speculate === null ? {} : { speculate }, { tiers: { l2, l3 } });
      for (const event of [...atOnce, ...after]) void sentry.evaluate(event).catch(() => {});
      await quiet();
      expect([l2.asked.length, l3.asked.length]).toEqual([2, atOnce.length]);
      sentry.close();
    });

    it("is limited to eight events: the ninth asks L2 first, until an L3 has ended", async () => {
      const [l2, l3] = [new Told("Llm"), new Told("Agent")];
      const sentry = await Sentry.create('speculate = "low"', { tiers: { l2, l3 } });
      const first = Array.from({ length: 9 }, () => sentry.evaluate(high));
      await quiet();
      expect([l2.asked.length, l3.asked.length]).toEqual([9, 8]);
      l2.asked[0]?.answer("block");
      expect(await first[0]).toMatchObject({ verdict: "block", tier: "Llm" });
      expect(l3.asked.map(({ signal }) => signal.aborted).filter(Boolean)).toHaveLength(1);
      first.push(sentry.evaluate(high));
      await quiet();
      expect([l2.asked.length, l3.asked.length]).toEqual([10, 8]);
      l3.asked[0]?.answer("allow");
      await quiet();
      first.push(sentry.evaluate(high));
      await quiet();
      expect([l2.asked.length, l3.asked.length]).toEqual([11, 9]);
      sentry.close();
      expect((await Promise.allSettled(first)).filter(({ status }) => status === "rejected")).toHaveLength(10);
    });
  });

  describe("partial evidence", () => {
    const cut = { event: { ToolExec: { pid: 1, argv: ["sh", "-c", "base64 -d x | sh"], argv_incomplete: true } } };

    it.each(["allow", "block", "escalate", new Error("boom")])(
      "is stated in the decision of every tier, for any answer: %s",
      async (said) => {
        const answer = said as TierDecision["verdict"] | Error;
        for (const tiers of [{ l2: says("Llm", answer) }, { l3: says("Agent", answer) }]) {
          const sentry = await Sentry.create("", { tiers });
          const decision = await sentry.evaluate(cut);
          expect(decision).toMatchObject({ tier: Object.values(tiers)[0]?.tier, evidence: "partial" });
          sentry.close();
        }
      },
    );

    it("is stated by the fail mode", async () => {
      const sentry = await Sentry.create("");
      expect(await sentry.evaluate(cut)).toMatchObject({ evidence: "partial", resolution: "unresolved-escalation" });
      sentry.close();
    });
  });

  it("the fail mode raises severity info to low, and no other", async () => {
    const rules = (["info", "low", "medium", "high", "critical"] as const).map(
      (severity): RuleInput => ({
        name: severity,
        on: "Dns",
        match: severity,
        verdict: "escalate",
        severity,
        reason: "r",
      }),
    );
    const sentry = await Sentry.create({ rules });
    const events = rules.map(({ name }) => dns(1, name));
    const settled = await Promise.all(events.map((event) => sentry.evaluate(event)));
    expect(settled.map(({ severity }) => severity)).toEqual(["low", "low", "medium", "high", "critical"]);
    expect(settled.map(({ rule, tier }) => [rule, tier])).toEqual(rules.map(({ name }) => [name, "Rules"]));
    sentry.close();
  });

  it("a tier's decision has no rule, and only the SAE tier's a score", async () => {
    const explain = { channel: "activation", harmful: 1, safety: 0, categories: {}, drivers: [] } as const;
    const l2: Judge = {
      tier: "Llm",
      judge: async () => ({ verdict: "block", severity: "low", reason: "r", rule: "mine", explain }),
    };
    const sentry = await Sentry.create("", { tiers: { l2 } });
    const decision = await sentry.evaluate(high);
    expect(Object.keys(decision).sort()).toEqual(["evidence", "reason", "risk", "severity", "tier", "verdict"]);
    sentry.close();
  });
}
