// Waits for changes in folders, as far as the system notifies of them.

import { type FSWatcher, watch } from "node:fs";
import { dirname } from "node:path";
import { Deferred } from "../../util/deferred.js";

/** The time from a change to the end of the wait: more changes may follow at once. */
const DELAY_MS = 50;

/** Watches folders until `signal` aborts. It does not keep the process alive. */
export class FolderWatcher {
  readonly #signal: AbortSignal;
  readonly #watchers = new Map<string, FSWatcher | undefined>();
  /** Whether a folder has changed since the last wait ended. */
  #changed = false;
  #onChange = (): void => {};

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    const close = (): void => {
      for (const watcher of this.#watchers.values()) watcher?.close();
    };
    signal.addEventListener("abort", close, { once: true });
  }

  /** Watches the folders of these files too, if the system can. */
  watch(paths: Iterable<string>): void {
    for (const path of paths) {
      const folder = dirname(path);
      if (!this.#watchers.has(folder) && !this.#signal.aborted) this.#watchers.set(folder, this.#watcher(folder));
    }
  }

  /** Waits for a time. Resolves to `false` once the signal has aborted. */
  async wait(milliseconds: number): Promise<boolean> {
    const over = new Deferred();
    const timer = setTimeout(over.resolve, milliseconds).unref();
    return await this.#until(over, () => clearTimeout(timer));
  }

  /**
   * Waits for a time, or until soon after a folder changes or has changed since the last wait.
   * Resolves to `false` once the signal has aborted.
   */
  async waitForChange(milliseconds: number): Promise<boolean> {
    const over = new Deferred();
    let timer = setTimeout(over.resolve, milliseconds).unref();
    this.#onChange = () => {
      this.#onChange = () => {};
      clearTimeout(timer);
      timer = setTimeout(over.resolve, DELAY_MS).unref();
    };
    if (this.#changed) this.#onChange();
    return await this.#until(over, () => clearTimeout(timer));
  }

  async #until(over: Deferred, clearTimer: () => void): Promise<boolean> {
    this.#signal.addEventListener("abort", over.resolve);
    if (!this.#signal.aborted) await over.promise;
    clearTimer();
    this.#signal.removeEventListener("abort", over.resolve);
    this.#onChange = () => {};
    this.#changed = false;
    return !this.#signal.aborted;
  }

  #watcher(folder: string): FSWatcher | undefined {
    try {
      const watcher = watch(folder, { persistent: false }, () => {
        this.#changed = true;
        this.#onChange();
      });
      watcher.on("error", () => watcher.close());
      return watcher;
    } catch {
      return undefined;
    }
  }
}
