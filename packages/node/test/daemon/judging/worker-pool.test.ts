// Judging on several threads: the same lines in the same order as on one, whatever happens.

import { closeSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { dns, fileAccess, type PolicyInput, type Tiers, toolExec } from "@a3s-sentry/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Batch, Clerk, type Escalated } from "../../../src/daemon/judging/line-judge.js";
import { Sentries } from "../../../src/daemon/judging/policy-leases.js";
import { Blocks, newRoom } from "../../../src/daemon/judging/pool/line-blocks.js";
import { Crew } from "../../../src/daemon/judging/pool/worker-pool.js";
import { Slots } from "../../../src/daemon/judging/shared-semaphore.js";
import { Totals } from "../../../src/daemon/telemetry/totals.js";
import { Sentry } from "../../../src/sentry.js";
import { cuts, junk } from "../../support/lines.js";
import { scratch } from "../../support/scratch.js";
import { Oracle } from "../../support/tiers.js";

const WORKER = new URL("../../../dist/daemon/judging/pool/worker.js", import.meta.url);
const POLICY = { fail_closed: true, deny: { exec: "a", file: "b", egress: "c" } };

/** What came out, as one batch. */
class Outcome {
  readonly parts: Buffer[] = [];
  readonly due: unknown[] = [];
  readonly totals = new Totals();
  readonly sentries: Sentry[] = [];
  readonly escalated: Escalated[] = [];
  length = 0;

  readonly settle = (batch: Batch, sentry: Sentry): void => {
    for (const { at, action } of batch.due) this.due.push({ at: this.length + at, action });
    this.parts.push(Buffer.from(batch.lines));
    this.length += batch.lines.length;
    this.totals.count(batch);
    this.escalated.push(...batch.escalated);
    if (this.sentries.at(-1) !== sentry) this.sentries.push(sentry);
  };

  get text(): string {
    return Buffer.concat(this.parts).toString();
  }
}

async function inline(bytes: Buffer, policy: object): Promise<Outcome> {
  const sentry = await Sentry.create(policy);
  const clerk = new Clerk(sentry);
  const outcome = new Outcome();
  outcome.settle(clerk.push(bytes), sentry);
  outcome.settle(clerk.end(), sentry);
  clerk.close();
  sentry.close();
  return outcome;
}

async function setUp(policy: object, script = WORKER, slots = Slots.withRoom(0, 2), tiers: Tiers = {}) {
  const sentry = await Sentry.create(policy, { tiers });
  const sentries = new Sentries(sentry);
  const outcome = new Outcome();
  const failures: string[] = [];
  const crew = new Crew(sentries, {
    threads: 2,
    script,
    slots,
    place: () => 0,
    settle: outcome.settle,
    failed: (why) => failures.push(why),
  });
  onTestFinished(() => crew.close());
  const switchTo = (next: Sentry) => {
    sentries.replace(next);
    crew.adopt();
  };
  return { sentry, switchTo, crew, outcome, failures };
}

async function feed(crew: Crew, chunks: Iterable<Buffer>): Promise<void> {
  for (const chunk of chunks) await crew.push(chunk);
  await crew.finish();
}

/** Has a crew read a file of these bytes by itself. */
async function read(crew: Crew, bytes: Buffer, size: number): Promise<void> {
  const path = join(scratch(), "lines");
  writeFileSync(path, bytes);
  const fd = openSync(path, "r");
  onTestFinished(() => closeSync(fd));
  for (let start = 0; start < bytes.length; start += size) await crew.read({ fd, start, end: start + size });
  await crew.finish();
}

function expectSame(got: Outcome, expected: Outcome): void {
  expect(got.text === expected.text).toBe(true);
  expect(got.due).toEqual(expected.due);
  expect(got.totals).toEqual(expected.totals);
}

it.each([
  [1, 1000],
  [2, 100_000],
  [3, 3_000_000],
])("gives what one thread gives, however the stream is cut (seed %d, pieces of up to %d bytes)", async (seed, most) => {
  const bytes = junk(seed, 20_000);
  const { crew, outcome, failures } = await setUp(POLICY);
  await feed(crew, cuts(seed, bytes, most));
  const expected = await inline(bytes, POLICY);
  expect(expected.totals.stream.oversized).toBeGreaterThan(10);
  expect(expected.due.length).toBeGreaterThan(1000);
  expectSame(outcome, expected);
  expect(failures).toEqual([]);
});

it.each([700, 50_000, 1024 * 1024])("gives the same from a file, in stretches of %d bytes", async (size) => {
  const bytes = junk(4, 20_000);
  const { crew, outcome, failures } = await setUp(POLICY);
  await read(crew, bytes, size);
  const expected = await inline(bytes, POLICY);
  expect(expected.totals.stream.oversized).toBeGreaterThan(10);
  expectSame(outcome, expected);
  expect(failures).toEqual([]);
});

it("gives out what has been judged, though the stream goes on and its next line has not ended", async () => {
  const { crew, outcome } = await setUp({});
  await crew.push(Buffer.from(`${dns(1, "x.oast.fun")}\n{"event":`));
  await expect.poll(() => outcome.totals.stream.lines, { timeout: 20_000 }).toBe(1);
  await crew.finish();
  expect(outcome.totals.stream).toMatchObject({ lines: 2, events: 1, malformed: 1 });
});

it("rejects with what goes wrong when a block is settled", async () => {
  const sentry = await Sentry.create({});
  const settle = () => {
    throw new Error("no more paper");
  };
  const slots = Slots.withRoom(0, 2);
  const crew = new Crew(new Sentries(sentry), {
    threads: 2,
    script: WORKER,
    slots,
    place: () => 0,
    settle,
    failed: () => {},
  });
  onTestFinished(() => crew.close());
  await expect(feed(crew, [Buffer.from("x\n")])).rejects.toThrow("no more paper");
});

describe("another policy", () => {
  const naming = (name: string): PolicyInput => ({
    rules: [{ name, on: "ToolExec", match: "x", verdict: "block", severity: "low", reason: "r" }],
  });

  it("is in force from one point of the stream on, and the old one is closed then", async () => {
    const { sentry, switchTo, crew, outcome } = await setUp(naming("r0"));
    const line = `${toolExec(1, ["x"])}\n`;
    const sentries = [sentry];
    let at = 0;
    for (let round = 1; round <= 20; round++) {
      for (let i = 0; i < 20; i++, at++) await crew.push(Buffer.from(line.repeat(777)));
      const next = await Sentry.create(naming(`r${round}`));
      sentries.push(next);
      switchTo(next);
    }
    await crew.push(Buffer.from(line));
    await crew.finish();
    const rules = outcome.text.match(/"rule":"r\d+"/g) ?? [];
    expect(rules).toHaveLength(777 * at + 1);
    const changes = rules.filter((rule, i) => rule !== rules[i - 1]);
    const numbers = changes.map((rule) => Number(/\d+/.exec(rule)?.[0]));
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect(numbers.at(-1)).toBe(20);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(sentries.map(({ closed }) => closed)).toEqual(sentries.map((_, i) => i < 20));
    expect(outcome.sentries.map((each) => sentries.indexOf(each))).toEqual(numbers);
    sentries.at(-1)?.close();
  });
});

/** A worker that ends, by `how`, after some orders. */
function mortal(orders: number, how: string): URL {
  const path = join(scratch(), "mortal.mjs");
  writeFileSync(
    path,
    `import { parentPort } from "node:worker_threads";
     import ${JSON.stringify(WORKER.href)};
     let left = ${orders};
     parentPort.on("message", () => { if (left-- === 0) { ${how} } });`,
  );
  return pathToFileURL(path);
}

/** A worker that judges, and ends by `how` when it is to answer, after some answers. */
function speechless(answers: number, how: string): URL {
  const path = join(scratch(), "speechless.mjs");
  writeFileSync(
    path,
    `import { parentPort } from "node:worker_threads";
     import ${JSON.stringify(WORKER.href)};
     const post = parentPort.postMessage.bind(parentPort);
     let left = ${answers};
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

  async function run(script: URL, room: number, way: (crew: Crew) => Promise<void>) {
    const slots = Slots.withRoom(room, 2);
    const got = await setUp({}, script, slots, { l2: new Oracle() });
    await expect.poll(() => got.crew.ready, { timeout: 20_000 }).toBe(true);
    await way(got.crew);
    return { ...got, slots };
  }

  function expectEachOnce({ escalated, text, totals }: Outcome, room: number): void {
    expect(escalated).toHaveLength(room);
    const pids = escalated.map(({ event }) => event?.pid ?? -1);
    expect(pids).toEqual([...new Set(pids)].sort((a, b) => a - b));
    for (const { l1, event, head } of escalated) {
      expect([l1.rule, event?.line, head]).toEqual([
        "read-credentials",
        fileAccess(event?.pid ?? -1, "/etc/shadow"),
        '"event":"FileAccess","subject":"/etc/shadow"',
      ]);
    }
    expect(text.split('"degraded":"overload"')).toHaveLength(COUNT - room + 1);
    expect(totals).toMatchObject({ overloaded: COUNT - room, failedOpen: COUNT - room });
    expect(totals.decisions.Rules).toEqual({ allow: 2 * COUNT - room, block: 0 });
  }

  it.each([
    ["from a stream", (crew: Crew) => feed(crew, cuts(1, LINES, 50_000))],
    ["from a file", (crew: Crew) => read(crew, LINES, 100_000)],
  ])("%s get as many slots as there are on all threads together, and the others are marked", async (_, way) => {
    const { outcome, slots, failures } = await run(WORKER, 300, way);
    expectEachOnce(outcome, 300);
    expect(failures).toEqual([]);
    expect(slots.free).toBe(0);
  });

  it.each([
    ["by an error", 'throw new Error("no luck")'],
    ["by ending", "process.exit(7)"],
  ])("of threads that end %s before they hand them on keep no slot, and each has one outcome", async (_, how) => {
    const { outcome, slots, failures } = await run(speechless(2, how), 50_000, (crew) =>
      feed(crew, cuts(2, LINES, 50_000)),
    );
    expect(failures.length).toBeGreaterThan(0);
    expectEachOnce(outcome, COUNT);
    await expect.poll(() => slots.free).toBe(50_000 - COUNT);
  });
});

describe("a thread that fails", () => {
  it.each([
    ["at its first order, by an error", 0, 'throw new Error("no luck")', "no luck"],
    ["after some, by an error", 4, 'throw new Error("no luck")', "no luck"],
    ["after some, by ending", 3, "process.exit(7)", "it ended with 7"],
  ])("%s, loses nothing, nor the order", async (_, orders, how, why) => {
    const bytes = junk(11, 10_000);
    const { crew, outcome, failures } = await setUp(POLICY, mortal(orders, how));
    await feed(crew, cuts(5, bytes, 50_000));
    expectSame(outcome, await inline(bytes, POLICY));
    expect(failures).toHaveLength(2);
    expect(failures[0]).toContain(why);
    expect(crew.ready).toBe(false);
  });

  it("while they read a file, loses nothing, nor the order", async () => {
    const bytes = junk(12, 10_000);
    const { crew, outcome, failures } = await setUp(POLICY, mortal(3, 'throw new Error("no luck")'));
    await expect.poll(() => crew.ready).toBe(true);
    await read(crew, bytes, 20_000);
    expectSame(outcome, await inline(bytes, POLICY));
    expect(failures).toHaveLength(2);
  });

  it("in the middle of another policy's blocks, has them judged by the policy that they were given under", async () => {
    const naming = (name: string): PolicyInput => ({
      rules: [{ name, on: "ToolExec", match: "x", verdict: "block", severity: "low", reason: "r" }],
    });
    const { switchTo, crew, outcome } = await setUp(naming("old"), mortal(2, "process.exit(1)"));
    const lines = Buffer.from(`${toolExec(1, ["x"])}\n`.repeat(5000));
    await crew.push(lines);
    await crew.push(lines);
    const next = await Sentry.create(naming("new"));
    switchTo(next);
    await feed(crew, [lines, lines]);
    const rules = outcome.text.match(/"rule":"\w+"/g) ?? [];
    expect(rules).toHaveLength(20_000);
    expect(rules.filter((rule, i) => rule !== rules[i - 1])).toEqual(['"rule":"old"', '"rule":"new"']);
    next.close();
  });
});

describe("Blocks", () => {
  it("holds whole lines, and of one that is too long no more than tells so", () => {
    const blocks = new Blocks();
    const long = Buffer.alloc(900_000, "x");
    const out: string[] = [];
    for (const chunk of [long, long, Buffer.from("x\nab"), Buffer.from("c\nd")]) {
      for (let at = 0; at < chunk.length; ) at += blocks.add(chunk.subarray(at));
      if (blocks.whole === 0) continue;
      const { room, length, kept } = blocks.take(newRoom(), newRoom());
      const text = Buffer.from(room.subarray(0, length)).toString();
      expect(Buffer.from(kept.subarray(0, length)).toString()).toBe(text);
      out.push(text);
    }
    expect(out).toEqual([`${"x".repeat(256 * 1024 + 1)}\n`, "abc\n"]);
    expect(blocks.unfinished).toBe(true);
  });
});
