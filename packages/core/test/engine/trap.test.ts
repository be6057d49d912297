// A trap in the real module: the glue starts a fresh instance, and judging goes on.

import { beforeAll, beforeEach, expect, it } from "vitest";
import { provideCore } from "../../src/engine/loader.js";
import type { Handle } from "../../src/engine/module.js";
import { core } from "../../src/entry/core.js";
import { dns, type Judge, llmActivations, type RuleInput, Sentry, type Severity } from "../../src/index.js";
import { initSync } from "../../wasm/sentry_core.js";
import base64 from "../../wasm/sentry_core_inline.js";
import { withHandles } from "../support/wrap-handles.js";

const CALLS = ["judge", "judgeForTiers", "target", "feed", "rowAuditSummaries", "score", "shown"] as const;
type Call = (typeof CALLS)[number];

const OUTSIDE = 0xffff_fff0;
let trapOn: Call | undefined;
/** The next call to trap on. */
let alsoOn: Call | undefined;

/**
 * The real module, with a real trap (a read outside of memory) before the call that `trapOn` names.
 */
const trapping = withHandles(trapped);

/** A handle and its forks, with a trap before their calls. */
function trapped(handle: Handle): Handle {
  const fork = handle.fork.bind(handle);
  const traps = CALLS.map((call) => trap(handle, call));
  return Object.assign(handle, ...traps, { fork: () => trapped(fork()) });
}

function trap(handle: Handle, call: Call): Partial<Handle> {
  const real = handle[call].bind(handle);
  return {
    [call]: (argument: never) => {
      if (trapOn === call) {
        trapOn = alsoOn;
        alsoOn = undefined;
        initSync({ module: new Uint8Array() }).handle_judge(OUTSIDE, 1);
        throw new Error("it did not trap");
      }
      return real(argument);
    },
  };
}

beforeAll(() => {
  initSync({ module: Buffer.from(base64, "base64") });
});
beforeEach(() => {
  provideCore(() => trapping);
});

it("is an escalation of its event alone", async () => {
  const sentry = await Sentry.create("fail_closed = true");
  const bystander = await Sentry.create("");
  const stream = bystander.createStream();
  const line = Buffer.from(`${dns(1, "x.oast.fun")}\n`);
  stream.push(line.subarray(0, 20));
  const before = core.memory();
  trapOn = "judge";
  expect(await sentry.evaluate(dns(1, "plain"))).toMatchObject({
    verdict: "block",
    severity: "high",
    reason:
      "rule engine failed: memory access out of bounds; the event was not judged [unresolved escalation, fail-closed]",
  });
  for (const each of [sentry, bystander]) expect(each.classify(dns(1, "x.oast.fun")).rule).toBe("oob-exfil-dns");
  expect(stream.push(line.subarray(20)).map(({ decision }) => decision.rule)).toEqual(["oob-exfil-dns"]);
  expect(core.memory()).not.toBe(before);
  for (const each of [sentry, bystander, stream]) each.close();
});

it.each(["target", "feed", "rowAuditSummaries"] as const)("in %s loses no line and no target", async (call) => {
  const rule = { name: "a", on: "Egress", match: "10", verdict: "block", severity: "low", reason: "r" } as const;
  const sentry = await Sentry.create({ rules: [{ ...rule, action: "deny-egress" }] });
  const stream = sentry.createStream();
  const line = JSON.stringify({ event: { Egress: { pid: 1, peer: "10.0.0.1" } } });
  const targets = (text: string) => stream.push(Buffer.from(text)).map(({ decision }) => decision.action?.target);
  expect(targets(`${line}\n${line.slice(0, 20)}`)).toEqual(["10.0.0.1"]);
  trapOn = call;
  expect(targets(`${line.slice(20)}\n`)).toEqual(["10.0.0.1"]);
  if (call === "target") expect(sentry.classify(line)?.reason).toContain("nothing is denied");
  expect(trapOn).toBeUndefined();
  expect(sentry.classify(line)?.action).toEqual({ kind: "DenyEgress", target: "10.0.0.1" });
  expect(stream.counters).toMatchObject({ lines: 2, events: 2 });
  for (const each of [sentry, stream]) each.close();
});

it.each(["feed", "rowAuditSummaries"] as const)("in %s does not change which lines are returned", async (call) => {
  const allow = (match: string, severity: Severity): RuleInput => ({
    name: match,
    on: "Dns",
    match,
    verdict: "allow",
    severity,
    reason: "r",
  });
  const sentry = await Sentry.create({ rules: [allow("quiet", "info"), allow("noted", "low")] });
  const lines = [dns(1, "quiet"), dns(1, "noted"), dns(1, "x.oast.fun"), dns(1, "plain"), "junk"];
  const most = 4 * 1024 * 1024;
  const atLimit = [most - 1, most, most + 1].map((bytes) => dns(1, "noted").padEnd(bytes));
  const damaged = `{"event":{"Dns":{"pid":1,"que${dns(1, "y.oast.fun")}${dns(1, "noted")}`;
  const input = Buffer.from([...lines, ...atLimit, damaged, ""].join("\n"));
  const itemsOf = (trap: Call | undefined) => {
    const stream = sentry.createStream();
    trapOn = trap;
    const items = stream.push(input).map(({ decision, sameLine }) => [decision.rule ?? decision.reason, sameLine]);
    const { counters } = stream;
    stream.close();
    return { items, counters };
  };
  const whole = itemsOf(undefined);
  expect(whole.items).toEqual([
    ["noted", false],
    ["oob-exfil-dns", false],
    ["noted", false],
    ["noted", false],
    ["oversized event", false],
    ["oob-exfil-dns", true],
    ["noted", true],
  ]);
  expect(whole.counters).toEqual({ lines: 9, events: 8, unmodelled: 0, malformed: 2, oversized: 1 });
  expect(itemsOf(call)).toEqual(whole);
  expect(trapOn).toBeUndefined();
  sentry.close();
});

const SAE_POLICY = 'sae { dict = "d.json" }';
const FILES = { "d.json": '{"1": {"concept": "c", "category": "k", "weight": 1}}' };

it.each(["judgeForTiers", "score"] as const)("in %s keeps the dictionary, and allows nothing", async (call) => {
  const sentry = await Sentry.create(SAE_POLICY, { files: FILES });
  const event = llmActivations(1, 2, [[1, 0.9]]);
  const before = await sentry.evaluate(event);
  trapOn = call;
  if (call === "judgeForTiers") {
    expect(await sentry.evaluate(event)).toMatchObject({ tier: "Rules", resolution: "unresolved-escalation" });
  } else {
    expect(await sentry.evaluate(event)).toMatchObject({
      tier: "Sae",
      severity: "medium",
      reason: "SAE unavailable: rule engine failed: memory access out of bounds [unresolved escalation, fail-open]",
      risk: { category: "model_output_risk" },
      resolution: "unresolved-escalation",
    });
  }
  expect(trapOn).toBeUndefined();
  expect(await sentry.evaluate(event)).toEqual(before);
  expect(before.verdict).toBe("block");
  sentry.close();
});

it.each(["feed", "rowAuditSummaries"] as const)("in %s loses no score of a stream", async (call) => {
  const sentry = await Sentry.create(SAE_POLICY, { files: FILES });
  const stream = sentry.createStream();
  const line = (activation: number) => `${llmActivations(1, 2, [[1, activation]])}\n`;
  const harm = (text: string) => stream.push(Buffer.from(text)).map(({ decision }) => decision.explain?.harmful);
  expect(harm(line(0.1) + line(0.2) + line(0.3).slice(0, 20))).toEqual([0.1, 0.2]);
  trapOn = call;
  expect(harm(line(0.3).slice(20) + line(0))).toEqual([0.3, 0]);
  expect(trapOn).toBeUndefined();
  expect(harm(line(0.4))).toEqual([0.4]);
  expect(stream.counters).toMatchObject({ lines: 5, events: 5 });
  for (const each of [sentry, stream]) each.close();
});

it.each(["feed", "rowAuditSummaries"] as const)(
  "in %s hides no activations from the caller's own tier",
  async (call) => {
    const sae: Judge = { tier: "Sae", judge: async () => ({ verdict: "allow", severity: "low", reason: "own" }) };
    const sentry = await Sentry.create("", { tiers: { sae } });
    const stream = sentry.createStream();
    const line = Buffer.from(`${llmActivations(1, 2, [[1, 0.9]])}\n`);
    const verdicts = () => stream.push(line).map(({ decision }) => decision.verdict);
    expect(verdicts()).toEqual(["escalate"]);
    trapOn = call;
    for (let times = 0; times < 2; times++) expect(verdicts()).toEqual(["escalate"]);
    expect(trapOn).toBeUndefined();
    for (const each of [sentry, stream]) each.close();
  },
);

it("in `withoutSecrets` shows nothing of the text", async () => {
  const sentry = await Sentry.create("");
  trapOn = "shown";
  expect(sentry.withoutSecrets("plain")).toBe("(not shown: the search for secrets failed)");
  expect(sentry.withoutSecrets("to ada@example.org")).toBe("to ada@example.org");
  expect(() => sentry.withoutSecrets(7 as never)).toThrow(TypeError);
  sentry.close();
  expect(() => sentry.withoutSecrets("plain")).toThrow("closed");
});

it("in a score after a failed stream is an escalation", async () => {
  const sentry = await Sentry.create(SAE_POLICY, { files: FILES });
  const stream = sentry.createStream();
  const line = Buffer.from(`${llmActivations(1, 2, [[1, 0.9]])}\n`);
  trapOn = "feed";
  alsoOn = "score";
  expect(stream.push(line).map(({ decision }) => decision)).toEqual([
    {
      verdict: "escalate",
      tier: "Sae",
      severity: "medium",
      reason: "SAE unavailable: rule engine failed: memory access out of bounds",
      risk: { category: "model_output_risk", name: "Risky model-output concepts", riskType: "communication" },
      evidence: "complete",
    },
  ]);
  expect(stream.push(line).map(({ decision }) => decision.verdict)).toEqual(["block"]);
  for (const each of [sentry, stream]) each.close();
});

it("on a line of 100,000 events leaves them to be judged one by one, in time linear in their number", async () => {
  const sentry = await Sentry.create("");
  const stream = sentry.createStream({ lines: "all" });
  const events = 100_000;
  stream.push(Buffer.from(`{${dns(1, "x").repeat(events)}`));
  trapOn = "feed";
  const items = stream.push(Buffer.from("\n"));
  expect(items).toHaveLength(events + 1);
  expect(items.filter(({ sameLine }) => sameLine)).toHaveLength(events);
  expect(stream.counters).toMatchObject({ lines: 1, events, malformed: 1 });
  stream.close();
  sentry.close();
});
