// The cache of the runtimes that the packaging tests install: each is installed in a temporary
// folder and renamed into place.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const { A3S_SENTRY_BUILD_CACHE, XDG_CACHE_HOME } = process.env;
/** Shared by all work trees of a user. Safe to delete. */
const cache = A3S_SENTRY_BUILD_CACHE || join(XDG_CACHE_HOME || join(homedir(), ".cache"), "a3s-sentry");

/**
 * The folder of one runtime, filled on first use. Its name holds the version, as its contents never
 * change. If two processes fill it at once, both succeed and the first one's is kept.
 */
export async function cached(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const place = join(cache, name);
  if (existsSync(place)) return place;
  mkdirSync(cache, { recursive: true });
  removeLeftovers();
  const folder = mkdtempSync(join(cache, `tmp-${process.pid}-`));
  try {
    await fill(folder);
    renameSync(folder, place);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    if (!existsSync(place)) throw error;
  }
  return place;
}

/** Removes temporary folders whose process has ended. */
function removeLeftovers(): void {
  for (const name of readdirSync(cache)) {
    const pid = /^tmp-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) rmSync(join(cache, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
