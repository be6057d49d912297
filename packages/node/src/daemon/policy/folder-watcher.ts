// Waiting for a time, or until the system says that something has happened in a folder.

import { type FSWatcher, watch } from "node:fs";
import { dirname } from "node:path";

/** From something that has happened until the wait is over: more may follow at once. */
const SOON_MS = 50;

const nothing = (): void => {};

/** Rings for the folders that it listens at, until `signal` aborts. A process does not live on for it. */
export class Bell {
  readonly #signal: AbortSignal;
  readonly #watchers = new Map<string, FSWatcher | undefined>();
  #rung = false;
  #hurry = nothing;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    const close = (): void => {
      for (const watcher of this.#watchers.values()) watcher?.close();
    };
    signal.addEventListener("abort", close, { once: true });
  }

  /** Listens at the folders of these files too. Where the system cannot tell of a folder, only time goes by. */
  listenAt(paths: Iterable<string>): void {
    for (const path of paths) {
      const folder = dirname(path);
      if (!this.#watchers.has(folder) && !this.#signal.aborted) this.#watchers.set(folder, this.#watcher(folder));
    }
  }

  /**
   * Waits so long, or if `hears` only until soon after something happens, or has happened since the last wait. `false` once
   * the signal has aborted.
   */
  wait(milliseconds: number, hears: boolean): Promise<boolean> {
    return new Promise((resolve) => {
      if (this.#signal.aborted) return resolve(false);
      const done = (): void => {
        clearTimeout(timer);
        this.#signal.removeEventListener("abort", done);
        this.#hurry = nothing;
        this.#rung = false;
        resolve(!this.#signal.aborted);
      };
      let timer = setTimeout(done, milliseconds).unref();
      this.#signal.addEventListener("abort", done);
      if (!hears) return;
      this.#hurry = () => {
        this.#hurry = nothing;
        clearTimeout(timer);
        timer = setTimeout(done, SOON_MS).unref();
      };
      if (this.#rung) this.#hurry();
    });
  }

  #watcher(folder: string): FSWatcher | undefined {
    try {
      const watcher = watch(folder, { persistent: false }, () => {
        this.#rung = true;
        this.#hurry();
      });
      watcher.on("error", () => watcher.close());
      return watcher;
    } catch {
      return undefined;
    }
  }
}
