// Keeps two `deny` commands from changing one deny-file at the same time.

import { spawnSync } from "node:child_process";
import { closeSync, constants, fchownSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { statIfThere } from "../../enforcer/replaced-file.js";
import { errnoOf } from "../../util/errno.js";
import { CliError, errorText } from "../io.js";

const WAIT_MS = 10_000;
const LOCK_FLAGS = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Runs `work` while no other process has the lock of a deny-file. The kernel ends the lock with this
 * process, so nothing is stale after a crash. Throws a `CliError` if another process has it for 10 s.
 */
export function withLock<T>(path: string, work: () => T): T {
  const fd = openLock(path);
  try {
    acquire(fd, path);
    return work();
  } finally {
    closeSync(fd);
  }
}

/** Only the owner of the deny-file can take the lock: anyone else could keep it. */
function openLock(path: string): number {
  const lock = `${path}.lock`;
  try {
    const fd = openSync(lock, LOCK_FLAGS, 0o600);
    const { uid, gid } = statIfThere(path) ?? statSync(dirname(path), { bigint: true });
    if (process.geteuid?.() === 0) fchownSync(fd, Number(uid), Number(gid));
    return fd;
  } catch (error) {
    throw new CliError(`cannot open the lock \`${lock}\`: ${errorText(error)}`, { cause: error });
  }
}

/** Node.js has no locks of files. A lock belongs to the open file, which this process shares with `flock`. */
function acquire(fd: number, path: string): void {
  const { status, error } = spawnSync("flock", ["3"], { stdio: ["ignore", "ignore", "ignore", fd], timeout: WAIT_MS });
  if (status === 0) return;
  const code = errnoOf(error);
  if (code === "ENOENT") throw new CliError("`deny` needs the program `flock`: install util-linux, or busybox");
  if (code === "ETIMEDOUT") throw new CliError(`another process changes \`${path}\`: try again when it has ended`);
  throw new CliError(`cannot lock \`${path}.lock\`: ${error === undefined ? "`flock` failed" : errorText(error)}`);
}
