// The policy of a fleet: published, in force, rolled back, refused.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { jetstream } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import { describe, expect, it } from "vitest";
import { EVENTS_STREAM, POLICY_BUCKET, POLICY_KEY } from "../src/nats/names.js";
import { start, succeed } from "./support/command.js";
import { blockedEvent, countOf, decisions, isInOrder } from "./support/decisions.js";
import { scratch } from "./support/scratch.js";
import { connected, startServer, withoutServer } from "./support/server.js";

/** A policy whose decisions name it. */
const policyOf = (name: string, settings = ""): string => `${settings}
rule "all" {
  on       = ["ToolExec"]
  match    = "/usr/bin/nc"
  verdict  = "block"
  severity = "critical"
  reason   = "${name}"
}
test "netcat" { command = "/usr/bin/nc -l", expect = "block" }
`;

describe.skipIf(withoutServer)("the policy of a fleet", () => {
  it("is put in force on all workers, and no event is judged by a mixture", {
    timeout: 90_000,
  }, async () => {
    const folder = scratch();
    const server = await startServer(folder);
    const at = ["--server", server.url];
    await succeed(["fleet", "init", ...at, "--partitions", "4"]);
    const file = join(folder, "site.acl");
    writeFileSync(file, policyOf("first"));
    const workers = ["w1", "w2"].map((name) => start(["worker", ...at, "--name", name]));
    await Promise.all(workers.map(({ says }) => says("no policy is in force: events wait")));
    const waiting = start(["fleet", "status", ...at]);
    expect(await waiting.ended).toBe(1);
    expect(waiting.output.stdout).toContain("! workers wait for a policy");
    await succeed(["policy", "publish", file, ...at]);
    await Promise.all(workers.map(({ says }) => says("judging")));
    const shipper = start(["ship", ...at, "--spool", `${folder}/spool`, "--partitions", "4", "--linger", "2"]);
    let sent = 0;
    const sending = setInterval(() => {
      const lines = Array.from({ length: 20 }, () => blockedEvent(`agent-${sent % 8}`, sent++));
      shipper.child.stdin?.write(lines.join(""));
    }, 10);
    await delay(500);
    writeFileSync(file, policyOf("second"));
    const published = /revision (\S+)/.exec(await succeed(["policy", "publish", file, ...at, "--note", "why"]))?.[1];
    await Promise.all(workers.map(({ says }) => says(`policy ${published} is in force`)));
    await delay(500);
    clearInterval(sending);
    shipper.child.stdin?.end();
    expect(await shipper.ended).toBe(0);
    const connection = await connected(server);
    while ((await countOf(connection, EVENTS_STREAM)) > 0) await delay(50);
    const messages = await decisions(connection);
    const pairs = new Map<string, Set<unknown>>();
    for (const { revision, audit } of messages) {
      const reasons = pairs.get(revision) ?? new Set();
      pairs.set(revision, reasons);
      for (const { decision } of audit) reasons.add((decision as { reason: unknown }).reason);
    }
    expect([...pairs.values()].map((reasons) => [...reasons])).toEqual([["all: first"], ["all: second"]]);
    expect(isInOrder(messages)).toBe(true);
    expect(await succeed(["policy", "list", ...at])).toMatch(/^ {2}1-\w{16} .*\n\* 2-\w{16} .* why\n$/);
    expect(await succeed(["policy", "status", ...at])).toContain(`  w1  ${published}\n`);
  });

  it("is refused if it is invalid, untested or of one machine, and the last good one stays", {
    timeout: 90_000,
  }, async () => {
    const folder = scratch();
    const server = await startServer(folder);
    const at = ["--server", server.url];
    await succeed(["fleet", "init", ...at, "--partitions", "2"]);
    const file = join(folder, "site.acl");
    const refused = async (text: string): Promise<string> => {
      writeFileSync(file, text);
      const { ended, output } = start(["policy", "publish", file, ...at], "");
      expect(await ended).toBe(2);
      return output.stderr;
    };
    expect(await refused(policyOf("local", 'llm { url = "http://127.0.0.1:1/v1" key = "k" }'))).toContain("sets `llm`");
    expect(await refused(policyOf("local", 'deny { exec = "deny.txt" }'))).toContain("sets `deny`");
    expect(await refused(policyOf("x").replace('"/usr/bin/nc"', 'env("PATTERN")'))).toContain("is not set");
    expect(await refused(policyOf("x").replace('expect = "block"', 'expect = "allow"'))).toContain("not published");
    expect(await refused(policyOf("x").replace(/^test .*$/m, ""))).toContain("not published");
    writeFileSync(file, policyOf("good"));
    await succeed(["policy", "publish", file, ...at]);
    const worker = start(["worker", ...at, "--name", "w1"]);
    await worker.says("policy 1-");
    // By another program than ours.
    const connection = await connected(server);
    const bucket = await new Kvm(jetstream(connection)).open(POLICY_BUCKET);
    await bucket.put(POLICY_KEY, JSON.stringify({ text: "rule {", author: "x", note: "" }));
    await worker.says("error: policy 2-");
    await bucket.delete(POLICY_KEY);
    await worker.says("the last good one stays in force");
    await succeed(["policy", "rollback", "1", ...at]);
    await worker.says("policy 4-");
    expect(await succeed(["policy", "status", ...at])).toContain("  w1  4-");
    const follow = start(["policy", "follow", join(folder, "node.acl"), ...at]);
    await follow.says("is revision 4-");
    expect(readFileSync(join(folder, "node.acl"), "utf8")).toContain('"good"');
  });
});
