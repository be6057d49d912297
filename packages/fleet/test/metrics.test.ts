// The metrics of `ship`, `worker` and `policy follow`, with a real server.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { jetstream } from "@nats-io/jetstream";
import { describe, expect, it } from "vitest";
import { AppendTimes } from "../src/ship/append-times.js";
import { type Running, start, succeed } from "./support/command.js";
import { blockedEvent, plainEvent } from "./support/decisions.js";
import { scratch } from "./support/scratch.js";
import { connected, startServer, withoutServer } from "./support/server.js";

const POLICY =
  'rule "x" { on = "Dns" match = "x" verdict = "block" severity = "low" reason = "x" }\ntest "t" { command = "ls", expect = "allow" }\n';

async function metricsOf(running: Running): Promise<(path?: string) => Promise<string>> {
  await running.says("/metrics\n");
  const url = /metrics at (\S+)/.exec(running.output.stderr)?.[1] ?? "";
  return async (path = "/metrics") => await (await fetch(new URL(path, url))).text();
}

/** Reads metrics until they have a sample. */
async function sampled(read: () => Promise<string>, sample: string): Promise<string> {
  for (;;) {
    const text = await read();
    if (text.split("\n").includes(sample)) return text;
    await delay(50);
  }
}

describe("the age of the oldest record", () => {
  it("is that of the last mark before it", () => {
    const times = new AppendTimes();
    for (let second = 0; second < 10; second++) times.appended(second * 100, second * 1000);
    expect(times.ageS(0, 20_000)).toBe(20);
    expect(times.ageS(399, 20_000)).toBe(17);
    expect(times.ageS(400, 20_000)).toBe(16);
    expect(times.ageS(5_000, 20_000)).toBe(11);
  });

  it("is never too low, and takes bounded memory, over a day of records", () => {
    const times = new AppendTimes();
    for (let second = 0; second < 86_400; second++) times.appended(second, second * 1000);
    const age = times.ageS(43_200, 86_400_000);
    expect(age).toBeGreaterThanOrEqual(43_200);
    expect(age).toBeLessThan(46_000);
  });
});

describe.skipIf(withoutServer)("metrics", () => {
  it("count what is shipped, judged, stored and refused", { timeout: 120_000 }, async () => {
    const folder = scratch();
    const server = await startServer(folder);
    const connecting = ["--server", server.url];
    const measuring = [...connecting, "--metrics-addr", "127.0.0.1:0"];
    await succeed(["fleet", "init", ...connecting, "--partitions", "2"]);
    const file = join(folder, "p.acl");
    writeFileSync(file, POLICY);
    await succeed(["policy", "publish", file, ...connecting]);
    const ship = start(["ship", "--spool", join(folder, "spool"), "--partitions", "2", ...measuring]);
    const worker = start(["worker", "--name", "w1", ...measuring]);
    const follow = start(["policy", "follow", join(folder, "node.acl"), ...measuring]);
    const [ofShip, ofWorker, ofFollow] = await Promise.all([ship, worker, follow].map(metricsOf));
    if (ofShip === undefined || ofWorker === undefined || ofFollow === undefined) throw new Error("no metrics");
    ship.child.stdin?.write(blockedEvent("a", 1) + plainEvent("b") + plainEvent("b"));

    const shipped = await sampled(ofShip, "sentry_ship_events_total 3");
    expect(shipped).toContain("\nsentry_ship_spooled_events_total 3\n");
    expect(shipped).toContain("\nsentry_ship_oldest_seconds 0\n");
    const judged = await sampled(ofWorker, "sentry_worker_events_total 3");
    expect(judged).toContain('\nsentry_decisions_total{tier="Rules",verdict="allow"} 2\n');
    expect(judged).toContain("\nsentry_blocked_total 1\n");
    expect(judged).toContain("\nsentry_policy_revision 1\n");

    // A policy that does not compile is refused, and a message that no shipper sent is a dead letter.
    const nats = await connected(server);
    const value = JSON.stringify({ text: "nonsense = 1", author: "a", note: "" });
    await jetstream(nats).publish("$KV.sentry-policy.policy", value);
    await jetstream(nats).publish("events.default.0.a", "{}");
    await sampled(ofWorker, "sentry_worker_dead_letters_total 1");
    for (const read of [ofWorker, ofFollow]) {
      const text = await sampled(read, "sentry_last_reload_successful 0");
      expect(text).toContain("\nsentry_policy_revision 1\n");
      expect(text).toContain('\nsentry_reloads_total{result="failure"} 1\n');
    }

    for (const read of [ofShip, ofWorker, ofFollow]) expect(await read("/healthz")).toBe("ok\n");
    await nats.close();
    await server.kill();
    ship.child.stdin?.write(plainEvent("b"));
    await sampled(ofShip, "sentry_nats_connected 0");
    await sampled(ofShip, "sentry_ship_spooled_events_total 4");
    await delay(20);
    expect(await ofShip()).not.toContain("\nsentry_ship_oldest_seconds 0\n");
    expect(await ofWorker("/healthz")).toBe("not connected to a NATS server\n");
  });
});
