// The server's configuration in deploy/nats: TLS, and what each role may not do.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import { connect } from "@nats-io/transport-node";
import { describe, expect, it } from "vitest";
import { DECISIONS_STREAM, EVENTS_STREAM, POLICY_BUCKET, POLICY_KEY } from "../src/nats/names.js";
import { BUILT_IN_RULES, type Running, start, succeed } from "./support/command.js";
import { blockedEvent, countOf } from "./support/decisions.js";
import { scratch } from "./support/scratch.js";
import { as, CONFIG, secured } from "./support/secured-servers.js";
import { withoutServer } from "./support/server.js";

const POLICY = `rule "netcat" {
  on = ["ToolExec"]
  match = "nc"
  verdict = "block"
  severity = "high"
  reason = "netcat"
  action = "deny-exec"
  fleet = true
}
test "netcat" { command = "nc -l", expect = "block" }
`;

describe.skipIf(withoutServer)("the server's configuration", () => {
  it("lets each role do its work, and no more", { timeout: 240_000 }, async () => {
    const folder = scratch();
    const server = await secured(folder, 1);
    await succeed(["fleet", "init", ...server.flagsOf("admin"), "--partitions", "2", "--deny-tenants", "acme"]);
    const file = join(folder, "site.acl");
    writeFileSync(file, POLICY);
    await succeed(["policy", "publish", file, ...server.flagsOf("publisher")]);
    const worker = start(["worker", "--name", "w1", ...server.flagsOf("worker")]);
    await worker.says("policy 1-");
    const ship = ["ship", "--spool", `${folder}/spool`, "--partitions", "2", ...server.flagsOf("acme_shipper")];
    expect(await start([...ship, "--tenant", "acme"], blockedEvent("a", 1)).ended).toBe(0);
    const follow = start(["policy", "follow", join(folder, "node.acl"), ...server.flagsOf("node")]);
    await follow.says("is revision 1-");
    await succeed(["policy", "publish", file, ...server.flagsOf("publisher")]);
    await Promise.all([worker.says("policy 2-"), follow.says("is revision 2-")]);
    expect(await succeed(["policy", "status", ...server.flagsOf("publisher")])).toContain("w1  2-");
    const admin = await as(server, "admin");
    while ((await countOf(admin, DECISIONS_STREAM)) === 0) await delay(50);
    expect(await countOf(admin, EVENTS_STREAM)).toBe(0);
    expect(await succeed(["fleet", "status", ...server.flagsOf("admin")])).toContain("worker w1: 1 events");

    // What the worker blocks is denied on a node, until a publisher withdraws it.
    const program = blockedEvent("a", 2).replace("/usr/bin/nc", "/opt/x/nc");
    expect(await start([...ship, "--tenant", "acme"], program).ended).toBe(0);
    const acme = ["--tenant", "acme"];
    while (!(await succeed(["fleet", "denies", ...acme, ...server.flagsOf("publisher")])).includes("/opt/x/nc"));
    writeFileSync(join(folder, "deny.acl"), 'deny { exec = "exec.txt" }\n');
    const sync = ["deny", "sync", "--once", "--config", join(folder, "deny.acl"), ...acme, ...server.flagsOf("node")];
    await succeed(sync);
    expect(readFileSync(join(folder, "exec.txt"), "utf8")).toContain("/opt/x/nc\n");
    await succeed(["fleet", "withdraw", "/opt/x/nc", ...acme, ...server.flagsOf("publisher")]);
    await succeed(sync);
    expect(readFileSync(join(folder, "exec.txt"), "utf8")).not.toContain("/opt/x/nc");

    const quick = { timeout: 1_000 };
    // Workers write what is denied, people what is withdrawn, and others neither.
    for (const [role, prefix] of [
      ["node", "deny"],
      ["acme_shipper", "deny"],
      ["publisher", "deny"],
      ["node", "withdrawn"],
      ["acme_shipper", "withdrawn"],
      ["worker", "withdrawn"],
    ] as const) {
      const client = jetstream(await as(server, role), quick);
      await expect(client.publish(`$KV.sentry-deny-acme.${prefix}.exec.x`, "{}", quick), role).rejects.toThrow();
    }
    // A worker reads ahead of an event for the slow tiers, and deletes what it has decided.
    const reading = await jetstreamManager(await as(server, "worker"), { ...quick, checkAPI: false });
    const next = { seq: 1, next_by_subj: "events.*.0.>" };
    expect(await reading.streams.getMessage(EVENTS_STREAM, next)).toBeNull();
    await expect(reading.streams.deleteMessage(EVENTS_STREAM, 1, false)).rejects.toThrow(/no message|not found/);
    // A node and a worker cannot write the policy.
    for (const role of ["node", "worker", "acme_shipper"] as const) {
      const client = jetstream(await as(server, role), quick);
      await expect(client.publish(`$KV.${POLICY_BUCKET}.${POLICY_KEY}`, "{}", quick)).rejects.toThrow();
    }
    const kept = await new Kvm(jetstream(admin)).open(POLICY_BUCKET);
    expect((await kept.get(POLICY_KEY))?.revision).toBe(2);
    // A shipper writes events of its tenant only, and reads nothing.
    const shipper = await as(server, "acme_shipper");
    await expect(jetstream(shipper, quick).publish("events.other.0.a", "{}", quick)).rejects.toThrow();
    for (const stream of [EVENTS_STREAM, DECISIONS_STREAM, `KV_${POLICY_BUCKET}`]) {
      await expect(
        jetstreamManager(shipper, { ...quick, checkAPI: false }).then((jsm) => jsm.streams.info(stream)),
      ).rejects.toThrow();
    }
    // Not even the replies to others, which hold what they read.
    for (const subject of ["_INBOX_worker.>", "_INBOX.>", "events.>", ">"]) {
      const reading = await as(server, "acme_shipper");
      const refused = new Promise((resolve) =>
        reading.subscribe(subject, { callback: (error) => resolve(error?.message) }),
      );
      expect(await refused).toMatch(/permissions violation/i);
    }
    // Without a key, or by a certificate that nobody vouches for, there is no connection.
    await expect(connect({ servers: server.url, tls: { caFile: server.ca }, reconnect: false })).rejects.toThrow();
    await expect(as({ ...server, ca: CONFIG }, "admin")).rejects.toThrow();
  });

  it("lets three servers form a cluster, and nothing is lost when one of them dies", { timeout: 240_000 }, async () => {
    const folder = scratch();
    const servers = await secured(folder, 3);
    // The servers elect a leader first.
    while (
      (await start(["fleet", "init", "--replicas", "3", "--partitions", "2", ...servers.flagsOf("admin")]).ended) !== 0
    )
      await delay(200);
    const worker = start(["worker", "--name", "w1", "--policy", BUILT_IN_RULES, ...servers.flagsOf("worker")]);
    await worker.says("judging 2 partitions");
    const ship = start(
      ["ship", "--tenant", "acme", "--spool", `${folder}/spool`, "--partitions", "2"].concat(
        servers.flagsOf("acme_shipper"),
      ),
    );
    ship.child.stdin?.write(blockedEvent("a", 1));
    const admin = await as(servers, "admin");
    while ((await countOf(admin, DECISIONS_STREAM)) < 1) await delay(50);
    servers.kill(0);
    ship.child.stdin?.end(blockedEvent("a", 2));
    expect(await ship.ended).toBe(0);
    // A server is missing, which needs a person. Until there are leaders again, there is no status.
    const status = async (): Promise<Running> => {
      const asked = start(["fleet", "status", ...servers.flagsOf("admin")]);
      return (await asked.ended) === 2 ? await status() : asked;
    };
    expect((await status()).output.stdout).toContain("n1 is offline or behind");
    for (;;) {
      const stored = await countOf(admin, DECISIONS_STREAM).catch(() => 0);
      if (stored === 2) break;
      await delay(100);
    }
  });
});
