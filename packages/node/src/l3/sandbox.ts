// A sandbox: the folder and the processes of one investigation, which end together.

import { chown, mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { Reaper } from "./reaper.js";
import type { User } from "./user.js";

/** Where one investigation runs. Its processes and its folder end with it. */
export interface Sandbox {
  /** An empty folder that only its user can enter. */
  readonly folder: string;
  /** Variables that identify its processes: set them for the first one, the others inherit them. */
  readonly env: Readonly<Record<string, string>>;
  /** Reports the pid of the first process, which must lead its own session. */
  started(leader: number): void;
  /**
   * Resolves when no process and no file of the investigation is left. Closing it again does
   * nothing.
   */
  close(): Promise<void>;
}

/** All open sandboxes share one reaper, which exits with the last of them. */
let reaper: Reaper | undefined;

/**
 * Opens a sandbox for programs of `user`, or of this process's. From here on, its processes end even if this process dies in any way.
 * Rejects with an `Error` if no reaper can be started or the folder cannot be created.
 */
export async function openSandbox(user?: User): Promise<Sandbox> {
  if (reaper === undefined || !reaper.isRunning) reaper = new Reaper();
  const owner = reaper;
  let investigation = owner.track();
  let closed: Promise<void> | undefined;
  const sandbox: Sandbox = {
    folder: investigation.folder,
    env: { A3S_SENTRY_RUN: investigation.marker.mark },
    started: (leader) => {
      investigation = owner.setLeader(investigation, leader);
    },
    close: () => {
      closed ??= owner.clear(investigation);
      return closed;
    },
  };
  try {
    await mkdir(sandbox.folder, { mode: 0o700 });
    if (user !== undefined) await chown(sandbox.folder, user.uid, user.gid);
  } catch (error) {
    await sandbox.close();
    throw new Error(`cannot create a working folder in \`${tmpdir()}\``, { cause: error });
  }
  return sandbox;
}
