// Activation events in the daemon: their scores, on one thread and on several.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dns, llmActivations } from "@a3s-sentry/core";
import { expect, it, onTestFinished } from "vitest";
import { runSettings } from "../../src/daemon/config/run-settings.js";
import { LineJudge } from "../../src/daemon/judging/line-judge.js";
import { PolicyLeases } from "../../src/daemon/judging/policy-leases.js";
import { WorkerPool } from "../../src/daemon/judging/pool/worker-pool.js";
import { SharedSemaphore } from "../../src/daemon/judging/shared-semaphore.js";
import { load } from "../../src/daemon/policy/load.js";
import { Sentry } from "../../src/sentry.js";
import { labelsOf, plainAuditLine } from "../support/audit.js";
import { random, SESSION } from "../support/lines.js";
import { scratch } from "../support/scratch.js";

const WORKER = new URL("../../dist/daemon/judging/pool/worker.js", import.meta.url);
const LABELS = Object.fromEntries(
  Array.from({ length: 50 }, (_, id) => [
    id,
    { concept: `concept\u202e "${id}"`, category: `category ${id % 3}`, weight: id / 100 },
  ]),
);

/** A folder with a policy, and a dictionary in a subfolder. */
function site(policy = 'sae { dict = "sae/features.json" }'): string {
  const folder = scratch();
  mkdirSync(join(folder, "sae"));
  writeFileSync(join(folder, "sae", "features.json"), JSON.stringify(LABELS));
  writeFileSync(join(folder, "site.acl"), policy);
  return folder;
}

async function sentryOf(folder: string): Promise<Sentry> {
  const sentry = await Sentry.create(join(folder, "site.acl"));
  onTestFinished(() => sentry.close());
  return sentry;
}

/** Activation events among others. */
function mixed(count: number): string[] {
  const next = random(11);
  return Array.from({ length: count }, (_, pid) => {
    const features = Array.from({ length: next(12) }, () => [next(100), next(200) / 100 - 0.2] as const);
    if (next(2) === 0) return SESSION[next(SESSION.length)] ?? "";
    return llmActivations(pid, 20, features, pid % 2 === 0 ? { agent: "ag\u001bent" } : {});
  });
}

/** The audit lines of events that are judged one at a time. */
async function plainAudit(sentry: Sentry, lines: readonly string[]): Promise<string> {
  let text = "";
  for (const line of lines) {
    const decision = await sentry.evaluate(line);
    const facts = sentry.facts(line);
    if (decision === null || facts === null) continue;
    const plain = decision.tier === "Rules" && decision.verdict === "allow" && decision.severity === "info";
    if (!plain) text += await plainAuditLine(sentry, decision, facts, {}, labelsOf(line, facts));
  }
  return text;
}

it("each event has an audit line with the decision of `evaluate`", async () => {
  const sentry = await sentryOf(site());
  const lines = mixed(3000);
  const expected = await plainAudit(sentry, lines);
  const judge = new LineJudge(sentry);
  const batches = [judge.push(Buffer.from(lines.join("\n"))), judge.finish()];
  judge.close();
  expect(
    batches
      .map((batch) => Buffer.from(batch.lines).toString())
      .join("")
      .split("\n"),
  ).toEqual(expected.split("\n"));

  const audited = expected
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  const scored = audited.filter(({ event }) => event === "LlmActivations");
  expect(scored).toHaveLength(lines.filter((line) => line.includes("LlmActivations")).length);
  for (const verdict of ["allow", "block"]) {
    const one = scored.find(({ decision }) => decision.verdict === verdict);
    expect(one).toMatchObject({ subject: expect.stringMatching(/^\d+ sae features @L20$/) });
    expect(Object.keys(one.decision.explain)).toEqual(["channel", "harmful", "safety", "categories", "drivers"]);
  }
  expect(scored.some(({ decision }) => decision.resolution === "unresolved-escalation")).toBe(true);
  expect(expected).not.toContain("\u202e");
  const tally = batches.map(({ tally }) => tally.decisions.Sae.allow + tally.decisions.Sae.block);
  expect(tally.reduce((sum, count) => sum + count)).toBe(scored.length);
});

it("worker threads decide the same, and use another dictionary with another policy", async () => {
  const folder = site();
  const [first, second] = [
    await sentryOf(folder),
    await sentryOf(site('sae { dict = "sae/features.json" block_at = 0.31 }')),
  ];
  const lines = mixed(8000);
  const parts: Buffer[] = [];
  const failures: string[] = [];
  const leases = new PolicyLeases(first);
  const pool = new WorkerPool({
    threads: 2,
    script: WORKER,
    leases,
    semaphore: SharedSemaphore.create(0, 2),
    sink: { settle: (batch) => parts.push(Buffer.from(batch.lines)) },
    onWorkerFailed: (why) => failures.push(why),
  });
  onTestFinished(() => pool.close());
  await pool.push(Buffer.from(`${lines.join("\n")}\n`), 0);
  await pool.finish();
  const expected = await plainAudit(first, lines);
  expect(Buffer.concat(parts).toString() === expected).toBe(true);

  parts.length = 0;
  leases.replace(second);
  pool.usePolicy();
  await pool.push(Buffer.from(`${lines.join("\n")}\n`), 0);
  await pool.finish();
  const other = await plainAudit(second, lines);
  expect(Buffer.concat(parts).toString() === other).toBe(true);
  expect(other).not.toBe(expected);
  expect(failures).toEqual([]);
});

it("the path of a dictionary is relative to the policy, or to the working directory if it comes from options", async () => {
  const folder = site();
  const event = llmActivations(1, 2, [[49, 1]]);
  expect((await (await sentryOf(folder)).evaluate(event)).explain?.harmful).toBe(0.49);
  const absolute = `sae { dict = ${JSON.stringify(join(folder, "sae", "features.json"))} }`;
  const sentry = await Sentry.create(absolute);
  expect((await sentry.evaluate(event)).explain?.harmful).toBe(0.49);
  sentry.close();
  const sae = { dict: "sae/features.json", escalateAt: 0.3, blockAt: 0.6 };
  await expect(Sentry.create(join(folder, "site.acl"), { sae })).rejects.toThrow(
    '`sae.dict` names the file "sae/features.json", which cannot be read: there is no such file',
  );
});

it("a configuration brings its dictionary to a rules file in another folder", async () => {
  const folder = site();
  const rules = join(scratch(), "rules.acl");
  writeFileSync(rules, 'rule "r" { on = "Dns" match = "evil" verdict = "block" severity = "low" reason = "r" }');
  const env = { A3S_SENTRY_CONFIG: join(folder, "site.acl"), A3S_SENTRY_POLICY: rules };
  const { sentry } = await load(runSettings({}, env), { fingerprints: new Map() });
  expect(await sentry.evaluate(llmActivations(1, 2, [[49, 2]]))).toMatchObject({ tier: "Sae", verdict: "block" });
  expect(await sentry.evaluate(dns(1, "evil"))).toMatchObject({ rule: "r" });
  sentry.close();
});

it.each<[string, (path: string) => void, string]>([
  ["is missing", () => {}, "there is no such file"],
  ["is a folder", (path) => mkdirSync(path), "it is a directory"],
  ["is not text", (path) => writeFileSync(path, Buffer.from([0xff, 0xfe])), "it is not UTF-8 text"],
  [
    "is too large",
    (path) => writeFileSync(path, Buffer.alloc(16 * 1024 * 1024 + 1)),
    "it is larger than 16777216 bytes",
  ],
])("a dictionary that %s causes an error with its name", async (_, make, why) => {
  const folder = site('sae { dict = "other.json" }');
  make(join(folder, "other.json"));
  const message = `\`sae.dict\` names the file "other.json", which cannot be read: ${why}`;
  await expect(sentryOf(folder)).rejects.toThrow(message);
});
