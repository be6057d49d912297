// Keeps a second shipper out of a spool.

import { rmSync } from "node:fs";
import { createConnection, createServer, type Server } from "node:net";
import { join, resolve } from "node:path";
import { CliError, errnoOf } from "a3s-sentry/host";

/** The longest path of a socket on every system. */
const MAX_PATH = 100;

export interface SpoolLock {
  release(): void;
}

/**
 * Locks a folder by a socket in it that listens: it is free as soon as the process has ended, however it did. Rejects with
 * a `CliError` if another process has it, or with the system's error.
 */
export async function lockSpool(folder: string): Promise<SpoolLock> {
  const path = join(resolve(folder), "lock");
  if (path.length > MAX_PATH)
    throw new CliError(`the path of the spool \`${folder}\` is too long: choose a shorter one`);
  const server = (await listen(path)) ?? (await listenAfter(path, folder));
  server.unref();
  return { release: () => void server.close() };
}

/** Listens where a process that has ended did. */
async function listenAfter(path: string, folder: string): Promise<Server> {
  const inUse = new CliError(`another shipper uses the spool \`${folder}\`: give each its own`);
  if (await answers(path)) throw inUse;
  rmSync(path, { force: true });
  const server = await listen(path);
  if (server === undefined) throw inUse;
  return server;
}

/** `undefined` if the address is in use. */
async function listen(path: string): Promise<Server | undefined> {
  const server = createServer((socket) => void socket.destroy());
  return await new Promise((resolved, reject) => {
    server.once("error", (error) => (errnoOf(error) === "EADDRINUSE" ? resolved(undefined) : reject(error)));
    server.listen(path, () => resolved(server));
  });
}

async function answers(path: string): Promise<boolean> {
  return await new Promise((resolved) => {
    const socket = createConnection(path);
    socket.once("connect", () => {
      socket.destroy();
      resolved(true);
    });
    socket.once("error", () => resolved(false));
  });
}
