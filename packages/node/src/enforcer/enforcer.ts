// Writes the targets of blocks to the deny-file of their kind.

import type { ActionKind, Decision } from "@a3s-sentry/core";
import { checkDenyFile, DenyFile } from "./deny-file.js";
import { EnforceError } from "./enforce-error.js";
import { denyLine } from "./target.js";

/** A deny-file: its path, and its name in results and messages. */
export interface Sink {
  /** Absolute path. */
  readonly path: string;
  /** The path relative to the working directory, as a user would type it. */
  readonly label: string;
}

export type Sinks = Readonly<Partial<Record<ActionKind, Sink>>>;

/**
 * Writes the targets of blocks to deny-files. Calls are synchronous: when one returns, the guards
 * can read the line.
 */
export class Enforcer {
  readonly #sinks: Sinks;
  readonly #files = new Map<string, DenyFile>();
  readonly #dryRun: boolean;
  #failures = 0;

  constructor(sinks: Sinks, options: { readonly dryRun?: boolean } = {}) {
    this.#sinks = sinks;
    this.#dryRun = options.dryRun ?? false;
  }

  /** The number of writes that have failed so far. */
  get failures(): number {
    return this.#failures;
  }

  /**
   * Adds the target of a block to the deny-file of its kind, unless the file contains it.
   *
   * Returns the label of that file; `null` if there is nothing to write: no block, no action, no
   * file for its kind, a target that must not be denied, or a dry run.
   *
   * Throws {@link EnforceError} if the file cannot be written. The next block of the target tries
   * again.
   */
  enforce(decision: Pick<Decision, "verdict" | "action">): string | null {
    if (this.#dryRun || decision.verdict !== "block" || decision.action === undefined) return null;
    const sink = this.#sinks[decision.action.kind];
    if (sink === undefined) return null;
    const line = denyLine(decision.action);
    if (line === null) return null;
    try {
      this.#file(sink.path).add(line);
    } catch (cause) {
      this.#failures += 1;
      throw new EnforceError(sink.label, line, cause);
    }
    return sink.label;
  }

  /**
   * Checks whether the deny-files can be written, and returns an error for each that cannot. Writes
   * and creates nothing. Returns no errors in a dry run.
   */
  faults(): EnforceError[] {
    const sinks = this.#dryRun ? [] : Object.values(this.#sinks);
    return sinks.flatMap(({ path, label }) => {
      try {
        checkDenyFile(path);
        return [];
      } catch (cause) {
        return [new EnforceError(label, "", cause)];
      }
    });
  }

  #file(path: string): DenyFile {
    let file = this.#files.get(path);
    if (file === undefined) {
      file = new DenyFile(path);
      this.#files.set(path, file);
    }
    return file;
  }
}
