// Telling when a file is another one, or has another content, by looking at it now and then.

import { stat } from "node:fs/promises";

const PERIOD_MS = 1000;

/** Calls `changed` within about a second of each change of the file, one call at a time, until `signal` aborts. */
export async function watchFile(path: string, changed: () => Promise<void>, signal: AbortSignal): Promise<void> {
  let last = await stampOf(path);
  while (await pause(signal)) {
    const now = await stampOf(path);
    if (now === last) continue;
    last = now;
    if (!signal.aborted) await changed();
  }
}

async function stampOf(path: string): Promise<string> {
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
