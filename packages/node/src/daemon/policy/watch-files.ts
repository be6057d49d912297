// Telling when files are others, or have other contents: by looking at them now and then.

import { type BigIntStats, statSync } from "node:fs";
import { stat } from "node:fs/promises";
import { Bell } from "./folder-watcher.js";

/** Between two looks, where the system tells of nothing: not every file system does. */
const PERIOD_MS = 500;
/** Between a look that finds a change and the next, which is to find the same. */
const SETTLE_MS = 200;
/** A file that is another one at every look for so long is read nevertheless. */
const MOST_LOOKS = 7;

/** What files were like when they were read, by the paths that they were read by. */
export type Stamps = ReadonlyMap<string, string>;

/**
 * Calls `changed` within two seconds of each change of the files since they had the stamps `last()`, one call at a time, until
 * `signal` aborts. Files count as changed once two looks find them the same: one that is being written, and may be empty
 * or cut by then, is none to read yet. `changed` must see to it that `last()` has the stamps of what it read.
 */
export async function watchFiles(last: () => Stamps, changed: () => Promise<void>, signal: AbortSignal): Promise<void> {
  const bell = new Bell(signal);
  let seen = "";
  let looks = 0;
  while (await bell.wait(looks > 0 ? SETTLE_MS : PERIOD_MS, looks === 0)) {
    const stamps = last();
    bell.listenAt(stamps.keys());
    const now = await Promise.all([...stamps.keys()].map(stampOf));
    const before = seen;
    seen = now.join();
    if (seen === [...stamps.values()].join()) {
      looks = 0;
    } else if (seen !== before && looks < MOST_LOOKS) {
      looks += 1;
    } else {
      looks = 0;
      if (!signal.aborted) await changed();
    }
  }
}

/** What is another one once the file is another one, or has another content; empty for no file. */
export async function stampOf(path: string): Promise<string> {
  try {
    return stampText(await stat(path, { bigint: true }));
  } catch {
    return "";
  }
}

/** {@link stampOf}, at once. */
export function stampNow(path: string): string {
  try {
    return stampText(statSync(path, { bigint: true }));
  } catch {
    return "";
  }
}

/** Whether all files still are what they were. */
export function areCurrent(stamps: Stamps): boolean {
  return [...stamps].every(([path, stamp]) => stampNow(path) === stamp);
}

function stampText({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(" ");
}
