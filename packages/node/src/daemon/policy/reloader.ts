// Putting each new state of the policy's files in force while the run goes on.

import { setImmediate } from "node:timers/promises";
import type { Sentry } from "../../sentry.js";
import type { Loaded } from "./load.js";
import { areCurrent, type Stamps, watchFiles } from "./watch-files.js";

export interface ReloaderOptions {
  /** Loads the sentry anew; what it reads it notes in `stamps`, also if it rejects. */
  readonly load: (stamps: Map<string, string>) => Promise<Loaded>;
  /** Takes what has been loaded. */
  readonly replace: (sentry: Sentry) => void;
  readonly tell: (loaded: Loaded) => void;
  /** Is told of files that are no policy; the one in force stays. */
  readonly refused: (why: unknown) => void;
}

/** Loads again when files change or somebody asks for it, one time after the other, until it is closed. */
export class Reloader {
  readonly #options: ReloaderOptions;
  readonly #over = new AbortController();
  #stamps: Stamps;
  #running: Promise<void> | undefined;
  #again = false;
  readonly counts = { succeeded: 0, failed: 0, lastSuccess: Date.now() / 1000, refused: false };

  /** `stamps` are of the files that the sentry in force was made of. */
  constructor(stamps: Stamps, options: ReloaderOptions) {
    this.#stamps = stamps;
    this.#options = options;
    void watchFiles(
      () => this.#stamps,
      () => this.reload(),
      this.#over.signal,
    );
  }

  /** Resolves once what the files hold now has been looked at. */
  reload(): Promise<void> {
    // A load that has begun may have read what has changed since.
    this.#again = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  close(): void {
    this.#over.abort();
  }

  async #run(): Promise<void> {
    for (;;) {
      // Signals that have come already are one, and the run goes on between two loads.
      await setImmediate();
      if (!this.#again || this.#over.signal.aborted) return;
      this.#again = false;
      await this.#load();
    }
  }

  async #load(): Promise<void> {
    const { load, replace, tell, refused } = this.#options;
    const stamps = new Map<string, string>();
    try {
      const loaded = await load(stamps);
      // A file that has changed meanwhile may have been read half: it is looked at again once it is left alone.
      if (this.#over.signal.aborted || !areCurrent(stamps)) return loaded.sentry.close();
      replace(loaded.sentry);
      this.counts.succeeded += 1;
      this.counts.lastSuccess = Date.now() / 1000;
      this.counts.refused = false;
      tell(loaded);
    } catch (error) {
      this.counts.failed += 1;
      this.counts.refused = true;
      refused(error);
    } finally {
      this.#stamps = stamps;
    }
  }
}
