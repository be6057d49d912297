// A sandbox: the folder and the processes of one investigation, which end together.

import { chown, mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { createCgroup, ownCgroup, prepareMove, startInside } from "./cgroup.js";
import { Reaper } from "./reaper.js";
import type { User } from "./user.js";

/** Where one investigation runs. Its processes and its folder end with it. */
export interface Sandbox {
  /** An empty folder. Only this process's user can enter it, and once it is prepared, the program's. */
  readonly folder: string;
  /** Variables that identify its processes: set them for the first one, the others inherit them. */
  readonly env: Readonly<Record<string, string>>;
  /**
   * Gives the folder to the program's user, who may put links into it from then on. Then
   * {@link start} can be called at once.
   */
  prepare(): Promise<void>;
  /** Starts the first process, which must lead its own session, in the sandbox's cgroup if it has one. */
  start<T extends { readonly pid?: number | undefined }>(start: () => T): T;
  /**
   * Resolves when no process and no file of the investigation is left. Closing it again does
   * nothing.
   */
  close(): Promise<void>;
}

/**
 * How the processes of a sandbox are found when it closes: in a cgroup of its own, where sentry may
 * create one, or always by a search of all processes.
 */
export type Containment = "cgroup" | "search";

/** All open sandboxes share one reaper, which exits with the last of them. */
let reaper: Reaper | undefined;

/**
 * Opens a sandbox for programs of `user`, or of this process's. From here on, its processes end even if this process dies in any way.
 * Rejects with an `Error` if no reaper can be started or the folder cannot be created.
 */
export async function openSandbox(user?: User, containment: Containment = "cgroup"): Promise<Sandbox> {
  if (reaper === undefined || !reaper.isRunning) reaper = new Reaper();
  const owner = reaper;
  const own = containment === "cgroup" ? ownCgroup() : undefined;
  let investigation = owner.track(own, user);
  const { folder, cgroup } = investigation.folders;
  let isReady = false;
  let closed: Promise<void> | undefined;
  const sandbox: Sandbox = {
    folder,
    env: { A3S_SENTRY_RUN: investigation.marker.mark },
    prepare: async () => {
      if (user !== undefined) await chown(folder, user.uid, user.gid);
      const { pid } = owner;
      if (own === undefined || cgroup === undefined || pid === undefined || !createCgroup(cgroup)) return;
      isReady = await prepareMove(own, pid).then(
        () => true,
        () => false,
      );
    },
    start: (start) => {
      const canMove = isReady && own !== undefined && cgroup !== undefined;
      const { child, isInside } = canMove ? startInside(cgroup, own, start) : { child: start(), isInside: false };
      if (child.pid !== undefined) investigation = owner.setLeader(investigation, child.pid, isInside);
      return child;
    },
    close: () => {
      closed ??= owner.clear(investigation);
      return closed;
    },
  };
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    await sandbox.close();
    throw new Error(`cannot create a working folder in \`${tmpdir()}\``, { cause: error });
  }
  return sandbox;
}
