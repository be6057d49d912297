// Watches files: polls their fingerprints, at once if the system notifies of a change.

import { type FileFingerprints, fingerprintOf } from "./file-fingerprints.js";
import { FolderWatcher } from "./folder-watcher.js";

/** The time between two polls without a notification: not every file system sends them. */
const POLL_MS = 500;
/** The time from a poll that finds a change to the poll that confirms it. */
const CONFIRM_MS = 200;
/** A file that differs at each of so many polls is read nevertheless. */
const MAX_UNCONFIRMED_POLLS = 7;

/**
 * Calls `changed` within two seconds of each change of the files since `last()`, one call at a
 * time, until `signal` aborts. A change counts once two polls find the same files: a file that is
 * being written may be empty or cut. `changed` must make `last()` return the fingerprints of what
 * it has read.
 */
export async function watchFiles(
  last: () => FileFingerprints,
  changed: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const folders = new FolderWatcher(signal);
  let seen = "";
  let unconfirmed = 0;
  while (await (unconfirmed > 0 ? folders.wait(CONFIRM_MS) : folders.waitForChange(POLL_MS))) {
    const fingerprints = last();
    folders.watch(fingerprints.keys());
    const now = await Promise.all([...fingerprints.keys()].map(fingerprintOf));
    const before = seen;
    seen = now.join();
    if (seen === [...fingerprints.values()].join()) {
      unconfirmed = 0;
    } else if (seen !== before && unconfirmed < MAX_UNCONFIRMED_POLLS) {
      unconfirmed += 1;
    } else {
      unconfirmed = 0;
      if (!signal.aborted) await changed();
    }
  }
}
