// The built-in SAE tier: from the policy's dictionary to decisions, one at a time and in streams.

import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import {
  dns,
  type Judge,
  lint,
  llmActivations,
  PolicyError,
  Sentry,
  type SentryOptions,
} from "../../src/entry/node.js";

const POLICY = 'sae { dict = "features.json" }';
const RISK = { category: "model_output_risk", name: "Risky model-output concepts", riskType: "communication" };
const LABELS = {
  "8801": { concept: "exploit-code-synthesis", category: "cyber_offense", weight: 0.9 },
  "221": { concept: "jailbreak-compliance", category: "jailbreak", weight: 0.5 },
};
const FILES = { "features.json": JSON.stringify(LABELS) };

async function sentryOf(policy: string | object = POLICY, options: SentryOptions = { files: FILES }): Promise<Sentry> {
  const sentry = await Sentry.create(policy, options);
  onTestFinished(() => sentry.close());
  return sentry;
}

async function refusal(dictionary: string): Promise<PolicyError> {
  const error: unknown = await Sentry.create(POLICY, { readFile: () => dictionary }).catch((error) => error);
  if (!(error instanceof PolicyError)) throw new Error("it is no `PolicyError`", { cause: error });
  return error;
}

const event = (...features: [number, number][]) => llmActivations(7, 20, features);
const HARMFUL = event([8801, 0.95]);
const UNSURE = event([221, 0.8], [99, 4]);
const HARMLESS = event([99, 4]);

describe("a policy with a dictionary", () => {
  it("blocks, with the score as the reason", async () => {
    const sentry = await sentryOf();
    const decision = await sentry.evaluate(HARMFUL);
    expect(decision).toEqual({
      verdict: "block",
      tier: "Sae",
      severity: "critical",
      reason: "SAE harmful=0.86 [cyber_offense=0.86]: exploit-code-synthesis (sae_feature:#8801)",
      risk: RISK,
      explain: {
        channel: "activation",
        harmful: 0.855,
        safety: 0.145,
        categories: { cyber_offense: 0.855 },
        drivers: [
          {
            concept: "exploit-code-synthesis",
            category: "cyber_offense",
            source: "sae_feature:#8801",
            activation: 0.95,
            contribution: 0.855,
          },
        ],
      },
      evidence: "complete",
    });
    expect([decision, decision.explain, decision.explain?.drivers[0]].every(Object.isFrozen)).toBe(true);
    expect(sentry.warnings).toEqual([]);
    expect(sentry.policy.sae).toEqual({ dict: "features.json", escalateAt: 0.3, blockAt: 0.6 });
  });

  it("allows a harmless event, without a risk", async () => {
    const decision = await (await sentryOf()).evaluate(HARMLESS);
    expect(decision).toMatchObject({ verdict: "allow", tier: "Sae", severity: "info", reason: "no safety features" });
    expect(decision).not.toHaveProperty("risk");
    expect(decision.explain).toMatchObject({ harmful: 0, safety: 1, categories: {}, drivers: [] });
  });

  it.each([true, false])("escalates to the fail mode, fail-closed: %s", async (failClosed) => {
    const sentry = await sentryOf(POLICY, { files: FILES, failClosed });
    expect(await sentry.evaluate(UNSURE)).toMatchObject({
      verdict: failClosed ? "block" : "allow",
      tier: "Sae",
      severity: "medium",
      reason: expect.stringMatching(/^SAE harmful=0\.40 .* \[unresolved escalation, fail-(closed|open)\]$/),
      risk: RISK,
      explain: { harmful: 0.4 },
      resolution: "unresolved-escalation",
    });
  });

  it("escalates to L3, and never to L2", async () => {
    const asked: string[] = [];
    const judge = (tier: "Llm" | "Agent"): Judge => ({
      tier,
      judge: async () => {
        asked.push(tier);
        return { verdict: "block", severity: "high", reason: "seen" };
      },
    });
    const sentry = await sentryOf(POLICY, { files: FILES, tiers: { l2: judge("Llm"), l3: judge("Agent") } });
    expect(await sentry.evaluate(UNSURE)).toMatchObject({ verdict: "block", tier: "Agent" });
    expect(await sentry.evaluate(HARMFUL)).toMatchObject({ verdict: "block", tier: "Sae" });
    expect(await sentry.evaluate(HARMLESS)).toMatchObject({ verdict: "allow", tier: "Sae" });
    expect(asked).toEqual(["Agent"]);
  });

  it("leaves other events, and `classify`, to the rules", async () => {
    const sentry = await sentryOf();
    expect(sentry.classify(HARMFUL)).toMatchObject({ verdict: "allow", tier: "Rules", reason: "no rule matched" });
    expect(await sentry.evaluate(dns(1, "x.oast.fun"))).toMatchObject({ verdict: "block", tier: "Rules" });
    expect(sentry.explain(dns(1, "x.oast.fun"))).not.toHaveProperty("sae");
  });

  it("explains an event by its score", async () => {
    const sentry = await sentryOf();
    const explained = sentry.explain(UNSURE);
    expect(explained?.decision).toEqual(sentry.classify(UNSURE));
    expect(explained?.sae).toMatchObject({ verdict: "escalate", tier: "Sae", explain: { harmful: 0.4 } });
  });

  it("uses settings that override its own", async () => {
    const sae = { dict: "other.json", escalateAt: 0.05, blockAt: 0.1 };
    const sentry = await sentryOf(POLICY, { files: { "other.json": FILES["features.json"] }, sae });
    expect(await sentry.evaluate(event([221, 0.2]))).toMatchObject({ verdict: "block", severity: "low" });
    const without = await sentryOf(POLICY, { sae: null });
    expect(await without.evaluate(HARMFUL)).toMatchObject({ verdict: "allow", tier: "Rules" });
    const added = await sentryOf("", { files: { "other.json": FILES["features.json"] }, sae });
    expect(await added.evaluate(HARMFUL)).toMatchObject({ verdict: "block", tier: "Sae" });
  });

  it("is replaced by a caller's tier, and then reads no file", async () => {
    const explain = { channel: "activation", harmful: 1, safety: 0, categories: {}, drivers: [] } as const;
    const judge = async () => ({ verdict: "block", severity: "low", reason: "mine", explain }) as const;
    const sentry = await sentryOf(POLICY, { tiers: { sae: { tier: "Sae", judge } } });
    expect(await sentry.evaluate(HARMLESS)).toMatchObject({ reason: "mine", tier: "Sae", risk: RISK, explain });
    expect(sentry.explain(HARMLESS)).not.toHaveProperty("sae");
    const { source, options } = sentry.spec();
    expect(await (await sentryOf(source, options)).evaluate(HARMFUL)).toMatchObject({ tier: "Rules" });
  });

  it("reads its file once, by the path in the policy", async () => {
    const paths: string[] = [];
    const readFile = (path: string): string => {
      paths.push(path);
      return FILES["features.json"];
    };
    const sentry = await sentryOf('sae { dict = "../features.json" }', { readFile });
    expect(await sentry.evaluate(HARMFUL)).toMatchObject({ verdict: "block" });
    const { source, options } = structuredClone(sentry.spec());
    const again = await sentryOf(source, options);
    expect(await again.evaluate(UNSURE)).toEqual(await sentry.evaluate(UNSURE));
    expect(paths).toEqual(["../features.json"]);
  });
});

describe("numbers that are not finite", () => {
  const line = (activation: string) =>
    `{"event":{"LlmActivations":{"pid":7,"features":[[8801,0.9],[8801,${activation}]]}}}`;

  it.each(["1e999", "-1e999", "1e39", "NaN", "Infinity", "null"])(
    "as an activation, %s, makes no event",
    async (activation) => {
      const sentry = await sentryOf();
      expect(await sentry.evaluate(line(activation))).toBeNull();
      expect(sentry.explain(line(activation))).toBeNull();
      const stream = sentry.createStream();
      expect(stream.push(Buffer.from(`${line(activation)}\n`))).toEqual([]);
      expect(stream.counters).toMatchObject({ events: 0, malformed: 1 });
      stream.close();
    },
  );

  it.each(["1e999", "-1e999", "NaN", "Infinity"])("as a weight, %s, are an error", async (weight) => {
    const text = JSON.stringify(LABELS, null, 2).replace("0.9", weight);
    const { diagnostics } = await refusal(text);
    expect(diagnostics).toHaveLength(1);
    const at = diagnostics[0]?.span;
    expect(text.slice(at?.start)).toMatch(new RegExp(`^${weight}`));
  });
});

describe("a dictionary that cannot be used", () => {
  it("is an error with each of its mistakes", async () => {
    const text =
      '{\n  "😀": { "concept": "c", "category": "k", "weight": 1 },\n  "1": { "concept": "c", "wieght": 1 }\n}';
    const { message, diagnostics } = await refusal(text);
    expect(diagnostics.map(({ code, span }) => [code, text.slice(span.start, span.end)])).toEqual([
      ["sae/bad-id", '"😀"'],
      ["sae/missing-key", '"1"'],
      ["sae/missing-key", '"1"'],
      ["sae/unknown-key", '"wieght"'],
    ]);
    expect(message).toMatch(/^features\.json has 4 errors\n/);
    expect(diagnostics[3]).toMatchObject({ help: "did you mean `weight`?", span: { line: 3, column: 26 } });
    expect(diagnostics[3]?.frame).toContain(" --> features.json:3:26\n");
    const files = { "features.json": text };
    expect(await lint(POLICY, { files })).toEqual(diagnostics);
    expect(await lint(POLICY)).toEqual([]);
  });

  it("may be too large", async () => {
    const { message } = await refusal(" ".repeat(16 * 1024 * 1024 + 1));
    expect(message).toContain("error[sae/limit]: the dictionary is larger than 16 MiB");
  });

  it("may be unreadable", async () => {
    const readFile = (): never => {
      throw new Error("there is no such file");
    };
    const message = '`sae.dict` names the file "features.json", which cannot be read: there is no such file';
    await expect(Sentry.create(POLICY, { readFile })).rejects.toThrow(message);
    await expect(Sentry.create(POLICY)).rejects.toThrow("no file access here");
  });

  it("may have a hundred mistakes in a line of megabytes", async () => {
    const members = Array.from({ length: 100_000 }, (_, id) => `"${id}x":{"concept":"${"c".repeat(99)}"}`);
    const { diagnostics } = await refusal(`{${members.join(",")}}`);
    expect(diagnostics).toHaveLength(100);
    for (const { frame } of diagnostics) expect(frame.length).toBeLessThan(1000);
  });
});

/** Random numbers from 0 up to `below`, the same for each seed. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

interface Label {
  readonly concept: string;
  readonly category: string;
  readonly weight: number;
}

/**
 * The score by a direct implementation of the contract; each contribution is rounded to millionths.
 */
function plainScore(labels: Record<number, Label>, features: readonly (readonly [number, number])[]) {
  const largest = new Map<number, number>();
  for (const [id, activation] of features) {
    const share = Math.min(Math.max((labels[id]?.weight ?? 0) * activation, 0), 1);
    largest.set(id, Math.max(largest.get(id) ?? 0, Math.round(share * 1e6)));
  }
  const categories: Record<string, number> = {};
  for (const [id, share] of largest) {
    const category = labels[id]?.category;
    if (category === undefined || share === 0) continue;
    categories[category] = Math.min((categories[category] ?? 0) + share, 1e6);
  }
  const harmful = Math.max(0, ...Object.values(categories)) / 1e6;
  return {
    harmful,
    categories: Object.fromEntries(Object.entries(categories).map(([name, sum]) => [name, sum / 1e6])),
  };
}

describe("a large dictionary", () => {
  const next = random(5);
  const labels: Record<number, Label> = {};
  const lines: string[] = [];
  const scores: ReturnType<typeof plainScore>[] = [];

  beforeAll(() => {
    for (let i = 0; i < 100_000; i++) {
      const id = next(2 ** 32);
      labels[id] = { concept: `c${id}`, category: `k${next(20)}`, weight: next(2000) / 1000 - 0.5 };
    }
    const ids = Object.keys(labels).map(Number);
    for (let i = 0; i < 500; i++) {
      const features = Array.from({ length: next(300) }, () => {
        const id = next(3) === 0 ? next(2 ** 32) : (ids[next(ids.length)] ?? 0);
        return [id, next(100_000) / 1_000_000 - 0.01] as const;
      });
      lines.push(llmActivations(i, 20, features), i % 7 === 0 ? dns(i, "x.oast.fun") : dns(i, "example.com"));
      scores.push(plainScore(labels, features));
    }
  });

  it("scores like a direct implementation, in a stream too", async () => {
    const sentry = await sentryOf(POLICY, { readFile: () => JSON.stringify(labels) });
    const expected = lines.flatMap((line) => {
      const { sae, decision } = sentry.explain(line) ?? {};
      return sae !== undefined ? [sae] : decision?.verdict === "allow" ? [] : [decision];
    });
    const found = expected.flatMap((decision) => (decision?.explain === undefined ? [] : [decision.explain]));
    expect(found.map(({ harmful, categories }) => ({ harmful, categories }))).toEqual(scores);
    expect(new Set(found.map(({ harmful }) => harmful)).size).toBeGreaterThan(300);

    const bytes = Buffer.from(lines.join("\n"));
    for (const size of [4096, 65_536, bytes.length]) {
      const stream = sentry.createStream();
      const got: unknown[] = [];
      for (let at = 0; at < bytes.length; at += size) {
        for (const { decision, shared, target, event } of stream.push(bytes.subarray(at, at + size))) {
          got.push(decision);
          expect(decision).toBe(shared);
          expect([event?.kind, target]).toEqual([decision.tier === "Sae" ? "LlmActivations" : "Dns", ""]);
        }
      }
      for (const { decision } of stream.end()) got.push(decision);
      expect(got).toEqual(expected);
      expect(stream.counters).toMatchObject({ lines: lines.length, events: lines.length });
      stream.close();
    }
  });
});

it("a stream without the tier returns no item for activations that match no rule", async () => {
  const sentry = await sentryOf("");
  const stream = sentry.createStream();
  expect(stream.push(Buffer.from(`${HARMFUL}\n`))).toEqual([]);
  const other = await sentryOf();
  stream.switchTo(other);
  expect(stream.push(Buffer.from(`${HARMFUL}\n`)).map(({ decision }) => decision.tier)).toEqual(["Sae"]);
  stream.switchTo(sentry);
  expect(stream.push(Buffer.from(`${HARMFUL}\n`))).toEqual([]);
  stream.close();
});

it("a stream escalates activations to the caller's tier, whatever the rules decide", async () => {
  const judged: string[] = [];
  const sae: Judge = {
    tier: "Sae",
    judge: async ({ line }) => {
      judged.push(line);
      return { verdict: line === HARMFUL ? "block" : "allow", severity: "low", reason: "own" };
    },
  };
  const rules = ["allow", "block"].map((verdict) => ({
    name: verdict,
    on: "LlmActivations",
    match: verdict === "allow" ? "8801" : "features",
    verdict,
    severity: "low",
    reason: "r",
  }));
  const sentry = await sentryOf({ rules }, { tiers: { sae } });
  const stream = sentry.createStream();
  const items = stream.push(Buffer.from(`${HARMFUL}\n${dns(1, "example.org")}\n${HARMLESS}\n`));
  expect(items.map(({ decision }) => decision)).toEqual([
    sentry.evaluateL1(HARMFUL)?.l1Decision,
    sentry.evaluateL1(HARMLESS)?.l1Decision,
  ]);
  const resolved = await Promise.all(items.map(({ decision, event }) => sentry.resolveEscalation(decision, event)));
  expect(resolved.map(({ verdict, tier }) => [verdict, tier])).toEqual([
    ["block", "Sae"],
    ["allow", "Sae"],
  ]);
  expect(judged).toEqual([HARMFUL, HARMLESS]);
  stream.close();
});

it("with the tier, a rule on activations applies to `classify` alone", async () => {
  const rule = { name: "a", on: "LlmActivations", match: "features", verdict: "block", severity: "low", reason: "r" };
  const sentry = await sentryOf({ rules: [rule], sae: { dict: "features.json" } });
  expect(sentry.classify(HARMLESS)).toMatchObject({ verdict: "block", rule: "a" });
  expect(await sentry.evaluate(HARMLESS)).toMatchObject({ verdict: "allow", tier: "Sae" });
  const stream = sentry.createStream();
  const items = stream.push(Buffer.from(`${HARMLESS}\n`));
  expect(items.map(({ decision }) => decision)).toEqual([await sentry.evaluate(HARMLESS)]);
  stream.close();
});
