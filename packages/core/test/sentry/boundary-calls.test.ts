// Calls to the rule engine: an event is parsed once per judgement, and a policy is compiled once
// per load.

import { beforeEach, describe, expect, it } from "vitest";
import { dns, type Judge, lint, Sentry } from "../../src/index.js";
import { type StubCore, stubCore } from "../support/stub-core.js";

let core: StubCore;
beforeEach(() => {
  core = stubCore();
});

const l2: Judge = {
  tier: "Llm",
  judge: async () => ({ verdict: "allow", severity: "info", reason: "L2: fine" }),
};

/** The calls that parse an event. */
const PARSING = ["judge", "judgeForTiers", "facts", "explain", "score", "auditSummary"] as const;

/** How often events were parsed since the sentry was created. */
function parsed(): number {
  return PARSING.reduce((sum, call) => sum + (core.calls[call] ?? 0), 0);
}

describe("an event is parsed once", () => {
  it.each(["evil", "odd", "fine", "unknown"])("by `classify`, `evaluate` and the stages: %s", async (query) => {
    for (const tiers of [{}, { l2 }]) {
      const sentry = await Sentry.create("", { tiers });
      const event = dns(1, query);
      for (const judge of [
        () => sentry.classify(event),
        () => sentry.evaluate(event),
        () => sentry.evaluateL1(event),
        () => sentry.evaluateThroughL2(event),
        () => sentry.facts(event),
      ]) {
        core.calls = {};
        await judge();
        expect([parsed(), core.calls.compile]).toEqual([1, undefined]);
      }
    }
  });

  it("and its facts are fetched only for a tier, its target only for a block", async () => {
    const sentry = await Sentry.create("", { tiers: { l2 } });
    const fetched = async (query: string) => {
      core.calls = {};
      await sentry.evaluate(dns(1, query));
      return [core.calls.target ?? 0, core.calls.takeFacts ?? 0];
    };
    expect([await fetched("evil"), await fetched("odd"), await fetched("fine")]).toEqual([
      [1, 0],
      [0, 1],
      [0, 0],
    ]);
  });
});

describe("a policy is compiled once", () => {
  it("by `create`, also with options that override it", async () => {
    await Sentry.create("a", { failClosed: true, tiers: () => ({ l2 }) });
    expect(core.compiled).toBe(1);
  });

  it("by `lint`, also where files are checked, and nothing stays in memory", async () => {
    core.policy.sae = { dict: "d.json", escalateAt: 0.3, blockAt: 0.6 };
    expect(await lint("a", { files: { "d.json": "{}" } })).toEqual([]);
    expect(await lint("a")).toEqual([]);
    expect([core.compiled, core.live]).toEqual([2, 0]);
  });

  it("however many streams and judgements there are", async () => {
    const sentry = await Sentry.create("a");
    const streams = [sentry.createStream(), sentry.createStream()];
    for (const stream of streams) stream.push(Buffer.from(`${dns(1, "evil")}\n`));
    sentry.classify(dns(1, "evil"));
    expect(core.compiled).toBe(1);
  });
});
