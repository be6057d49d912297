// Loads the policy again when its files change, while the run continues.

import { setImmediate } from "node:timers/promises";
import { areCurrent, type FileFingerprints } from "./file-fingerprints.js";
import { watchFiles } from "./watch-files.js";

/** What a load results in. */
interface LoadedSentry {
  readonly sentry: { close(): void };
}

export interface ReloaderOptions<Loaded extends LoadedSentry> {
  /** Loads a sentry, and adds the fingerprints of the files that it reads, also if it rejects. */
  readonly load: (fingerprints: Map<string, string>) => Promise<Loaded>;
  /** Puts a loaded sentry in force, and owns it. */
  readonly usePolicy: (sentry: Loaded["sentry"]) => Promise<void>;
  readonly onLoaded: (loaded: Loaded) => void;
  /** Called if loading fails. The policy in force stays. */
  readonly onRefused: (why: unknown) => void;
}

/**
 * Loads the policy on each change of its files and on request, one load at a time, until it is
 * closed.
 */
export class Reloader<Loaded extends LoadedSentry> {
  readonly #options: ReloaderOptions<Loaded>;
  readonly #closed = new AbortController();
  #fingerprints: FileFingerprints;
  #running: Promise<void> | undefined;
  #requested = false;
  readonly counts = { succeeded: 0, failed: 0, lastSuccess: Date.now() / 1000, refused: false };

  /** `fingerprints` are those of the files of the policy in force. */
  constructor(fingerprints: FileFingerprints, options: ReloaderOptions<Loaded>) {
    this.#fingerprints = fingerprints;
    this.#options = options;
    void watchFiles(
      () => this.#fingerprints,
      () => this.reload(),
      this.#closed.signal,
    );
  }

  /**
   * Loads the policy. Resolves when the present contents of the files have been loaded or refused.
   */
  reload(): Promise<void> {
    // A load that has begun may have read a file before its last change, so another one follows.
    this.#requested = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  close(): void {
    this.#closed.abort();
  }

  async #run(): Promise<void> {
    for (;;) {
      // Combines all signals that have arrived, and lets the run continue between two loads.
      await setImmediate();
      if (!this.#requested || this.#closed.signal.aborted) return;
      this.#requested = false;
      await this.#load();
    }
  }

  async #load(): Promise<void> {
    const { load, usePolicy, onLoaded, onRefused } = this.#options;
    const fingerprints = new Map<string, string>();
    try {
      const loaded = await load(fingerprints);
      // A file that changed meanwhile may have been read half. The watcher reports it once it
      // rests.
      if (this.#closed.signal.aborted || !(await areCurrent(fingerprints))) return loaded.sentry.close();
      await usePolicy(loaded.sentry);
      this.counts.succeeded += 1;
      this.counts.lastSuccess = Date.now() / 1000;
      this.counts.refused = false;
      onLoaded(loaded);
    } catch (error) {
      this.counts.failed += 1;
      this.counts.refused = true;
      onRefused(error);
    } finally {
      this.#fingerprints = fingerprints;
    }
  }
}
