// Real NATS servers with JetStream, alone or as a cluster, each behind a TCP proxy that can cut the network.

import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { connect as connectTcp, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";

const { A3S_TEST_NATS_SERVER: PROGRAM = "nats-server" } = process.env;
const START_MS = 30_000;

/** Servers that were started together. */
export class Servers {
  /** @type {Server[]} */
  #servers;

  /** @param {Server[]} servers */
  constructor(servers) {
    this.#servers = servers;
  }

  /** Starts so many, and waits until JetStream is ready. @param {number} count @param {string} folder */
  static async start(count, folder) {
    const ports = await freePorts(2 * count);
    const routes = ports.slice(count).map((port) => `nats://127.0.0.1:${port}`);
    /** @type {Server[]} */
    const servers = [];
    for (let at = 0; at < count; at++) {
      const proxy = await TcpProxy.to(ports[at] ?? 0);
      const cluster =
        count === 1
          ? ""
          : `cluster { name: "chaos", listen: "127.0.0.1:${ports[count + at]}", routes: ${JSON.stringify(routes)} }\n`;
      const file = join(folder, `server-${at}.conf`);
      const store = JSON.stringify(join(folder, `data-${at}`));
      writeFileSync(
        file,
        `server_name: "n${at}"\nlisten: "127.0.0.1:${ports[at]}"\nclient_advertise: "127.0.0.1:${proxy.port}"\n` +
          `max_payload: 8MB\njetstream { store_dir: ${store}, max_file_store: 20GB, max_mem: 64MB }\n${cluster}`,
      );
      servers.push(new Server(`n${at}`, file, proxy));
    }
    for (const server of servers) server.start();
    const all = new Servers(servers);
    await all.ready();
    return all;
  }

  /** The addresses for clients: those of the proxies. */
  get urls() {
    return this.#servers.map(({ proxy }) => `nats://127.0.0.1:${proxy.port}`).join(",");
  }

  async ready() {
    const end = Date.now() + START_MS;
    for (;;) {
      try {
        const connection = await connect({ servers: this.urls.split(","), timeout: 2_000 });
        try {
          await (await jetstreamManager(connection)).getAccountInfo();
          return;
        } finally {
          await connection.close();
        }
      } catch (error) {
        if (Date.now() > end) throw new Error(`no server is ready: is \`nats-server\` installed? ${error}`);
        await delay(100);
      }
    }
  }

  /** Kills a server, and starts it again after a while. @param {string} name @param {number} awayMs */
  async restart(name, awayMs) {
    const server = this.#servers.find((one) => one.name === name) ?? this.#servers[0];
    await server?.kill();
    await delay(awayMs);
    server?.start();
  }

  /** Cuts the network between the servers and all clients. @param {number} ms */
  async cut(ms) {
    for (const { proxy } of this.#servers) proxy.cut();
    await delay(ms);
    for (const { proxy } of this.#servers) proxy.mend();
  }

  async stop() {
    for (const server of this.#servers) {
      await server.kill();
      server.proxy.close();
    }
  }
}

/** One server. */
class Server {
  /** @type {import("node:child_process").ChildProcess | undefined} */
  #child;

  /** @param {string} name @param {string} file @param {TcpProxy} proxy */
  constructor(name, file, proxy) {
    this.name = name;
    this.file = file;
    this.proxy = proxy;
  }

  start() {
    this.#child = spawn(PROGRAM, ["-c", this.file], { stdio: "ignore" });
    // `ready` says so.
    this.#child.on("error", () => {});
  }

  async kill() {
    const child = this.#child;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }
}

/** Passes connections on to a port, unless it is cut. */
class TcpProxy {
  #isCut = false;
  /** @type {Set<import("node:net").Socket>} */
  #sockets = new Set();
  /** @type {import("node:net").Server} */
  #server;

  /** @param {number} to */
  constructor(to) {
    this.#server = createServer({ noDelay: true }, (client) => {
      if (this.#isCut) {
        client.destroy();
        return;
      }
      const server = connectTcp({ port: to, host: "127.0.0.1", noDelay: true });
      for (const [from, other] of /** @type {const} */ ([
        [client, server],
        [server, client],
      ])) {
        this.#sockets.add(from);
        from.on("error", () => other.destroy());
        from.on("close", () => {
          this.#sockets.delete(from);
          other.destroy();
        });
        from.pipe(other);
      }
    });
  }

  /** @param {number} to */
  static async to(to) {
    const proxy = new TcpProxy(to);
    await new Promise((resolve) => proxy.#server.listen(0, "127.0.0.1", () => resolve(undefined)));
    return proxy;
  }

  get port() {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  cut() {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend() {
    this.#isCut = false;
  }

  close() {
    this.cut();
    this.#server.close();
  }
}

/** Ports that are free now. @param {number} count @returns {Promise<number[]>} */
async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise((resolve) => {
          server.listen(0, "127.0.0.1", () => {
            const address = server.address();
            resolve(typeof address === "object" && address !== null ? address.port : 0);
          });
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
