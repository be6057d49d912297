// Where the socket of the resident judge is, and whether it can be trusted.
//
// Part of what a hook loads before it judges: it imports nothing but `node:fs`, `node:os` and
// `node:path`.

import { lstatSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { isWritableByOthers, trustedPath } from "./trusted-path.js";

const FOLDER = "a3s-sentry";
const SOCKET = "judge.sock";

/** The socket of a judge of the whole machine. */
export const SYSTEM_SOCKET = join("/run", FOLDER, SOCKET);

/** The socket of a judge of this user. */
export function userSocket(): string {
  const { XDG_RUNTIME_DIR: runtime } = process.env;
  return join(runtime?.startsWith("/") ? runtime : join(homedir(), ".local/state"), FOLDER, SOCKET);
}

/** Where `serve` listens unless it is given a path: root's judge is that of the machine. */
export function defaultSocket(): string {
  return process.getuid?.() === 0 ? SYSTEM_SOCKET : userSocket();
}

/** Where a caller looks for a judge, in this order. */
export function knownSockets(): string[] {
  return [SYSTEM_SOCKET, userSocket()];
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
  else trustedPath(dirname(folder), "root");
  if (isWritableByOthers({ mode })) throw new Error(`other users may write to \`${folder}\``);
  if (socket.uid !== uid && socket.uid !== 0) {
    throw new Error(`\`${path}\` belongs to user ${socket.uid}, its folder to user ${uid}`);
  }
  return true;
}
