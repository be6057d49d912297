// NATS servers with the configuration of deploy/nats: TLS, and a key for each role.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { connect, type NatsConnection, nkeyAuthenticator } from "@nats-io/transport-node";
import { onTestFinished } from "vitest";
import { succeed } from "./command.js";
import { freePort, PROGRAM } from "./server.js";

const { PATH } = process.env;
const DEPLOY = fileURLToPath(new URL("../../../../deploy/nats/", import.meta.url));
export const CONFIG = `${DEPLOY}nats.conf`;
const ROLES = ["admin", "publisher", "worker", "node", "acme_shipper"] as const;
type Role = (typeof ROLES)[number];
const INBOXES: Readonly<Record<Role, string>> = {
  admin: "_INBOX",
  publisher: "_INBOX_publisher",
  worker: "_INBOX_worker",
  node: "_INBOX_node",
  acme_shipper: "_INBOX_acme",
};

export interface SecuredServers {
  /** The URLs, separated by commas. */
  readonly url: string;
  readonly ca: string;
  keyOf(role: Role): string;
  flagsOf(role: Role): string[];
  /** Kills a server, by its number. */
  kill(index: number): void;
}

/** Starts one server with nats.conf, or several with cluster.conf. They are stopped when the test ends. */
export async function secured(folder: string, count: 1 | 3): Promise<SecuredServers> {
  const [cert, certKey] = [join(folder, "cert.pem"), join(folder, "cert-key.pem")];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const made = spawnSync("openssl", ["req", "-x509", ...curve, ...subject, "-keyout", certKey, "-out", cert], {
    encoding: "utf8",
  });
  if (made.status !== 0) throw new Error(`openssl: ${made.stderr}`);
  const keyOf = (role: Role): string => join(folder, `${role}.nkey`);
  const shared: Record<string, string | undefined> = { PATH, NATS_CERT: cert, NATS_KEY: certKey, NATS_CA: cert };
  for (const role of ROLES)
    shared[`${role.toUpperCase()}_NKEY`] = (await succeed(["fleet", "key", keyOf(role)])).trim();
  const numbers = Array.from({ length: count }, (_, index) => index);
  const ports = await Promise.all(numbers.map(async () => await freePort()));
  const routes = await Promise.all(numbers.map(async () => await freePort()));
  const children = await Promise.all(
    numbers.map(async (index) => {
      const store = join(folder, `data-${index}`);
      mkdirSync(store);
      const env = {
        ...shared,
        NATS_NAME: `n${index + 1}`,
        NATS_LISTEN: `127.0.0.1:${ports[index]}`,
        NATS_STORE: store,
        NATS_MONITOR: `127.0.0.1:${await freePort()}`,
        NATS_CLUSTER_LISTEN: `127.0.0.1:${routes[index]}`,
        NATS_ROUTES: JSON.stringify(routes.map((port) => `tls://127.0.0.1:${port}`)),
      };
      return await started(count === 1 ? CONFIG : `${DEPLOY}cluster.conf`, env);
    }),
  );
  const url = ports.map((port) => `tls://127.0.0.1:${port}`).join(",");
  const flagsOf = (role: Role): string[] =>
    ["--server", url, "--tls-ca", cert, "--nkey", keyOf(role)].concat("--inbox", INBOXES[role]);
  return { url, ca: cert, keyOf, flagsOf, kill: (index) => void children[index]?.kill("SIGKILL") };
}

async function started(config: string, env: Readonly<Record<string, string | undefined>>): Promise<ChildProcess> {
  const server = spawn(PROGRAM, ["-c", config], { env, stdio: ["ignore", "ignore", "pipe"] });
  onTestFinished(() => void server.kill("SIGKILL"));
  let log = "";
  server.stderr.setEncoding("utf8").on("data", (text: string) => (log += text));
  while (!log.includes("Server is ready")) {
    if (server.exitCode !== null) throw new Error(log);
    await delay(50);
  }
  return server;
}

/** A connection with the key of a role, which is closed when the test ends. */
export async function as(
  { url, ca, keyOf }: SecuredServers,
  role: Role,
  inbox: string = INBOXES[role],
): Promise<NatsConnection> {
  const authenticator = nkeyAuthenticator(Buffer.from(readFileSync(keyOf(role), "utf8").trim()));
  const connection = await connect({ servers: url.split(","), tls: { caFile: ca }, inboxPrefix: inbox, authenticator });
  onTestFinished(() => void connection.close());
  return connection;
}
