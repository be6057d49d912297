// The server's configuration in deploy/nats: TLS, and what each role may not do.

import { spawn, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import { connect, type NatsConnection, nkeyAuthenticator } from "@nats-io/transport-node";
import { describe, expect, it, onTestFinished } from "vitest";
import { DECISIONS_STREAM, EVENTS_STREAM, POLICY_BUCKET, POLICY_KEY } from "../src/nats/names.js";
import { start, succeed } from "./support/command.js";
import { blockedEvent, countOf } from "./support/decisions.js";
import { scratch } from "./support/scratch.js";
import { freePort, PROGRAM, withoutServer } from "./support/server.js";

const { PATH } = process.env;
const CONFIG = fileURLToPath(new URL("../../../deploy/nats/nats.conf", import.meta.url));
const ROLES = ["admin", "publisher", "worker", "node", "acme_shipper"] as const;
type Role = (typeof ROLES)[number];
const INBOXES: Readonly<Record<Role, string>> = {
  admin: "_INBOX",
  publisher: "_INBOX_publisher",
  worker: "_INBOX_worker",
  node: "_INBOX_node",
  acme_shipper: "_INBOX_acme",
};
const POLICY = `rule "netcat" {
  on = ["ToolExec"]
  match = "nc"
  verdict = "block"
  severity = "high"
  reason = "netcat"
}
test "netcat" { command = "nc -l", expect = "block" }
`;

interface Secured {
  readonly url: string;
  readonly ca: string;
  keyOf(role: Role): string;
  flagsOf(role: Role): string[];
}

async function secured(folder: string): Promise<Secured> {
  const [cert, certKey] = [join(folder, "cert.pem"), join(folder, "cert-key.pem")];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"];
  const made = spawnSync(
    "openssl",
    [
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-days",
      "2",
      ...subject,
    ].concat(["-keyout", certKey, "-out", cert]),
    { encoding: "utf8" },
  );
  if (made.status !== 0) throw new Error(`openssl: ${made.stderr}`);
  const port = await freePort();
  const env: Record<string, string> = {
    NATS_NAME: "n1",
    NATS_LISTEN: `127.0.0.1:${port}`,
    NATS_CERT: cert,
    NATS_KEY: certKey,
    NATS_STORE: join(folder, "data"),
  };
  const keyOf = (role: Role): string => join(folder, `${role}.nkey`);
  for (const role of ROLES) env[`${role.toUpperCase()}_NKEY`] = (await succeed(["fleet", "key", keyOf(role)])).trim();
  const server = spawn(PROGRAM, ["-c", CONFIG], { env: { ...env, PATH }, stdio: ["ignore", "ignore", "pipe"] });
  onTestFinished(() => void server.kill("SIGKILL"));
  let log = "";
  server.stderr.setEncoding("utf8").on("data", (text: string) => (log += text));
  while (!log.includes("Server is ready")) {
    if (server.exitCode !== null) throw new Error(log);
    await delay(50);
  }
  const url = `tls://127.0.0.1:${port}`;
  const flagsOf = (role: Role): string[] => [
    "--server",
    url,
    "--tls-ca",
    cert,
    "--nkey",
    keyOf(role),
    "--inbox",
    INBOXES[role],
  ];
  return { url, ca: cert, keyOf, flagsOf };
}

async function as({ url, ca, keyOf }: Secured, role: Role, inbox: string = INBOXES[role]): Promise<NatsConnection> {
  const seed = Buffer.from(readFileSync(keyOf(role), "utf8").trim());
  const options = { servers: url, tls: { caFile: ca }, inboxPrefix: inbox, authenticator: nkeyAuthenticator(seed) };
  const connection = await connect(options);
  onTestFinished(() => void connection.close());
  return connection;
}

describe.skipIf(withoutServer)("the server's configuration", () => {
  it("lets each role do its work, and no more", { timeout: 240_000 }, async () => {
    const folder = scratch();
    const server = await secured(folder);
    await succeed(["fleet", "init", ...server.flagsOf("admin"), "--partitions", "2"]);
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

    const quick = { timeout: 1_000 };
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
});
