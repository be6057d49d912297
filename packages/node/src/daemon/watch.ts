// Telling when a file is another one, or has another content, by looking at it now and then.

import { stat } from "node:fs/promises";

const PERIOD_MS = 500;

/**
 * Calls `changed` within about a second of each change of the file since it had the stamp `last`, one call at a time, until
 * `signal` aborts. A file counts as changed once two looks find it the same: one that is being written, and may be empty
 * or cut by then, is none to read yet.
 */
export async function watchFile(
  path: string,
  last: string,
  changed: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  let told = last;
  let seen = last;
  while (await pause(signal)) {
    const now = await stampOf(path);
    const settled = now === seen;
    seen = now;
    if (!settled || now === told) continue;
    told = now;
    if (!signal.aborted) await changed();
  }
}

/** What is another one once the file is another one, or has another content; empty for no file. */
export async function stampOf(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(" ");
  } catch {
    return "";
  }
}

/** `false` at once if the signal aborts. A run does not live on for it. */
function pause(signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(false);
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve(!signal.aborted);
    };
    const timer = setTimeout(done, PERIOD_MS).unref();
    signal.addEventListener("abort", done);
  });
}
