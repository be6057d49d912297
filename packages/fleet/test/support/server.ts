// A NATS server with JetStream, on a free port.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { onTestFinished } from "vitest";

const { CI, A3S_TEST_NATS_SERVER = "nats-server" } = process.env;

/** The server that tests start. */
export const PROGRAM = A3S_TEST_NATS_SERVER;

/** Whether tests with a server are left out: only on a machine without one, and not by `npm test`. */
export const withoutServer: boolean = CI === undefined && spawnSync(PROGRAM, ["--version"]).error !== undefined;

export interface TestServer {
  readonly url: string;
  readonly port: number;
  /** Kills it, as a power failure would. */
  kill(): Promise<void>;
  /** Starts it again on its port, with its data. */
  start(): Promise<void>;
}

/** Starts a server, which is stopped when the test ends. `config` is added to its configuration. */
export async function startServer(folder: string, config = ""): Promise<TestServer> {
  const port = await freePort();
  const file = join(folder, `nats-${port}.conf`);
  const store = join(folder, `js-${port}`);
  writeFileSync(
    file,
    `listen: "127.0.0.1:${port}"\nmax_payload: 8MB\njetstream { store_dir: ${JSON.stringify(store)}, max_file_store: 8GB }\n${config}`,
  );
  let child: ChildProcess | undefined;
  const server: TestServer = {
    url: `nats://127.0.0.1:${port}`,
    port,
    kill: async () => {
      const isAlive = child?.exitCode === null && child.signalCode === null;
      const ended = isAlive ? new Promise((resolve) => child?.once("exit", resolve)) : undefined;
      child?.kill("SIGKILL");
      await ended;
    },
    start: async () => {
      child = spawn(PROGRAM, ["-c", file], { stdio: ["ignore", "ignore", "pipe"] });
      let log = "";
      child.stderr?.setEncoding("utf8").on("data", (text: string) => (log = (log + text).slice(-4000)));
      const failed = new Promise<never>((_, reject) => {
        child?.once("error", () =>
          reject(new Error("`nats-server` is not installed: scripts/setup-debian.sh installs it")),
        );
        child?.once("exit", () => reject(new Error(`nats-server ended:\n${log}`)));
      });
      failed.catch(() => {});
      await Promise.race([listening(port), failed]);
    },
  };
  onTestFinished(() => server.kill());
  await server.start();
  return server;
}

/** A connection, which is closed when the test ends. */
export async function connected(server: TestServer): Promise<NatsConnection> {
  const connection = await connect({ servers: server.url });
  onTestFinished(() => void connection.close());
  return connection;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function listening(port: number): Promise<void> {
  for (;;) {
    try {
      await (await connect({ servers: `nats://127.0.0.1:${port}`, timeout: 1000, reconnect: false })).close();
      return;
    } catch {
      await delay(50);
    }
  }
}
