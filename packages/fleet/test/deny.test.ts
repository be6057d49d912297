// What one node blocks and all deny: the limits, and what an attacker or a fault may do.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import { TargetCheck } from "a3s-sentry/host";
import { describe, expect, it } from "vitest";
import { denyEntryOf, entryKey } from "../src/deny/entry.js";
import { fleetBlocks } from "../src/deny/fleet-blocks.js";
import { FleetDenies } from "../src/deny/fleet-denies.js";
import { fleetRulesOf } from "../src/deny/fleet-rules.js";
import { HourlyLimit } from "../src/deny/hourly-limit.js";
import { neededHosts } from "../src/deny/needed-hosts.js";
import { type FleetDeny, planOf, shrinkage } from "../src/deny/plan.js";
import { start, succeed } from "./support/command.js";
import { scratch } from "./support/scratch.js";
import { connected, startServer, withoutServer } from "./support/server.js";

const NOW = Date.parse("2027-01-05T12:00:00Z");
const DAY_MS = 86_400_000;

function deny(kind: FleetDeny["kind"], target: string, added = NOW): FleetDeny {
  const times = { added: new Date(added), expires: new Date(added + 7 * DAY_MS) };
  const why = { rule: "r", reason: "r: why", key: "n1-1", worker: "w", revision: "1-a" };
  return { kind, target, entryKey: entryKey("deny", kind, target), ...why, ...times };
}

const known = (target: string, endsAt: number) =>
  ({ kinds: ["exec"], target, expires: new Date(endsAt).toISOString() }) as const;

describe("a node", () => {
  const needs = (host: string): boolean => host === "10.96.0.1";

  it("never denies everyday programs, what its policy protects, or the hosts that it needs", () => {
    const targets = new TargetCheck({ never: ["/srv/app/*", "192.0.2.7"], own: ["/opt/sentry/exec.txt"] });
    const hostile = [
      ...["/bin/sh", "/usr/bin/python3", "/usr/bin/env", "/", "/usr", "/opt", "/srv/app/x", "/opt/sentry/exec.txt"],
      ...["relative", "/opt/x\n/opt/y", " /opt/blank", "/usr/lib/x86_64-linux-gnu/libc.so.6", "/proc/self/exe"],
    ].map((target) => deny("exec", target));
    const hosts = ["10.96.0.1", "192.0.2.7", "127.0.0.1", "localhost", "0.0.0.0", "gateway", "::1"];
    const { lines, refused } = planOf(
      [
        ...hostile,
        ...hosts.map((host) => deny("egress", host)),
        deny("exec", "/opt/x/miner"),
        deny("egress", "203.0.113.9"),
      ],
      targets,
      needs,
    );
    expect([...lines.exec.keys()]).toEqual(["/opt/x/miner"]);
    expect([...lines.egress.keys()]).toEqual(["203.0.113.9"]);
    expect(refused).toBe(hostile.length + hosts.length);
  });

  it("takes the oldest 20,000 of 100,000 entries, in about linear time", () => {
    const all = Array.from({ length: 100_000 }, (_, index) => deny("egress", `host${index}.example`, NOW + index));
    const { lines, refused } = planOf(all.reverse(), new TargetCheck(), needs);
    expect([lines.egress.size, refused]).toEqual([20_000, 80_000]);
    expect(lines.egress.has("host0.example")).toBe(true);
    expect(lines.egress.has("host20000.example")).toBe(false);
  });

  it("does not deny what a person has withdrawn", () => {
    const { lines } = planOf([{ ...deny("exec", "/opt/x/a"), isWithdrawn: true }], new TargetCheck(), needs);
    expect(lines.exec.size).toBe(0);
  });

  it("knows the API server, name servers, gateways and NATS servers as hosts that it needs", () => {
    const files: Readonly<Record<string, string>> = {
      "/etc/resolv.conf": "search x\nnameserver 10.0.0.53\n",
      "/proc/net/route": "Iface\tDestination\tGateway\teth0\neth0\t00000000\t0102A8C0\t0003\n",
    };
    const isNeeded = neededHosts({
      env: { KUBERNETES_SERVICE_HOST: "10.96.0.1" },
      servers: ["tls://nats.example:4222", "10.0.0.9:4222"],
      readFile: (path) => files[path] ?? "",
    });
    for (const host of ["10.96.0.1", "10.0.0.53", "192.168.2.1", "nats.example", "NATS.example.", "10.0.0.9"]) {
      expect(isNeeded(host), host).toBe(true);
    }
    expect(isNeeded("203.0.113.9")).toBe(false);
  });
});

describe("a bucket", () => {
  const five = Array.from({ length: 5 }, (_, index) => `/opt/x/${index}`);
  const lines = five.map((target) => known(target, NOW + DAY_MS));

  it("may lose a fifth, and no more", () => {
    const all = five.map((target) => deny("exec", target));
    expect(shrinkage(lines, all, NOW)).toBeUndefined();
    expect(shrinkage(lines, all.slice(1), NOW)).toBeUndefined();
    expect(shrinkage(lines, all.slice(2), NOW)).toContain("2 of 5 targets");
    expect(shrinkage(lines, [], NOW)).toContain("5 of 5 targets");
    // Other entries do not make up for those that are missing.
    const others = Array.from({ length: 50 }, (_, index) => deny("exec", `/opt/y/${index}`));
    expect(shrinkage(lines, others, NOW)).toContain("5 of 5 targets");
    expect(shrinkage([], [], NOW)).toBeUndefined();
  });

  it("has shrunk as it should when its entries have ended, by the clock of the servers", () => {
    expect(shrinkage(lines, [], NOW + 2 * DAY_MS)).toBeUndefined();
  });

  it("has entries of its form only", () => {
    const { entryKey: key, added: _, expires: __, ...entry } = deny("exec", "/opt/x/a");
    const put = (value: unknown, under = key) =>
      denyEntryOf({ key: under, operation: "PUT", value: Buffer.from(JSON.stringify(value)) });
    expect(put(entry)).toEqual(entry);
    expect(put({ ...entry, target: "/opt/x/b" })).toBeUndefined();
    expect(put({ ...entry, kind: "all" })).toBeUndefined();
    expect(put({ ...entry, reason: 7 })).toBeUndefined();
    expect(put({ ...entry, reason: "x".repeat(10_000) })).toBeUndefined();
    expect(put(null)).toBeUndefined();
    expect(denyEntryOf({ key, operation: "DEL", value: Buffer.from("") })).toBeUndefined();
  });
});

describe("a worker", () => {
  const line = (decision: object): string => `${JSON.stringify({ decision, key: "n1-7" })}\n`;
  const block = { verdict: "block", tier: "Rules", rule: "mine", reason: "mine: r", action: { DenyExec: "/opt/x/a" } };

  it("takes blocks of marked rules alone, and of no slow tier", () => {
    const audit = [
      line(block),
      line({ ...block, rule: "other" }),
      line({ ...block, tier: "Llm" }),
      line({ ...block, verdict: "allow" }),
      line({ ...block, action: undefined, reason: '"action":{"Deny' }),
    ];
    const found = fleetBlocks(Buffer.from(audit.join("")), new Set(["mine"]));
    expect(found).toEqual([
      { kind: "exec", rule: "mine", reason: "mine: r", key: "n1-7", action: { kind: "DenyExec", target: "/opt/x/a" } },
    ]);
  });

  it("takes no name that an unmarked rule has too", () => {
    const rules = [{ name: "a", fleet: true }, { name: "b", fleet: true }, { name: "b" }] as unknown as Parameters<
      typeof fleetRulesOf
    >[0]["rules"];
    expect(fleetRulesOf({ rules })).toEqual({ names: new Set(["a"]), shared: ["b"] });
  });

  it("counts the last hour, whatever the clocks of others say", () => {
    const limit = new HourlyLimit(2);
    const hour = 3_600_000;
    limit.count("n1", NOW + 10 * hour, NOW);
    limit.count("n1", NOW - 2 * hour, NOW);
    expect(limit.hasRoom("n1", NOW)).toBe(true);
    limit.count("n1", NOW, NOW);
    expect([limit.hasRoom("n1", NOW), limit.hasRoom("n2", NOW)]).toEqual([false, true]);
    expect(limit.hasRoom("n1", NOW + hour)).toBe(true);
  });
});

const POLICY = `rule "mined" {
  on = ["ToolExec"]
  match = "stratum"
  verdict = "block"
  severity = "high"
  reason = "mines"
  action = "deny-exec"
  fleet = true
}
test "t" { command = "/opt/x/miner stratum", expect = "block" }
`;

const event = (program: string): string =>
  `${JSON.stringify({ identity: { agent: "a" }, event: { ToolExec: { pid: 7, argv: [program, "stratum"] } } })}\n`;

describe.skipIf(withoutServer)("with a server", () => {
  it("what one node blocks is denied on another, until a person withdraws it", { timeout: 120_000 }, async () => {
    const folder = scratch();
    const server = await startServer(folder);
    const connecting = ["--server", server.url];
    await succeed(["fleet", "init", ...connecting, "--partitions", "1", "--deny-tenants", "acme"]);
    writeFileSync(join(folder, "site.acl"), POLICY);
    await succeed(["policy", "publish", join(folder, "site.acl"), ...connecting]);
    const worker = start(["worker", ...connecting]);
    await worker.says("policy 1-");
    const node = join(folder, "node.acl");
    writeFileSync(node, 'deny { exec = "exec.txt" }\n');
    const file = join(folder, "exec.txt");
    writeFileSync(file, "/opt/own\n");
    const sync = ["deny", "sync", "--config", node, "--tenant", "acme", ...connecting];
    const once = async (...more: string[]) => {
      const run = start([...sync, "--once", ...more]);
      return { code: await run.ended, stderr: run.output.stderr };
    };

    const events = ["/opt/x/miner", "/bin/sh", "/opt/x/other", "/usr/bin/python3"].map(event).join("");
    await succeed(
      ["ship", "--tenant", "acme", "--spool", join(folder, "spool"), "--partitions", "1", ...connecting],
      events,
    );
    const nats = await connected(server);
    const bucket = await new Kvm(nats).open("sentry-deny-acme");
    while ((await bucket.status()).values < 2) await delay(50);
    const status = start(["fleet", "status", ...connecting]);
    await status.ended;
    expect(status.output.stdout).toMatch(/\n {2}denies of acme: 2 messages, 1 MB of \d+ MB/);
    expect((await once()).code).toBe(0);
    expect(readFileSync(file, "utf8")).toBe("/opt/own\n/opt/x/miner\n/opt/x/other\n");
    expect(await succeed(["deny", "why", "--config", node, "/opt/x/miner"])).toMatch(
      /the fleet, for tenant acme .*, until .*mined: mines/,
    );

    expect(await succeed(["fleet", "withdraw", "/opt/x/other", "--tenant", "acme", ...connecting])).toContain(
      "withdrawn",
    );
    expect((await once()).code).toBe(0);
    expect(readFileSync(file, "utf8")).toBe("/opt/own\n/opt/x/miner\n");

    // A clock that is wrong on the node ends nothing, and a person is told who denies the target again.
    const removed = start(["deny", "remove", "--config", node, "/opt/x/miner"]);
    expect([await removed.ended, removed.output.stderr]).toEqual([0, expect.stringContaining("fleet withdraw")]);
    expect((await once()).code).toBe(0);
    const notes = `${file}.notes.json`;
    writeFileSync(notes, readFileSync(notes, "utf8").replace(/"expires": "\d+/, '"expires": "2001'));
    await succeed(["deny", "expire", "--config", node]);
    expect(readFileSync(file, "utf8")).toBe("/opt/own\n/opt/x/miner\n");
    expect((await once()).code).toBe(0);

    // Emptied, and then deleted: nothing changes.
    await (await jetstreamManager(nats)).streams.purge("KV_sentry-deny-acme");
    const emptied = await once();
    expect([emptied.code, emptied.stderr]).toEqual([1, expect.stringContaining("1 of 1 targets")]);
    await (await jetstreamManager(nats)).streams.delete("KV_sentry-deny-acme");
    const missing = await once();
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining("cannot use the bucket")]);
    expect(readFileSync(file, "utf8")).toBe("/opt/own\n/opt/x/miner\n");

    const init = ["fleet", "init", ...connecting, "--partitions", "1", "--deny-tenants", "acme"];
    await succeed(init);
    await succeed([...init, "--deny-days", "3"]);
    expect((await bucket.status()).ttl).toBe(3 * DAY_MS);
    expect((await once()).code).toBe(1);
    expect((await once("--accept")).code).toBe(0);
    expect(readFileSync(file, "utf8")).toBe("/opt/own\n");
  });

  it("a shipper that blocks ever new targets adds 20 in an hour, and all of them together 200", {
    timeout: 60_000,
  }, async () => {
    const folder = scratch();
    const server = await startServer(folder);
    await succeed(["fleet", "init", "--server", server.url, "--partitions", "1", "--deny-tenants", "acme"]);
    const nats = await connected(server);
    const totals = { published: 0, refused: 0, limited: 0, failed: 0 };
    const stop = new AbortController();
    const options = {
      client: jetstream(nats),
      worker: "w",
      totals,
      onFailure: () => {},
      onLimited: () => {},
      signal: stop.signal,
    };
    const audit = (shipper: string): Buffer =>
      Buffer.from(
        Array.from({ length: 30 }, (_, index) => {
          const action = { DenyExec: `/opt/${shipper}/${index}` };
          const decision = { verdict: "block", tier: "Rules", rule: "r", reason: "r: x", action };
          return `${JSON.stringify({ decision, key: `${shipper}-${index}` })}\n`;
        }).join(""),
      );
    const rules = new Set(["r"]);
    const publish = async (denies: FleetDenies, shipper: string) => {
      const before = totals.published + totals.limited;
      denies.publish({ subject: "events.acme.0.a", audit: audit(shipper), revision: "1-a", rules });
      while (totals.published + totals.limited < before + 30) await delay(10);
    };
    const denies = new FleetDenies(options);
    await publish(denies, "n0");
    expect(totals).toEqual({ published: 20, refused: 0, limited: 10, failed: 0 });
    // Another worker, and one that starts anew, count the same.
    const other = new FleetDenies(options);
    await publish(other, "n1");
    for (let node = 2; node < 13; node++) await publish(other, `n${node}`);
    expect(totals.published).toBe(200);
    stop.abort();
  });

  it("what a person has withdrawn is not written again, even if its entry is gone", { timeout: 60_000 }, async () => {
    const folder = scratch();
    const server = await startServer(folder);
    await succeed(["fleet", "init", "--server", server.url, "--partitions", "1", "--deny-tenants", "acme"]);
    const nats = await connected(server);
    const bucket = await new Kvm(nats).open("sentry-deny-acme");
    const totals = { published: 0, refused: 0, limited: 0, failed: 0 };
    const stop = new AbortController();
    const options = { client: jetstream(nats), worker: "w", totals, onFailure: () => {}, signal: stop.signal };
    const denies = new FleetDenies({ ...options, onLimited: () => {} });
    const publish = (target: string): void => {
      const decision = { verdict: "block", tier: "Rules", rule: "r", reason: "r: x", action: { DenyExec: target } };
      const audit = Buffer.from(`${JSON.stringify({ decision, key: "n9-1" })}\n`);
      denies.publish({ subject: "events.acme.0.a", audit, revision: "1-a", rules: new Set(["r"]) });
    };
    publish("/opt/old");
    while (totals.published === 0) await delay(20);
    await succeed(["fleet", "withdraw", "/opt/old", "--tenant", "acme", "--server", server.url]);
    await bucket.delete(entryKey("deny", "exec", "/opt/old"));
    // Each change before has reached the worker when it learns of this one.
    publish("/opt/new");
    while (totals.published === 1) await delay(20);
    publish("/opt/old");
    publish("/opt/newer");
    while (totals.published === 2) await delay(20);
    expect(totals).toEqual({ published: 3, refused: 0, limited: 0, failed: 0 });
    expect((await bucket.get(entryKey("deny", "exec", "/opt/old")))?.operation).toBe("DEL");
    stop.abort();
  });
});
