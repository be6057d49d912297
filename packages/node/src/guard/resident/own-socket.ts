// A Unix socket of one server: two servers never share one, and a dead server's is taken over.

import { randomBytes } from "node:crypto";
import { chmodSync, linkSync, lstatSync, mkdirSync, renameSync, rmSync, unlinkSync } from "node:fs";
import { createConnection, type Server } from "node:net";
import { dirname, join } from "node:path";
import { errnoOf } from "../../util/errno.js";
import { errorText } from "../../util/error-text.js";
import { trustedPath } from "../trusted-path.js";

/** The longest path that every system takes for a socket, in bytes. */
const MAX_PATH_BYTES = 100;
const PROBE_MS = 1_000;
const CHECK_MS = 1_000;
const ENTERED_BY_OTHERS = 0o077;

/** Who may connect: the user of the server alone, or every user of the machine. */
export type Access = "own" | "shared";

/** A socket that cannot be used. The message is for a person. */
export class SocketError extends Error {
  override readonly name = "SocketError";
}

export interface OwnSocket {
  /** Removes the socket, unless it has become another server's. */
  release(): void;
}

/**
 * Lets a server listen at a path, and at no time beside another server. `lost` is called if the
 * socket is removed or replaced. Rejects with a {@link SocketError} if another server answers there,
 * if the folder is not this user's, or if others may write to it.
 */
export async function listenAt(server: Server, path: string, access: Access, lost: () => void): Promise<OwnSocket> {
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) {
    throw new SocketError(
      `the path of the socket \`${path}\` has more than ${MAX_PATH_BYTES} bytes: choose a shorter one`,
    );
  }
  const folder = dirname(path);
  prepareFolder(folder, access);
  // Nobody can connect before the socket has its mode and its name.
  const first = join(folder, `.${randomBytes(4).toString("hex")}`);
  await listening(server, first);
  try {
    chmodSync(first, access === "shared" ? 0o666 : 0o600);
    await take(first, path);
  } catch (error) {
    server.close();
    throw error instanceof SocketError
      ? error
      : new SocketError(`cannot listen at \`${path}\`: ${errorText(error)}`, { cause: error });
  }
  return owned(path, lost);
}

/** The folder, made if it is missing. */
function prepareFolder(folder: string, access: Access): void {
  try {
    mkdirSync(folder, { recursive: true, mode: access === "shared" ? 0o755 : 0o700 });
    trustedPath(folder, "root-or-self");
  } catch (error) {
    throw new SocketError(`cannot use the folder \`${folder}\` for the socket: ${errorText(error)}`, { cause: error });
  }
  const { mode, uid } = lstatSync(folder);
  if (process.getuid !== undefined && uid !== process.getuid()) {
    throw new SocketError(`the folder \`${folder}\` belongs to user ${uid}: give it to the user of the judge`);
  }
  if (access === "own" && (mode & ENTERED_BY_OTHERS) !== 0) {
    throw new SocketError(
      `other users may enter \`${folder}\`: run \`chmod 700 ${folder}\`, or use \`--shared\` to serve them too`,
    );
  }
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(new SocketError(`cannot listen at \`${path}\`: ${errorText(error)}`)));
    server.listen(path, resolve);
  });
}

/** Gives the socket its name. A link, unlike a rename, replaces nothing. */
async function take(first: string, path: string): Promise<void> {
  for (;;) {
    try {
      linkSync(first, path);
      unlinkSync(first);
      return;
    } catch (error) {
      if (errnoOf(error) !== "EEXIST") throw error;
    }
    const found = identityOf(path);
    if (found === undefined) continue;
    if (!lstatSync(path, { throwIfNoEntry: false })?.isSocket()) {
      throw new SocketError(`\`${path}\` is in the way: it is not a socket`);
    }
    if (await answers(path))
      throw new SocketError(`another judge answers at \`${path}\`: end it first, or give another \`--socket\``);
    removeDead(path, found);
  }
}

/** Removes a dead server's socket. One that another server made meanwhile goes back to its place. */
function removeDead(path: string, dead: string): void {
  const aside = join(dirname(path), `.${randomBytes(4).toString("hex")}`);
  try {
    renameSync(path, aside);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return;
    throw error;
  }
  if (identityOf(aside) !== dead) {
    linkSync(aside, path);
    unlinkSync(aside);
    throw new SocketError(`another judge answers at \`${path}\`: end it first, or give another \`--socket\``);
  }
  unlinkSync(aside);
}

/** Whether a server accepts connections. One that is too busy to do so is alive. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    const end = (alive: boolean): void => {
      socket.destroy();
      resolve(alive);
    };
    socket.setTimeout(PROBE_MS, () => end(true));
    socket.on("connect", () => end(true));
    socket.on("error", (error) => {
      const code = errnoOf(error);
      if (code === "ECONNREFUSED" || code === "ENOENT") end(false);
      else reject(error);
    });
  });
}

function owned(path: string, lost: () => void): OwnSocket {
  const identity = identityOf(path);
  const timer = setInterval(() => {
    if (identityOf(path) === identity) return;
    clearInterval(timer);
    lost();
  }, CHECK_MS);
  timer.unref();
  return {
    release() {
      clearInterval(timer);
      if (identityOf(path) === identity) rmSync(path, { force: true });
    },
  };
}

/** Differs for another socket, also where the system uses the number of the file again. */
function identityOf(path: string): string | undefined {
  const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? undefined : [stat.dev, stat.ino, stat.mtimeNs].join(" ");
}
