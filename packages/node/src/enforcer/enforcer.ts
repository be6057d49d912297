// Writes the targets of blocks to the deny-file of their kind.

import type { ActionKind, Decision } from "@a3s-sentry/core";
import { checkDenyFile, DenyFile } from "./deny-file.js";
import { appendReason, type Why } from "./deny-reasons.js";
import { EnforceError } from "./enforce-error.js";
import { type NotEnforced, TargetCheck, type TargetCheckOptions } from "./target-check.js";

/** A deny-file: its path, and its name in results and messages. */
export interface Sink {
  /** Absolute path. */
  readonly path: string;
  /** The path relative to the working directory, as a user would type it. */
  readonly label: string;
}

export type Sinks = Readonly<Partial<Record<ActionKind, Sink>>>;

/** The part of a decision that is enforced, and why it blocks. */
export type Block = Pick<Decision, "verdict" | "action" | "targetFrom"> & Why;

/** The result of a block: the deny-file that holds its target, why none does, or neither. */
export interface Enforcement {
  /** The label of the deny-file that holds the target now. */
  readonly enforced?: string;
  /** Why the target is not written. Absent if there was nothing to write or nowhere to write it. */
  readonly notEnforced?: NotEnforced;
}

export interface EnforcerOptions extends TargetCheckOptions {
  readonly dryRun?: boolean;
  /** The most lines of a deny-file. */
  readonly maxLines?: number;
}

const MAX_LINES = 100_000;

/**
 * Writes the targets of blocks to deny-files. Calls are synchronous: when one returns, the guards
 * can read the line.
 */
export class Enforcer {
  readonly #sinks: Sinks;
  readonly #files = new Map<string, DenyFile>();
  readonly #dryRun: boolean;
  readonly #maxLines: number;
  readonly #targetOptions: TargetCheckOptions;
  /** Made when it is asked for where there are no deny-files: its lists take time to make. */
  #targets: TargetCheck | undefined;
  #failures = 0;

  constructor(sinks: Sinks, { dryRun = false, maxLines = MAX_LINES, never = [], own = [] }: EnforcerOptions = {}) {
    this.#sinks = sinks;
    this.#dryRun = dryRun;
    this.#maxLines = maxLines;
    const files = Object.values(sinks).map(({ path }) => path);
    this.#targetOptions = { never, own: [...own, ...files] };
    // At once, since the links in its paths could be changed later.
    if (files.length > 0) this.#targets = new TargetCheck(this.#targetOptions);
  }

  /**
   * Continues with what another enforcer knows of the same deny-files, so that they are not read
   * again. Both may go on to write.
   */
  continueFrom(other: Enforcer): void {
    for (const { path } of Object.values(this.#sinks)) {
      const file = other.#files.get(path);
      if (file !== undefined) this.#files.set(path, file);
    }
  }

  /** The deny-files. */
  get sinks(): Sinks {
    return this.#sinks;
  }

  /** Decides what goes into them. */
  get targets(): TargetCheck {
    this.#targets ??= new TargetCheck(this.#targetOptions);
    return this.#targets;
  }

  /** The most lines that each of them may have. */
  get maxLines(): number {
    return this.#maxLines;
  }

  /** The number of writes that have failed so far. */
  get failures(): number {
    return this.#failures;
  }

  /**
   * Adds the target of a block to the deny-file of its kind, unless the file contains it.
   *
   * Returns the label of that file; `null` if there is nothing to write: no block, no action, no
   * file for its kind, a target that is not denied, or a dry run.
   *
   * Throws {@link EnforceError} if the file cannot be written. The next block of the target tries
   * again.
   */
  enforce(block: Block): string | null {
    return this.enforcement(block).enforced ?? null;
  }

  /** As {@link enforce}; also says why a target is not denied. */
  enforcement({ verdict, action, targetFrom, ...why }: Block): Enforcement {
    if (this.#dryRun || verdict !== "block" || action === undefined) return {};
    const sink = this.#sinks[action.kind];
    if (sink === undefined) return {};
    const target = this.targets.check(action, targetFrom);
    if ("refused" in target) return { notEnforced: target.refused };
    try {
      const isNew = this.#file(sink.path).add(target.line, this.#maxLines);
      if (isNew) appendReason(sink.path, target.line, why);
    } catch (cause) {
      this.#failures += 1;
      throw new EnforceError(sink.label, target.line, cause);
    }
    return { enforced: sink.label };
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
