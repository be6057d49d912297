// Events from a shipper to decisions, by real processes and a real server.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { jetstream } from "@nats-io/jetstream";
import { headers } from "@nats-io/transport-node";
import { describe, expect, it } from "vitest";
import { DEAD_LETTERS_STREAM, EVENTS_STREAM } from "../src/nats/names.js";
import { BUILT_IN_RULES, type Running, start, succeed } from "./support/command.js";
import { blockedEvent, countOf, decidedKeys, decisions, isInOrder, plainEvent } from "./support/decisions.js";
import { scratch } from "./support/scratch.js";
import { connected, startServer, type TestServer, withoutServer } from "./support/server.js";

const ship = (server: TestServer, spool: string, input?: string): Running =>
  start(
    ["ship", "--server", server.url, "--spool", spool, "--name", "node1", "--partitions", "4", "--linger", "5"],
    input,
  );

const startWorker = (server: TestServer, name: string): Running =>
  start(["worker", "--server", server.url, "--name", name, "--policy", BUILT_IN_RULES]);

const init = (server: TestServer): Promise<string> =>
  succeed(["fleet", "init", "--server", server.url, "--partitions", "4"]);

/** Whether the segments of the spool have all lines. A process that is killed during a write ends it in the middle. */
function spoolHas(folder: string, lines: readonly string[]): boolean {
  if (!existsSync(folder)) return false;
  const names = readdirSync(folder).filter((name) => name.endsWith(".spool"));
  const text = names.map((name) => readFileSync(join(folder, name), "latin1")).join("");
  return lines.every((line) => text.includes(line));
}

async function decidedAll(server: TestServer): Promise<Awaited<ReturnType<typeof decisions>>> {
  const connection = await connected(server);
  while ((await countOf(connection, EVENTS_STREAM)) > 0) await delay(50);
  return await decisions(connection);
}

describe.skipIf(withoutServer)("a fleet", () => {
  it("decides each event once, as `run` does, in the order of its agent", { timeout: 60_000 }, async () => {
    const folder = scratch();
    const server = await startServer(folder);
    expect(await init(server)).toContain("ready: 4 partitions");
    const worker = startWorker(server, "w1");
    const lines = Array.from({ length: 300 }, (_, i) => blockedEvent(`agent.${i % 7}`, i));
    const input = `${lines.join("")}${plainEvent("quiet")}not an event\n${" ".repeat(4 << 20)}x\n`;
    expect(await ship(server, `${folder}/spool`, input).ended).toBe(0);
    const messages = await decidedAll(server);
    expect(new Set(decidedKeys(messages)).size).toBe(303);
    expect(decidedKeys(messages)).toHaveLength(303);
    expect(isInOrder(messages)).toBe(true);
    const audit = messages.flatMap((message) => message.audit);
    const known = new Set(decidedKeys(messages));
    expect(audit.filter(({ key }) => known.has(String(key)))).toHaveLength(302);
    expect(
      audit.filter(({ decision }) => (decision as { verdict?: string } | undefined)?.verdict === "block"),
    ).toHaveLength(300);
    expect(audit).toContainEqual(expect.objectContaining({ skipped: "malformed" }));
    expect(audit.find(({ decision }) => /oversized event/.test(JSON.stringify(decision)))).toBeDefined();
    const run = start(["run"], lines.join(""));
    await run.ended;
    const withoutLabels = (all: readonly object[]): string[] =>
      all.map((line) => JSON.stringify({ ...line, key: undefined, revision: undefined, worker: undefined })).sort();
    const ofRun = run.output.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(withoutLabels(audit.filter(({ id }) => id !== undefined))).toEqual(withoutLabels(ofRun));
    const subjects = messages.map(({ subject }) => subject);
    expect(subjects.some((subject) => /^decisions\.default\.\d\.agent%2E3$/.test(subject))).toBe(true);
    worker.child.kill("SIGTERM");
    expect(await worker.ended).toBe(0);
    expect(worker.output.stderr).toContain("300 blocked");
  });

  it("loses nothing and keeps the order while a shipper, workers and the server are killed", {
    timeout: 120_000,
  }, async () => {
    const folder = scratch();
    const server = await startServer(folder);
    await init(server);
    const spool = `${folder}/spool`;
    let worker = startWorker(server, "w0");
    const second = startWorker(server, "other");
    const total = 2_000;
    for (let batch = 0, at = 0; batch < 4; batch++) {
      const lines = Array.from({ length: total / 4 }, () => blockedEvent(`agent-${at % 9}`, at++));
      const shipper = ship(server, spool);
      shipper.child.stdin?.write(lines.join(""));
      if (batch === 1) await server.kill();
      while (!spoolHas(spool, lines)) await delay(20);
      // As a power failure of the process: what it has read is in its spool.
      shipper.child.kill("SIGKILL");
      await shipper.ended;
      worker.child.kill("SIGKILL");
      await worker.ended;
      if (batch === 1) await server.start();
      worker = startWorker(server, `w${batch + 1}`);
    }
    expect(await ship(server, spool, "").ended).toBe(0);
    const messages = await decidedAll(server);
    expect(new Set(messages.flatMap(({ audit }) => audit.map(({ id }) => id))).size).toBe(total);
    expect(isInOrder(messages)).toBe(true);
    await worker.says("judging");
    for (const running of [worker, second]) running.child.kill("SIGTERM");
    expect(await worker.ended).toBe(0);
  });

  it("a message that no shipper sent ends as a dead letter with its reason", { timeout: 60_000 }, async () => {
    const folder = scratch();
    const server = await startServer(folder);
    await init(server);
    const connection = await connected(server);
    const client = jetstream(connection);
    await client.publish("events.default.1.x", "{}\n");
    const head = headers();
    head.set("Sentry-Events", "2");
    await client.publish("events.default.1.x", plainEvent("x"), { msgID: "node1-5", headers: head });
    const worker = startWorker(server, "w1");
    expect(await ship(server, `${folder}/spool`, plainEvent("x")).ended).toBe(0);
    await decidedAll(server);
    expect(await countOf(connection, DEAD_LETTERS_STREAM)).toBe(2);
    const letters = await client.consumers.get(DEAD_LETTERS_STREAM);
    const reasons: string[] = [];
    for await (const letter of await letters.fetch({ max_messages: 2, expires: 5_000 })) {
      reasons.push(letter.headers?.get("Sentry-Reason") ?? "");
    }
    expect(reasons).toEqual(["its id is not the key of an event", "it has 1 lines, and its header says 2"]);
    worker.child.kill("SIGTERM");
    expect(await worker.ended).toBe(0);
  });
});

it("says what to do where no stream is prepared", { timeout: 60_000, skip: withoutServer }, async () => {
  const server = await startServer(scratch());
  const worker = startWorker(server, "w1");
  expect(await worker.ended).toBe(2);
  expect(worker.output.stderr).toContain("run `a3s-sentry fleet init`");
});
