// Judging up to a stage, and tiers that are made from a policy's settings.

import type { Decision, Judge, Tier, TierDecision } from "@a3s-sentry/core";
import { describe, expect, it } from "vitest";
import type { Core } from "./core.js";

/** A tier with a fixed answer that counts its calls. */
class Says implements Judge {
  asked = 0;
  readonly tier: Tier;
  readonly #answer: TierDecision | Error;

  constructor(tier: Tier, answer: TierDecision["verdict"] | Error) {
    this.tier = tier;
    this.#answer = typeof answer === "string" ? { verdict: answer, severity: "high", reason: `${tier} says` } : answer;
  }

  async judge(): Promise<TierDecision> {
    this.asked++;
    if (this.#answer instanceof Error) throw this.#answer;
    return this.#answer;
  }
}

const CUT = { event: { ToolExec: { pid: 1, argv: ["sh", "-c", "base64 -d x | sh"], argv_truncated: true } } };

export function stageSuite({ Sentry, fileAccess, dns, llmActivations }: Core): void {
  const unsure = fileAccess(1, "/home/u/.ssh/id_rsa");
  const activations = llmActivations(1, 3, [[8801, 0.5]]);

  describe("a stage", () => {
    it("of L1 is completed, escalated or stopped, and asks no tier", async () => {
      const [l2, l3] = [new Says("Llm", "block"), new Says("Agent", "block")];
      const sentry = await Sentry.create("", { tiers: { l2, l3 } });
      for (const [event, stage] of [
        [dns(1, "example.org"), { stageStatus: "completed", nextTierEligible: false }],
        [dns(1, "x.oast.fun"), { stageStatus: "completed", nextTierEligible: false }],
        [unsure, { stageStatus: "escalated", nextTierEligible: true }],
        [CUT, { stageStatus: "stopped", nextTierEligible: false, stopReason: "incomplete-evidence" }],
      ] as const) {
        expect(sentry.evaluateL1(event)).toEqual({ l1Decision: sentry.classify(event), ...stage });
      }
      expect(sentry.evaluateL1("no event")).toBeNull();
      expect([l2.asked, l3.asked]).toEqual([0, 0]);
      sentry.close();
    });

    it("of L2 asks L2 alone, and only about eligible events", async () => {
      const [l2, l3] = [new Says("Llm", "block"), new Says("Agent", "block")];
      const sentry = await Sentry.create("", { tiers: { l2, l3 } });
      for (const event of [dns(1, "example.org"), dns(1, "x.oast.fun"), CUT]) {
        expect(await sentry.evaluateThroughL2(event)).toEqual(sentry.evaluateL1(event));
      }
      expect(await sentry.evaluateThroughL2("no event")).toBeNull();
      expect(l2.asked).toBe(0);
      expect(await sentry.evaluateThroughL2(unsure)).toMatchObject({
        l1Decision: sentry.classify(unsure),
        l2Decision: { verdict: "block", tier: "Llm", reason: "Llm says" },
        stageStatus: "completed",
        nextTierEligible: false,
      });
      expect([l2.asked, l3.asked]).toEqual([1, 0]);
      sentry.close();
    });

    it.each<[string, TierDecision["verdict"] | Error, string, object]>([
      ["allows", "allow", "Llm says", { stageStatus: "completed", nextTierEligible: false }],
      ["escalates", "escalate", "Llm says", { stageStatus: "escalated", nextTierEligible: true }],
      ["fails", new Error("boom"), "L2 unavailable: boom", { stageStatus: "escalated", nextTierEligible: true }],
    ])("of an L2 that %s says so", async (_, answer, reason, stage) => {
      const sentry = await Sentry.create("", { tiers: { l2: new Says("Llm", answer) } });
      const result = await sentry.evaluateThroughL2(unsure);
      expect(result).toMatchObject({ l2Decision: { tier: "Llm", reason }, ...stage });
      expect(result).not.toHaveProperty("stopReason");
      sentry.close();
    });

    it("of L2 without an L2 equals that of L1", async () => {
      const sentry = await Sentry.create("", { tiers: { l3: new Says("Agent", "block") } });
      const result = await sentry.evaluateThroughL2(unsure);
      expect(result).toEqual({ l1Decision: sentry.classify(unsure), stageStatus: "escalated", nextTierEligible: true });
      sentry.close();
    });

    it("of L2 rejects with the reason of an abort", async () => {
      const l2: Judge = { tier: "Llm", judge: () => new Promise(() => {}) };
      const sentry = await Sentry.create("", { tiers: { l2 } });
      const controller = new AbortController();
      const waiting = sentry.evaluateThroughL2(unsure, { signal: controller.signal });
      controller.abort(new Error("enough"));
      await expect(waiting).rejects.toThrow("enough");
      sentry.close();
    });
  });

  describe("an SAE tier", () => {
    it("decides on activations, in place of L1 and without L2", async () => {
      const rule = {
        name: "r",
        on: "LlmActivations",
        match: ".",
        verdict: "allow",
        severity: "info",
        reason: "r",
      } as const;
      const [l2, sae] = [new Says("Llm", "block"), new Says("Sae", "escalate")];
      const sentry = await Sentry.create({ fail_closed: true, rules: [rule] }, { tiers: { l2, sae } });
      expect(sentry.classify(activations)).toMatchObject({ verdict: "allow", rule: "r" });
      expect(await sentry.evaluate(activations)).toMatchObject({
        verdict: "block",
        tier: "Sae",
        reason: "Sae says [unresolved escalation, fail-closed]",
      });
      expect(await sentry.evaluateThroughL2(activations)).toEqual({
        l1Decision: expect.objectContaining({ tier: "Sae", verdict: "escalate" }),
        stageStatus: "escalated",
        nextTierEligible: true,
      });
      expect(sae.asked).toBe(2);
      // L1 alone cannot ask it, and must not call the event harmless.
      expect(sentry.evaluateL1(activations)).toMatchObject({
        l1Decision: { verdict: "escalate", tier: "Rules", reason: "model activations are for the SAE tier to judge" },
        stageStatus: "escalated",
        nextTierEligible: true,
      });
      expect((await sentry.evaluate(dns(1, "x.oast.fun"))).tier).toBe("Rules");
      expect([l2.asked, sae.asked]).toEqual([0, 2]);
      sentry.close();
    });

    it("that has judged already is not asked again by `escalate`", async () => {
      const [sae, l3] = [new Says("Sae", "allow"), new Says("Agent", "block")];
      const sentry = await Sentry.create("", { tiers: { sae, l3 } });
      const facts = sentry.facts(activations);
      const decision: Decision = { ...sentry.classify(dns(1, "a")), verdict: "escalate", tier: "Sae" };
      const event = facts && { ...facts, line: activations };
      expect(await sentry.resolveEscalation(decision, event)).toMatchObject({ verdict: "block", tier: "Agent" });
      expect(sae.asked).toBe(0);
      sentry.close();
    });

    it("that is missing leaves activations to the rules", async () => {
      const sentry = await Sentry.create("", { tiers: { l2: new Says("Llm", "block") } });
      expect(await sentry.evaluate(activations)).toEqual(sentry.classify(activations));
      sentry.close();
    });
  });

  describe("tiers from a function", () => {
    const source = `fail_closed = true
llm   { url = "http://h/v1" model = "m" key = "sk-1234567890" }
agent { bin = "a3s-code" }`;

    it("get the policy's settings, overrides included", async () => {
      const seen: object[] = [];
      const tiers = (settings: object) => {
        seen.push(settings);
        return { l2: new Says("Llm", "block") };
      };
      const sentry = await Sentry.create(source, { tiers, agent: null, speculate: "low" });
      expect(seen).toEqual([
        {
          llm: { url: "http://h/v1", model: "m", key: "sk-1234567890", timeoutS: 30 },
          agent: null,
          sae: null,
          failClosed: true,
        },
      ]);
      expect(sentry.settings()).toEqual(seen[0]);
      expect(sentry.policy).toMatchObject({ agent: null, speculate: "low", llm: { hasKey: true } });
      expect(sentry.warnings).toEqual([]);
      expect((await sentry.evaluate(unsure)).tier).toBe("Llm");
      sentry.close();
      const other = { url: "https://other/v1", model: "n", key: null, timeoutS: 5 };
      const overridden = await Sentry.create(source, { llm: other });
      expect([overridden.settings().llm, overridden.policy.llm]).toEqual([
        other,
        { url: "https://other/v1", model: "n", hasKey: false, timeoutS: 5 },
      ]);
      overridden.close();
    });

    it("may be made asynchronously, and may fail", async () => {
      const later = async () => ({ l2: new Says("Llm", "allow") });
      const sentry = await Sentry.create(source, { tiers: later });
      expect((await sentry.evaluate(unsure)).verdict).toBe("allow");
      sentry.close();
      await expect(Sentry.create(source, { tiers: () => Promise.reject(new Error("no tiers today")) })).rejects.toThrow(
        "no tiers today",
      );
      for (const [made, message] of [
        [{ l4: new Says("Llm", "allow") }, "unknown tier `l4`"],
        [{ l2: {} }, "tier `l2` has no `judge` function"],
        [undefined, "option `tiers` must return an object of tiers"],
      ] as const) {
        await expect(Sentry.create(source, { tiers: () => made as object })).rejects.toThrow(message);
      }
    });
  });
}
