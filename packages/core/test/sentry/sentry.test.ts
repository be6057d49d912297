// The class `Sentry`: its policy, invalid options, events, tiers, closing.

import { inspect } from "node:util";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { dns, egress, type Judge, Sentry, type SentryEvent, type SentryOptions } from "../../src/index.js";
import { type StubCore, stubCore } from "../support/stub-core.js";

let core: StubCore;
beforeEach(() => {
  core = stubCore();
});

describe("the policy", () => {
  beforeEach(() => {
    core.policy.llm = { url: "http://host/v1", model: "m", key: "sk-secret", timeoutS: 30 };
    core.policy.agent = { bin: "a3s-code", skills: null, timeoutS: 120 };
    core.policy.deny = { egress: "e.txt", file: "f.txt", exec: null };
  });

  it("shows no key anywhere", async () => {
    const sentry = await Sentry.create("");
    expect(sentry.policy.llm).toEqual({ url: "http://host/v1", model: "m", hasKey: true, timeoutS: 30 });
    const shown =
      inspect(sentry, { depth: 20, showHidden: true }) + JSON.stringify(sentry) + JSON.stringify(sentry.policy);
    expect(shown).toContain("http://host/v1");
    expect(shown).not.toContain("sk-secret");
  });

  it("has the overrides of the options, and otherwise its own settings", async () => {
    core.policy.failClosed = true;
    const { policy } = await Sentry.create("", { dryRun: true, deny: { egress: "other.txt", file: null } });
    expect(policy).toMatchObject({
      failClosed: true,
      dryRun: true,
      deny: { egress: "other.txt", file: null, exec: null },
    });
    const open = await Sentry.create("", { failClosed: false });
    expect([open.policy.failClosed, open.failMode({ ...escalation }).verdict]).toEqual([false, "allow"]);
  });

  it("cannot be changed from outside", async () => {
    const { policy, warnings } = await Sentry.create("");
    for (const part of [policy, policy.rules, policy.rules[0], policy.deny, policy.llm, warnings]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
    const given = { agent: { bin: "b", skills: null, timeoutS: 5 }, deny: { exec: "x.txt" } };
    const sentry = await Sentry.create("", given);
    for (const part of [sentry.settings(), sentry.settings().llm, sentry.policy.agent]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
    expect(Object.isFrozen(given.agent) || Object.isFrozen(given.deny)).toBe(false);
  });

  it("that configures missing tiers gets warnings", async () => {
    const { warnings } = await Sentry.create("");
    expect(warnings).toEqual([
      "the policy configures `llm`, but there is no L2 tier: escalations that no other tier resolves are allowed (fail-open)",
      "the policy configures `agent`, but there is no L3 tier: escalations that no other tier resolves are allowed (fail-open)",
    ]);
    const tiers = { l2: answers("Llm"), l3: answers("Agent") };
    expect((await Sentry.create("", { tiers })).warnings).toEqual([]);
  });
});

describe("an invalid option is an error", () => {
  it.each<[object, string]>([
    [{ failclosed: true }, "unknown option `failclosed`"],
    [{ failClosed: "false" }, "option `failClosed` must be of type boolean"],
    [{ env: null }, "option `env` must be of type object"],
    [{ toString: 1 }, "unknown option `toString`"],
    [{ speculate: "urgent" }, "option `speculate` must be a severity, or `null` for none"],
    [{ readFile: "x" }, "option `readFile` must be of type function"],
    [{ files: null }, "option `files` must be of type object"],
    [{ llm: "http://h/v1" }, "option `llm` must be of type object, or `null` for none"],
    [
      { llm: { url: "http://h/v1", model: "m", key: null, keyFile: 1, timeoutS: 30 } },
      "option `llm.keyFile` must be of type string",
    ],
    [{ agent: { bin: "b", skills: null, timeoutS: 1, user: 0 } }, "option `agent.user` must be of type string"],
    [{ llm: { url: "http://h/v1", model: "m", timeoutS: 30 } }, "option `llm.key` must be of type string, or `null`"],
    [
      { llm: { url: "http://h", model: "m", key: null, timeoutS: Infinity } },
      "option `llm.timeoutS` must be above 0 and",
    ],
    [{ agent: { bin: "b", skills: null, timeoutS: "5" } }, "option `agent.timeoutS` must be above 0 and at most 86400"],
    [{ sae: { dict: "d", escalateAt: 0.3, blockAt: 1.5 } }, "option `sae.blockAt` must be a number from 0 to 1"],
    [{ sae: { dict: "d", escalateAt: 0.9, blockAt: 0.6 } }, "option `sae.escalateAt` must not be above `sae.blockAt`"],
    [{ tiers: "L2" }, "option `tiers` must be of type object or function"],
    [{ deny: { exce: "x.txt" } }, "unknown deny-file `exce`: they are `egress`, `file` and `exec`"],
    [{ deny: { exec: 5 } }, "option `deny.exec` must be a path, or `null` for none"],
    [{ tiers: { L2: {} } }, "unknown tier `L2`: the tiers are `l2`, `l3` and `sae`"],
    [{ tiers: { l2: {} } }, "tier `l2` has no `judge` function"],
  ])("%o", async (options, message) => {
    const refused = Sentry.create("", options as SentryOptions);
    await expect(refused).rejects.toThrow(TypeError);
    await expect(refused).rejects.toThrow(message);
  });
});

describe("events", () => {
  it("may be text, bytes of any kind, or an object", async () => {
    const sentry = await Sentry.create("");
    const json = dns(1, "evil.é");
    const bytes = new TextEncoder().encode(json);
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
    shared.set(bytes);
    const part = new Uint8Array([0, ...bytes, 0]).subarray(1, -1);
    for (const event of [json, bytes, Buffer.from(json), shared, part, JSON.parse(json)]) {
      expect(sentry.classify(event)?.action).toEqual({ kind: "DenyEgress", target: "evil.é" });
    }
  });

  it("that have no JSON are a TypeError: they must not pass as no event", async () => {
    const sentry = await Sentry.create("");
    const cycle: { self?: object } = {};
    cycle.self = cycle;
    const deep = JSON.parse(`${"[".repeat(50_000)}${"]".repeat(50_000)}`);
    const throwing = {
      get event(): never {
        throw new Error("no");
      },
    };
    for (const event of [
      { event: { SecurityAction: { pid: 1, kind: "bind", detail: 1n } } },
      { event: { Dns: { pid: 1, query: "evil" } }, process: cycle },
      { event: { Dns: { pid: 1, query: "evil" } }, process: deep },
      throwing,
      { toJSON: () => throwing.event },
    ] as unknown[] as SentryEvent[]) {
      const error = expect.objectContaining({
        name: "TypeError",
        message: expect.stringContaining("the event cannot be written as JSON"),
        cause: expect.any(Error),
      });
      for (const method of ["classify", "evaluateL1", "facts", "explain"] as const) {
        expect(() => sentry[method](event)).toThrow(error);
      }
      for (const method of ["evaluate", "evaluateThroughL2"] as const) {
        await expect(sentry[method](event)).rejects.toThrow(error);
      }
    }
  });

  it("that are no object, or that are too large, are not events", async () => {
    const sentry = await Sentry.create("");
    const nothing: unknown[] = ["", "{}", null, undefined, 5, () => 1, Symbol("s"), [], new Uint8Array(0)];
    for (const event of nothing) expect(sentry.classify(event as SentryEvent)).toBeNull();
    const huge = dns(1, "evil").padEnd(16 * 1024 * 1024 + 1);
    expect(sentry.classify(huge)).toBeNull();
    expect(sentry.classify(huge.slice(0, -1))?.verdict).toBe("block");
    expect(sentry.classify(new TextEncoder().encode(huge))).toBeNull();
    expect(sentry.classify("é".repeat(9 * 1024 * 1024))).toBeNull();
  });

  it("with the same judgement share one frozen decision", async () => {
    const sentry = await Sentry.create("");
    const decision = sentry.classify(dns(1, "odd1"));
    expect(decision).toBe(sentry.classify(dns(2, "odd2")));
    expect(Object.isFrozen(decision) && Object.isFrozen(decision.risk)).toBe(true);
    expect(sentry.classify(dns(1, "nothing"))).toEqual({
      verdict: "allow",
      tier: "Rules",
      severity: "info",
      reason: "no rule matched",
      evidence: "complete",
    });
  });

  it("have facts", async () => {
    const sentry = await Sentry.create("");
    expect(sentry.facts(dns(1, "ok"))).toMatchObject({ kind: "Dns", subject: "ok" });
    expect(sentry.facts("junk")).toBeNull();
  });
});

describe("tiers", () => {
  it("get the event and its line, only for an escalation", async () => {
    const l2 = answers("Llm");
    const sentry = await Sentry.create("", { tiers: { l2 } });
    expect((await sentry.evaluate(dns(1, "evil"))).tier).toBe("Rules");
    expect(await sentry.evaluate("junk")).toBeNull();
    expect(l2.seen).toEqual([]);
    for (const event of [dns(1, "odd"), new TextEncoder().encode(dns(1, "odd")), JSON.parse(dns(1, "odd"))]) {
      expect(await sentry.evaluate(event)).toMatchObject({ verdict: "block", tier: "Llm" });
    }
    expect(l2.seen).toEqual([0, 1, 2].map(() => ({ subject: "odd", line: dns(1, "odd") })));
  });

  it("stop when the caller's signal aborts", async () => {
    const sentry = await Sentry.create("", { tiers: { l2: hangs } });
    const controller = new AbortController();
    const waiting = sentry.evaluate(dns(1, "odd"), { signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    await expect(sentry.evaluate(dns(1, "odd"), { signal: controller.signal })).rejects.toThrow("enough");
  });

  it("leave no listener on a signal that outlives the judgement", async () => {
    const sentry = await Sentry.create("", { tiers: { l2: answers("Llm") } });
    const { signal } = new AbortController();
    const [add, remove] = [vi.spyOn(signal, "addEventListener"), vi.spyOn(signal, "removeEventListener")];
    await sentry.evaluate(dns(1, "odd"), { signal });
    expect(add).toHaveBeenCalledOnce();
    expect(remove.mock.calls.map(([, listener]) => listener)).toEqual(add.mock.calls.map(([, listener]) => listener));
  });
});

it("judges many events at once without a warning of leaking listeners", async () => {
  const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  onTestFinished(() => warned.mockRestore());
  const block = { verdict: "block", severity: "high", reason: "L2: bad" } as const;
  const l2: Judge = { tier: "Llm", judge: () => new Promise((resolve) => setTimeout(resolve, 5, block)) };
  const sentry = await Sentry.create("", { tiers: { l2 } });
  const decisions = await Promise.all(Array.from({ length: 50 }, () => sentry.evaluate(dns(1, "odd"))));
  expect(new Set(decisions.map((decision) => decision.verdict))).toEqual(new Set(["block"]));
  expect(warned).not.toHaveBeenCalled();
});

describe("a closed sentry", () => {
  it("throws from every method but `close`", async () => {
    const sentry = await Sentry.create("");
    sentry.close();
    const event = egress(1, "a");
    for (const use of [
      () => sentry.classify(event),
      () => sentry.facts(event),
      () => sentry.explain(event),
      () => sentry.createStream(),
      () => sentry.inferRisk("", "Dns"),
    ]) {
      expect(use).toThrow("this sentry is closed");
    }
    await expect(sentry.evaluate(event)).rejects.toThrow("this sentry is closed");
    await expect(sentry.resolveEscalation(escalation, null)).rejects.toThrow("this sentry is closed");
  });

  it("rejects judgements in progress", async () => {
    const sentry = await Sentry.create("", { tiers: { l2: hangs } });
    const waiting = sentry.evaluate(dns(1, "odd"));
    sentry.close();
    await expect(waiting).rejects.toThrow("this sentry is closed");
  });

  it("is closed by `using`", async () => {
    const sentry = await Sentry.create("");
    sentry[Symbol.dispose]();
    expect(sentry.closed).toBe(true);
  });
});

const escalation = { verdict: "escalate", tier: "Rules", severity: "info", reason: "r", evidence: "complete" } as const;

const hangs: Judge = { tier: "Llm", judge: () => new Promise(() => {}) };

/** A tier that blocks, and records the events it gets. */
function answers(tier: "Llm" | "Agent"): Judge & { readonly seen: object[] } {
  const seen: object[] = [];
  return {
    tier,
    seen,
    async judge({ subject, line }) {
      seen.push({ subject, line });
      return { verdict: "block", severity: "high", reason: "no" };
    },
  };
}

it("returns a spec that makes it again, with only the variables that it read, and shows none of them when logged", async () => {
  const env = { KEY: "hunter2", OTHER: "x" };
  const llm = { url: "http://host/v1", model: "m", key: "hunter2", timeoutS: 30 };
  const first = await Sentry.create("a = $KEY", { env, name: "site.acl", failClosed: true, speculate: "low", llm });
  const { source, options } = structuredClone(first.spec());
  expect([source, options]).toMatchObject([
    "a = $KEY",
    { name: "site.acl", env: { KEY: "hunter2" }, failClosed: true },
  ]);
  expect(options.env).not.toHaveProperty("OTHER");
  const second = await Sentry.create(source, options);
  expect(second.policy).toEqual(first.policy);
  expect(core.sources.at(-1)).toBe("a = hunter2");
  expect(inspect(first, { depth: 9, showHidden: true })).not.toContain("hunter2");
});
