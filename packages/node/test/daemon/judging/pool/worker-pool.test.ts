// A worker pool returns the same lines as one thread, in the same order.

import { closeSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { dns, fileAccess, type PolicyInput, type Tiers, toolExec } from "@a3s-sentry/core";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Batch, PendingEscalation } from "../../../../src/daemon/batch.js";
import { LineJudge } from "../../../../src/daemon/judging/line-judge.js";
import { PolicyLeases } from "../../../../src/daemon/judging/policy-leases.js";
import { WorkerPool } from "../../../../src/daemon/judging/pool/worker-pool.js";
import { SharedSemaphore } from "../../../../src/daemon/judging/shared-semaphore.js";
import { Totals } from "../../../../src/daemon/telemetry/totals.js";
import { Sentry } from "../../../../src/sentry.js";
import { cuts, randomStream } from "../../../support/lines.js";
import { scratch } from "../../../support/scratch.js";
import { ManualTier } from "../../../support/tiers.js";

const WORKER = new URL("../../../../dist/daemon/judging/pool/worker.js", import.meta.url);
const POLICY = { fail_closed: true, deny: { exec: "a", file: "b", egress: "c" } };

/** All batches as one. */
class Results {
  readonly parts: Buffer[] = [];
  readonly denies: unknown[] = [];
  readonly totals = new Totals();
  readonly sentries: Sentry[] = [];
  readonly escalations: PendingEscalation[] = [];
  length = 0;

  settle(batch: Batch, sentry: Sentry): void {
    for (const { at, action } of batch.denies) this.denies.push({ at: this.length + at, action });
    this.parts.push(Buffer.from(batch.lines));
    this.length += batch.lines.length;
    this.totals.count(batch);
    this.escalations.push(...batch.escalations);
    if (this.sentries.at(-1) !== sentry) this.sentries.push(sentry);
  }

  get text(): string {
    return Buffer.concat(this.parts).toString();
  }
}

async function inline(bytes: Buffer, policy: object): Promise<Results> {
  const sentry = await Sentry.create(policy);
  const judge = new LineJudge(sentry);
  const results = new Results();
  results.settle(judge.push(bytes), sentry);
  results.settle(judge.finish(), sentry);
  judge.close();
  sentry.close();
  return results;
}

async function setUp(policy: object, script = WORKER, semaphore = SharedSemaphore.create(0, 2), tiers: Tiers = {}) {
  const sentry = await Sentry.create(policy, { tiers });
  const leases = new PolicyLeases(sentry);
  const results = new Results();
  const failures: string[] = [];
  const pool = new WorkerPool({
    threads: 2,
    script,
    leases,
    semaphore,
    sink: results,
    onWorkerFailed: (why) => failures.push(why),
  });
  onTestFinished(() => pool.close());
  const usePolicy = (next: Sentry) => {
    leases.replace(next);
    pool.usePolicy();
  };
  return { sentry, usePolicy, pool, results, failures };
}

async function feed(pool: WorkerPool, chunks: Iterable<Buffer>): Promise<void> {
  for (const chunk of chunks) await pool.push(chunk, 0);
  await pool.finish();
}

/** Lets a pool read a file of these bytes by ranges. */
async function read(pool: WorkerPool, bytes: Buffer, size: number): Promise<void> {
  const path = join(scratch(), "lines");
  writeFileSync(path, bytes);
  const fd = openSync(path, "r");
  onTestFinished(() => closeSync(fd));
  for (let start = 0; start < bytes.length; start += size)
    await pool.read({ kind: "range", fd, start, end: start + size });
  await pool.finish();
}

function expectSame(got: Results, expected: Results): void {
  expect(got.text === expected.text).toBe(true);
  expect(got.denies).toEqual(expected.denies);
  expect(got.totals).toEqual(expected.totals);
}

it.each([
  [1, 1000],
  [2, 100_000],
  [3, 3_000_000],
])(
  "returns what one thread returns, however the stream is cut (seed %d, pieces of up to %d bytes)",
  async (seed, most) => {
    const bytes = randomStream(seed, 20_000);
    const { pool, results, failures } = await setUp(POLICY);
    await feed(pool, cuts(seed, bytes, most));
    const expected = await inline(bytes, POLICY);
    expect(expected.totals.stream.oversized).toBeGreaterThan(0);
    expect(expected.denies.length).toBeGreaterThan(1000);
    expectSame(results, expected);
    expect(failures).toEqual([]);
  },
);

it.each([700, 50_000, 1024 * 1024])("returns the same from a file, in ranges of %d bytes", async (size) => {
  const bytes = randomStream(4, 20_000);
  const { pool, results, failures } = await setUp(POLICY);
  await read(pool, bytes, size);
  const expected = await inline(bytes, POLICY);
  expect(expected.totals.stream.oversized).toBeGreaterThan(0);
  expectSame(results, expected);
  expect(failures).toEqual([]);
});

it("settles what has been judged, while the stream continues and its next line has not ended", async () => {
  const { pool, results } = await setUp({});
  await pool.push(Buffer.from(`${dns(1, "x.oast.fun")}\n{"event":`), 0);
  await expect.poll(() => results.totals.stream.lines, { timeout: 20_000 }).toBe(1);
  await pool.finish();
  expect(results.totals.stream).toMatchObject({ lines: 2, events: 1, malformed: 1 });
});

it("rejects with an error of the sink", async () => {
  const sentry = await Sentry.create({});
  const settle = () => {
    throw new Error("disk is full");
  };
  const pool = new WorkerPool({
    threads: 2,
    script: WORKER,
    leases: new PolicyLeases(sentry),
    semaphore: SharedSemaphore.create(0, 2),
    sink: { settle },
    onWorkerFailed: () => {},
  });
  onTestFinished(() => pool.close());
  await expect(feed(pool, [Buffer.from("x\n")])).rejects.toThrow("disk is full");
});

describe("another policy", () => {
  const naming = (name: string): PolicyInput => ({
    rules: [{ name, on: "ToolExec", match: "x", verdict: "block", severity: "low", reason: "r" }],
  });

  it("is in force from one point of the stream on, and its predecessor is closed then", async () => {
    const { sentry, usePolicy, pool, results } = await setUp(naming("r0"));
    const line = `${toolExec(1, ["x"])}\n`;
    const sentries = [sentry];
    let at = 0;
    for (let round = 1; round <= 20; round++) {
      for (let i = 0; i < 20; i++, at++) await pool.push(Buffer.from(line.repeat(777)), 0);
      const next = await Sentry.create(naming(`r${round}`));
      sentries.push(next);
      if (round % 2 === 0) await pool.prepare(next);
      usePolicy(next);
    }
    await pool.push(Buffer.from(line), 0);
    await pool.finish();
    const rules = results.text.match(/"rule":"r\d+"/g) ?? [];
    expect(rules).toHaveLength(777 * at + 1);
    const changes = rules.filter((rule, i) => rule !== rules[i - 1]);
    const numbers = changes.map((rule) => Number(/\d+/.exec(rule)?.[0]));
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect(numbers.at(-1)).toBe(20);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(sentries.map(({ closed }) => closed)).toEqual(sentries.map((_, i) => i < 20));
    expect(results.sentries.map((each) => sentries.indexOf(each))).toEqual(numbers);
    sentries.at(-1)?.close();
  });

  it("is loaded while blocks are judged by its predecessor", async () => {
    const { usePolicy, pool, results } = await setUp(naming("old"));
    await expect.poll(() => pool.ready).toBe(true);
    const rule = (at: number) =>
      `rule "new${at}" { on = "*" match = \`x${at || ""}\` verdict = "block" severity = "low" reason = "r" }`;
    const next = await Sentry.create(Array.from({ length: 8000 }, (_, i) => rule(i)).join("\n"));
    const line = Buffer.from(`${toolExec(1, ["x"])}\n`);
    let prepared = false;
    const preparing = pool.prepare(next).then(() => {
      prepared = true;
    });
    let meanwhile = 0;
    while (!prepared) {
      await pool.push(line, 0);
      const count = results.totals.blocked;
      await expect.poll(() => results.totals.blocked, { interval: 1 }).toBeGreaterThan(count);
      if (!prepared) meanwhile++;
    }
    await preparing;
    usePolicy(next);
    await pool.push(line, 0);
    await pool.finish();
    expect(meanwhile).toBeGreaterThan(10);
    expect(results.text.match(/"rule":"new0"/g)).toHaveLength(1);
    next.close();
  });
});

/** A worker that executes `how` at a request, after some other requests. */
function failingAtRequest(requests: number, how: string): URL {
  const path = join(scratch(), "failing-at-request.mjs");
  writeFileSync(
    path,
    `import { parentPort } from "node:worker_threads";
     import ${JSON.stringify(WORKER.href)};
     let left = ${requests};
     parentPort.on("message", () => { if (left-- === 0) { ${how} } });`,
  );
  return pathToFileURL(path);
}

/** A worker that executes `how` in place of a response, after some other responses. */
function failingAtResponse(responses: number, how: string): URL {
  const path = join(scratch(), "failing-at-response.mjs");
  writeFileSync(
    path,
    `import { parentPort } from "node:worker_threads";
     import ${JSON.stringify(WORKER.href)};
     const post = parentPort.postMessage.bind(parentPort);
     let left = ${responses};
     parentPort.postMessage = (...message) => {
       if (left-- === 0) { ${how} }
       post(...message);
     };`,
  );
  return pathToFileURL(path);
}

describe("escalations", () => {
  const COUNT = 20_000;
  const LINES = Buffer.from(
    Array.from({ length: COUNT }, (_, pid) => `${fileAccess(pid, "/etc/shadow")}\n${toolExec(pid, ["ls"])}\n`).join(""),
  );

  async function run(script: URL, permits: number, way: (pool: WorkerPool) => Promise<void>) {
    const semaphore = SharedSemaphore.create(permits, 2);
    const got = await setUp({}, script, semaphore, { l2: new ManualTier() });
    await expect.poll(() => got.pool.ready, { timeout: 20_000 }).toBe(true);
    await way(got.pool);
    return { ...got, semaphore };
  }

  function expectEachOnce({ escalations, text, totals }: Results, permits: number): void {
    expect(escalations).toHaveLength(permits);
    const pids = escalations.map(({ event }) => event?.pid ?? -1);
    expect(pids).toEqual([...new Set(pids)].sort((a, b) => a - b));
    for (const { l1, event, head } of escalations) {
      expect([l1.rule, event?.line, head]).toEqual([
        "read-credentials",
        fileAccess(event?.pid ?? -1, "/etc/shadow"),
        '"event":"FileAccess","subject":"/etc/shadow"',
      ]);
    }
    expect(text.split('"degraded":"overload"')).toHaveLength(COUNT - permits + 1);
    expect(totals).toMatchObject({ overloaded: COUNT - permits, failedOpen: COUNT - permits });
    expect(totals.decisions.Rules).toEqual({ allow: 2 * COUNT - permits, block: 0 });
  }

  it.each([
    ["from a stream", (pool: WorkerPool) => feed(pool, cuts(1, LINES, 50_000))],
    ["from a file", (pool: WorkerPool) => read(pool, LINES, 100_000)],
  ])("%s acquire as many permits as exist, on all threads together, and the others are marked", async (_, way) => {
    const { results, semaphore, failures } = await run(WORKER, 300, way);
    // A thread may see that a permit is taken before it sees by whom, and takes one more for the agent's share.
    const more = -semaphore.free;
    expect([0, 1]).toContain(more);
    expectEachOnce(results, 300 + more);
    expect(failures).toEqual([]);
  });

  it.each([
    ["by an error", 'throw new Error("out of memory")'],
    ["by ending", "process.exit(7)"],
  ])("of threads that end %s before they transfer them keep no permit, and each has one results", async (_, how) => {
    const { results, semaphore, failures } = await run(failingAtResponse(2, how), 50_000, (pool) =>
      feed(pool, cuts(2, LINES, 50_000)),
    );
    expect(failures.length).toBeGreaterThan(0);
    expectEachOnce(results, COUNT);
    await expect.poll(() => semaphore.free).toBe(50_000 - COUNT);
  });
});

describe("a worker that fails", () => {
  it.each([
    ["at its first request, by an error", 0, 'throw new Error("out of memory")', "out of memory"],
    ["after some, by an error", 5, 'throw new Error("out of memory")', "out of memory"],
    ["after some, by ending", 4, "process.exit(7)", "exited with code 7"],
  ])("%s, loses no line and keeps the order", async (_, requests, how, why) => {
    const bytes = randomStream(11, 10_000);
    const { pool, results, failures } = await setUp(POLICY, failingAtRequest(requests, how));
    await feed(pool, cuts(5, bytes, 50_000));
    expectSame(results, await inline(bytes, POLICY));
    expect(failures).toHaveLength(2);
    expect(failures[0]).toContain(why);
    expect(pool.ready).toBe(false);
  });

  it("while it reads a file, loses no line and keeps the order", async () => {
    const bytes = randomStream(12, 10_000);
    const { pool, results, failures } = await setUp(POLICY, failingAtRequest(4, 'throw new Error("out of memory")'));
    await expect.poll(() => pool.ready).toBe(true);
    await read(pool, bytes, 20_000);
    expectSame(results, await inline(bytes, POLICY));
    expect(failures).toHaveLength(2);
  });

  it("after a change of policy, has its blocks judged by the policy in force when they were assigned", async () => {
    const naming = (name: string): PolicyInput => ({
      rules: [{ name, on: "ToolExec", match: "x", verdict: "block", severity: "low", reason: "r" }],
    });
    const { usePolicy, pool, results } = await setUp(naming("old"), failingAtRequest(3, "process.exit(1)"));
    const lines = Buffer.from(`${toolExec(1, ["x"])}\n`.repeat(5000));
    await pool.push(lines, 0);
    await pool.push(lines, 0);
    const next = await Sentry.create(naming("new"));
    usePolicy(next);
    await feed(pool, [lines, lines]);
    const rules = results.text.match(/"rule":"\w+"/g) ?? [];
    expect(rules).toHaveLength(20_000);
    expect(rules.filter((rule, i) => rule !== rules[i - 1])).toEqual(['"rule":"old"', '"rule":"new"']);
    next.close();
  });
});
