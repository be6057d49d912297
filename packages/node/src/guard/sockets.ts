// Where the socket of the resident judge is, and whether it can be trusted.
//
// Part of what a hook loads before it judges: it imports nothing but `node:fs`, `node:os` and
// `node:path`.

import { existsSync, lstatSync } from "node:fs";
import { dirname, join } from "node:path";
import { homeFolder } from "./home-folder.js";
import { isWritableByOthers, trustedPath } from "./trusted-path.js";

const FOLDER = "a3s-sentry";
const SOCKET = "judge.sock";

/** The socket of a judge of the whole machine. */
export const SYSTEM_SOCKET = join("/run", FOLDER, SOCKET);

/**
 * Where `serve` listens unless it is given a path: root's judge is that of the machine. It does not
 * depend on the environment, which the folder that an agent works in may set.
 */
export function userSocket(): string {
  const uid = process.getuid?.();
  if (uid === 0) return SYSTEM_SOCKET;
  const runtime = `/run/user/${uid}`;
  return join(existsSync(runtime) ? runtime : join(homeFolder(), ".local/state"), FOLDER, SOCKET);
}

/** Where a caller looks for a judge, in this order. */
export function knownSockets(): string[] {
  return [...new Set([SYSTEM_SOCKET, userSocket()])];
}

/** The socket for people, in a folder that only the judge's user can enter. */
export function approvalSocket(judge: string): string {
  return join(dirname(judge), "people", "approve.sock");
}

/**
 * Whether there is a socket that only a trusted user can have put there: this user, root, or a user
 * to whom root has given the folder, as systemd does with `RuntimeDirectory`. `false` if there is
 * nothing. Throws an `Error` that says why the socket is not trusted.
 */
export function isTrustedSocket(path: string): boolean {
  const socket = lstatSync(path, { throwIfNoEntry: false });
  if (socket === undefined) return false;
  if (!socket.isSocket()) throw new Error(`\`${path}\` is not a socket`);
  const folder = dirname(path);
  const { uid, mode } = lstatSync(folder);
  const self = process.getuid?.();
  if (uid === 0 || uid === self) trustedPath(folder, "root-or-self");
  else requireGivenByRoot(folder, uid);
  if (isWritableByOthers({ mode }))
    throw new Error(`other users may write to \`${folder}\`: take that permission away with \`chmod go-w\``);
  if (socket.uid !== uid && socket.uid !== 0) {
    throw new Error(`\`${path}\` belongs to user ${socket.uid}, its folder to user ${uid}`);
  }
  return true;
}

/** Throws unless root alone can have made the folder of another user. */
function requireGivenByRoot(folder: string, uid: number): void {
  const above = dirname(folder);
  trustedPath(above, "root");
  if (isWritableByOthers(lstatSync(above))) {
    throw new Error(`\`${folder}\` belongs to user ${uid}, and any user can make folders in \`${above}\``);
  }
}
