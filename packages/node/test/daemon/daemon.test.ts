// A run in this process, with tiers that the test controls: each event has one outcome.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { type Decision, fileAccess, llmActivations, type Tiers, toolExec } from "@a3s-sentry/core";
import { describe, expect, it } from "vitest";
import { MAX_UNREAD_BYTES } from "../../src/daemon/audit/batched-writer.js";
import { runSettings } from "../../src/daemon/config/run-settings.js";
import { Daemon, type DaemonOptions } from "../../src/daemon/daemon.js";
import { Log } from "../../src/daemon/log.js";
import { load } from "../../src/daemon/policy/load.js";
import { Sentry } from "../../src/sentry.js";
import { scratch } from "../support/scratch.js";
import { ALLOW, BLOCK, ESCALATE, immediateTier, ManualTier } from "../support/tiers.js";

/** Each is of another file: equal ones would share a decision. */
const escalation = (pid: number) => `${fileAccess(pid, `/home/${pid}/.ssh/id_rsa`, false, { agent: "py" })}\n`;
const BENIGN = `${toolExec(1, ["ls"])}\n`;
const ATTACK = `${toolExec(1, ["/usr/bin/nc", "-e", "/bin/sh"])}\n`;

interface Audit {
  readonly decision: {
    readonly verdict: string;
    readonly tier: string;
    readonly reason: string;
    readonly evidence?: string;
  };
  readonly degraded?: string;
}

async function start(tiers: Tiers, options: Partial<DaemonOptions> = {}, policy: object = {}, reads = true) {
  const sentry = await Sentry.create(policy, { tiers });
  const input = new PassThrough();
  const out: string[] = [];
  const logged: string[] = [];
  const output = new Writable({
    highWaterMark: 16 * 1024,
    write(chunk, _, done) {
      out.push(String(chunk));
      if (reads) done();
    },
  });
  const log = new Log({ write: (text: string) => logged.push(text) });
  const daemon = new Daemon(sentry, { input, output, log }, { workers: 2, queue: 3, ...options });
  const end = new AbortController();
  const result = daemon.run(end.signal);
  const audits = (): Audit[] =>
    out
      .join("")
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  return { sentry, daemon, input, output, end, result, audits, logged };
}

const ticks = async (count = 20) => {
  for (let i = 0; i < count; i++) await setImmediate();
};

describe("escalations", () => {
  it("do not delay the stream, and are audited when their answer arrives", async () => {
    const l2 = new ManualTier();
    const { input, result, audits } = await start({ l2 });
    input.write(escalation(1) + ATTACK + escalation(2));
    await expect.poll(() => audits().map(({ decision }) => decision.tier)).toEqual(["Rules"]);
    l2.asked[1]?.answer(BLOCK);
    await expect.poll(() => audits().length).toBe(2);
    l2.asked[0]?.answer(ALLOW);
    input.end();
    const { totals } = await result;
    expect(audits().map(({ decision }) => [decision.tier, decision.verdict])).toEqual([
      ["Rules", "block"],
      ["Llm", "block"],
      ["Llm", "allow"],
    ]);
    expect(totals).toMatchObject({ blocked: 2, decided: { Llm: 2, Agent: 0 }, overloaded: 0, failedOpen: 0 });
  });

  it("are limited to workers and queue; the fail mode decides the others at once, marked and counted", async () => {
    const l2 = new ManualTier();
    const { daemon, input, result, audits, logged } = await start({ l2 }, {}, { fail_closed: true });
    for (let pid = 1; pid <= 12; pid++) input.write(escalation(pid) + BENIGN);
    await expect.poll(() => audits().length).toBe(7);
    expect(daemon.observed.queue).toEqual({ waiting: 3, inFlight: 2, agents: 1, coalesced: 0, capacity: 3 });
    for (const { decision, degraded } of audits()) {
      expect(degraded).toBe("overload");
      expect(decision).toMatchObject({ verdict: "block", tier: "Rules", resolution: "unresolved-escalation" });
    }
    expect(l2.asked.map(({ event }) => event.pid)).toEqual([1, 2]);
    l2.asked[0]?.answer(ALLOW);
    await ticks();
    input.write(escalation(13) + escalation(14));
    await expect.poll(() => audits().length).toBe(9);
    input.end();
    for (let i = 1; i < 6; i++) {
      await expect.poll(() => l2.asked.length).toBeGreaterThan(i);
      l2.asked[i]?.answer(i % 2 === 0 ? BLOCK : ESCALATE);
    }
    const { totals } = await result;
    expect(l2.asked.map(({ event }) => event.pid)).toEqual([1, 2, 3, 4, 5, 13]);
    expect(totals).toMatchObject({ overloaded: 8, failedClosed: 11, decided: { Llm: 3, Agent: 0 }, cutShort: 0 });
    expect(audits()).toHaveLength(14);
    expect(totals.decisions).toEqual({
      Rules: { allow: 12, block: 8 },
      Llm: { allow: 1, block: 5 },
      Agent: { allow: 0, block: 0 },
      Sae: { allow: 0, block: 0 },
    });
    expect(logged.join("").match(/the queue of the slow tiers is full/g)).toHaveLength(1);
  });

  it("without a slow tier are decided by the fail mode, which is not an overload", async () => {
    const { input, result, audits } = await start({}, { queue: 0 });
    input.end(escalation(1));
    const { totals } = await result;
    expect(audits()[0]).not.toHaveProperty("degraded");
    expect(totals).toMatchObject({ overloaded: 0, failedOpen: 1 });
  });
});

it.each(["info", "low"] as const)("an allow of a slow tier with severity %s is audited", async (severity) => {
  for (const tiers of [
    { l2: immediateTier("Llm", () => ({ ...ALLOW, severity })) },
    { l3: immediateTier("Agent", () => ({ ...ALLOW, severity })) },
  ]) {
    const { input, result, audits } = await start(tiers);
    input.end(BENIGN + escalation(1));
    await result;
    expect(audits().map(({ decision }) => decision)).toMatchObject([
      { verdict: "allow", severity, reason: ALLOW.reason },
    ]);
  }
});

it("escalations of the SAE tier go to L3, and without L3 to the fail mode", async () => {
  const dict = join(scratch(), "d.json");
  writeFileSync(dict, '{"1": {"concept": "c", "category": "k", "weight": 1}}');
  const scored = `${llmActivations(1, 2, [[1, 0.5]])}\n`;
  const policy = { sae: { dict } };
  const asked = await start({ l2: new ManualTier(), l3: immediateTier("Agent", () => BLOCK) }, {}, policy);
  asked.input.end(scored);
  await asked.result;
  expect(asked.audits()).toMatchObject([{ decision: { verdict: "block", tier: "Agent", reason: BLOCK.reason } }]);

  // The queue is full, but L2 would not have judged it, so it is not marked as degraded.
  const l2 = new ManualTier();
  const alone = await start({ l2 }, { workers: 1, queue: 0 }, policy);
  alone.input.write(escalation(1) + scored);
  await expect.poll(() => alone.audits().length).toBe(1);
  l2.asked[0]?.answer(ALLOW);
  alone.input.end();
  expect((await alone.result).totals).toMatchObject({ overloaded: 0, failedOpen: 1, decided: { Llm: 1, Agent: 0 } });
  expect(alone.audits()[0]).toMatchObject({ decision: { verdict: "allow", tier: "Sae" } });
  expect(alone.audits()[0]).not.toHaveProperty("degraded");
});

describe("the end of the input", () => {
  it("waits for all escalations", async () => {
    const l2 = new ManualTier();
    const { daemon, input, result, audits } = await start({ l2 });
    input.end(escalation(1) + escalation(2) + escalation(3));
    await expect.poll(() => l2.asked.length).toBe(2);
    expect(daemon.readsEvents).toBe(false);
    for (let i = 0; i < 3; i++) {
      await expect.poll(() => l2.asked.length).toBeGreaterThan(i);
      l2.asked[i]?.answer(ALLOW);
    }
    expect((await result).totals.decided.Llm).toBe(3);
    expect(audits()).toHaveLength(3);
  });

  it("by an error judges everything before it, and rejects with it", async () => {
    const { input, result, audits, sentry } = await start({ l2: immediateTier("Llm", () => BLOCK) });
    input.write(escalation(1));
    await expect.poll(() => audits().length).toBe(1);
    input.write(escalation(2));
    await ticks(2);
    input.destroy(new Error("disk on fire"));
    await expect(result).rejects.toThrow("disk on fire");
    expect(audits()).toHaveLength(2);
    expect(sentry.closed).toBe(true);
  });

  it("by an error of judging applies the fail mode to the escalations that wait", async () => {
    const policy = { fail_closed: true, deny: { exec: join(scratch(), "exec.txt") } };
    const { input, result, audits, sentry } = await start({ l2: new ManualTier() }, {}, policy);
    const enforcement = ({ action }: Pick<Decision, "action">) => {
      if (action?.kind === "DenyExec") throw new TypeError("not a file");
      return {};
    };
    Object.assign(sentry, { enforcement });
    input.write(escalation(1));
    await ticks();
    // The last line has no newline, so it is judged after the end of the input.
    input.end(ATTACK.trim());
    await expect(result).rejects.toThrow("not a file");
    expect(audits()).toMatchObject([{ degraded: "shutdown", decision: { verdict: "block", tier: "Rules" } }]);
  });
});

describe("a signal", () => {
  it("lets the slow tiers answer", async () => {
    const l2 = new ManualTier();
    const { input, end, result } = await start({ l2 });
    input.write(escalation(1));
    await expect.poll(() => l2.asked.length).toBe(1);
    end.abort();
    await ticks();
    l2.asked[0]?.answer(BLOCK);
    expect((await result).totals).toMatchObject({ blocked: 1, cutShort: 0 });
  });

  it("waits for them within its grace time: the fail mode decides the rest, marked and counted", async () => {
    const l2 = new ManualTier();
    const { input, end, result, audits } = await start({ l2 }, { graceMs: 50 }, { fail_closed: true });
    for (let pid = 1; pid <= 4; pid++) input.write(escalation(pid));
    await expect.poll(() => l2.asked.length).toBe(2);
    end.abort();
    const { totals } = await result;
    expect(audits().map(({ degraded, decision }) => [degraded, decision.verdict])).toEqual(
      Array.from({ length: 4 }, () => ["shutdown", "block"]),
    );
    expect(totals).toMatchObject({ cutShort: 4, failedClosed: 4, overloaded: 0 });
    expect(l2.asked.map(({ signal }) => signal.aborted)).toEqual([true, true]);
  });

  it("after the end of the input limits the wait too", async () => {
    const l2 = new ManualTier();
    const { input, end, result } = await start({ l2 }, { graceMs: 20 });
    input.end(escalation(1));
    await expect.poll(() => l2.asked.length).toBe(1);
    end.abort();
    expect((await result).totals.cutShort).toBe(1);
  });
});

it("an output that has been closed ends the run, even without input, and without a wait for tiers", async () => {
  const l2 = new ManualTier();
  const { input, output, result } = await start({ l2 });
  input.write(escalation(1) + escalation(2));
  await expect.poll(() => l2.asked.length).toBe(2);
  output.destroy(Object.assign(new Error("gone"), { code: "EPIPE" }));
  const { outputError, totals } = await result;
  expect(outputError).toMatchObject({ code: "EPIPE" });
  expect(totals.cutShort).toBe(2);
});

it("a reader that stops reading does not delay what has been read, nor the end for long", {
  timeout: 30_000,
}, async () => {
  const { daemon, input, output, end, result, logged } = await start({}, { graceMs: 20 }, {}, false);
  const { totals } = daemon.observed;
  input.write(ATTACK.repeat(150));
  await expect.poll(() => output.writableNeedDrain).toBe(true);
  input.write(ATTACK);
  await expect.poll(() => totals.blocked).toBe(151);
  let written = 151;
  while (output.writableLength < MAX_UNREAD_BYTES) {
    input.write(ATTACK.repeat(10_000));
    written += 10_000;
    await expect.poll(() => totals.blocked, { timeout: 20_000 }).toBe(written);
  }
  input.write(ATTACK);
  await ticks();
  expect(totals.blocked).toBe(written);
  expect(logged.filter((line) => line.includes("the reader of stdout does not keep up"))).toHaveLength(1);
  end.abort();
  await expect.poll(() => totals.blocked).toBe(written + 1);
  const { outputError, auditLost } = await result;
  expect([outputError?.message, auditLost]).toEqual(["its reader has stopped reading", written + 1]);
});

it("a reader that stops reading costs audit lines and no block, if the run is to continue", {
  timeout: 30_000,
}, async () => {
  const { daemon, input, output, end, result } = await start({}, { graceMs: 20, auditLost: "continue" }, {}, false);
  const { totals } = daemon.observed;
  const count = 100_000;
  for (let written = 0; written < count; written += 10_000) input.write(ATTACK.repeat(10_000));
  await expect.poll(() => totals.blocked, { timeout: 20_000 }).toBe(count);
  // What one chunk adds comes on top.
  expect(output.writableLength).toBeLessThan(MAX_UNREAD_BYTES + 4_000_000);
  expect(daemon.observed.auditLost).toBeGreaterThan(0);
  end.abort();
  expect(await result).toMatchObject({ auditLost: count });
});

it("an output that has been closed does not end the run, if it is to continue", async () => {
  const l2 = new ManualTier();
  const { input, output, result, logged } = await start({ l2 }, { auditLost: "continue" });
  input.write(escalation(1));
  await expect.poll(() => l2.asked.length).toBe(1);
  output.destroy(Object.assign(new Error("gone"), { code: "EPIPE" }));
  input.write(ATTACK);
  l2.asked[0]?.answer(BLOCK);
  input.end();
  const { totals, outputError, auditLost } = await result;
  expect([totals.blocked, outputError, auditLost]).toEqual([2, undefined, 2]);
  expect(logged.join("")).toContain("error: cannot write audit lines: its reader has gone");
});

describe("another policy", () => {
  it("is loaded while events are judged by its predecessor", async () => {
    const rule = (at: number) =>
      `rule "r${at}" { on = "ToolExec" match = \`(?i)\\bprogram${at}\\b.*x\` verdict = "block" severity = "low" reason = "r" }`;
    const policy = join(scratch(), "policy.acl");
    writeFileSync(policy, Array.from({ length: 4000 }, (_, i) => rule(i)).join("\n"));
    const { daemon, input, result, audits } = await start({});
    let loaded: Sentry | undefined;
    const loading = load(runSettings({ policy }, {}), { fingerprints: new Map() }).then(async ({ sentry }) => {
      loaded = sentry;
      await daemon.usePolicy(sentry);
    });
    let meanwhile = 0;
    while (loaded === undefined) {
      input.write(ATTACK);
      await expect.poll(() => daemon.observed.totals.blocked, { interval: 1 }).toBe(++meanwhile);
    }
    await loading;
    input.end(`${toolExec(1, ["program7 x"])}\n`);
    await result;
    expect(meanwhile).toBeGreaterThan(5);
    expect(audits().at(-1)?.decision.reason).toBe("r7: r");
  });

  it("loses no escalation that is being judged, and judges those that wait", async () => {
    const l2 = new ManualTier();
    const { daemon, input, result, audits, sentry } = await start({ l2 }, { workers: 1 });
    input.write(escalation(1) + escalation(2));
    await expect.poll(() => l2.asked.length).toBe(1);
    const third = new ManualTier("Agent");
    await daemon.usePolicy(await Sentry.create({ fail_closed: true }, { tiers: { l3: third } }));
    expect([sentry.closed, l2.asked[0]?.signal.aborted]).toEqual([false, false]);
    l2.asked[0]?.answer(ALLOW);
    await expect.poll(() => third.asked.length).toBe(1);
    expect(sentry.closed).toBe(true);
    third.asked[0]?.answer(BLOCK);
    input.end();
    await result;
    expect(audits().map(({ decision }) => [decision.tier, decision.verdict])).toEqual([
      ["Llm", "allow"],
      ["Agent", "block"],
    ]);
  });

  it("adds slow tiers to a run, and removes them again", async () => {
    const { daemon, input, result, audits } = await start({});
    input.write(escalation(1));
    await expect.poll(() => audits().length).toBe(1);
    await daemon.usePolicy(await Sentry.create({}, { tiers: { l2: immediateTier("Llm", () => BLOCK) } }));
    input.write(escalation(2));
    await expect.poll(() => audits().length).toBe(2);
    await daemon.usePolicy(await Sentry.create({}));
    input.end(escalation(3));
    await result;
    expect(audits().map(({ decision }) => [decision.tier, decision.verdict])).toEqual([
      ["Rules", "allow"],
      ["Llm", "block"],
      ["Rules", "allow"],
    ]);
  });
});

it("partial evidence is reported to the tiers, and in the audit of their decisions", async () => {
  const l2 = new ManualTier();
  const { input, result, audits } = await start({ l2 });
  const cut = { event: { ToolExec: { pid: 1, argv: ["sh", "-c", 'eval "$x"'], argv_truncated: true } } };
  input.end(`${JSON.stringify(cut)}\n${escalation(2)}`);
  await expect.poll(() => l2.asked.map(({ event }) => event.evidence)).toEqual(["partial", "complete"]);
  for (const asked of l2.asked) asked.answer(BLOCK);
  await result;
  expect(audits().map(({ decision }) => [decision.tier, decision.evidence])).toEqual([
    ["Llm", "partial"],
    ["Llm", undefined],
  ]);
});

it("L3 receives the recent events of the same agent and pid, and only earlier ones", async () => {
  const third = new ManualTier("Agent");
  const { input, result } = await start({ l3: third });
  const own = [1, 2].map((i) => toolExec(7, ["ls", String(i)], { agent: "py" }));
  input.write(`${own[0]}\n${BENIGN}`);
  await ticks();
  input.write(`${own[1]}\n${escalation(7)}${toolExec(7, ["after"], { agent: "py" })}\n`);
  await expect.poll(() => third.asked.length).toBe(1);
  expect(third.asked[0]?.event.recent).toEqual(own);
  third.asked[0]?.answer(ALLOW);
  input.end();
  await result;
});
