// The error of a policy that cannot be used.

import type { Diagnostic } from "./diagnostic.js";

/**
 * A policy that cannot be used. `diagnostics` has all problems, including warnings; `message` is a
 * summary line, then a code frame for each error.
 *
 * @example
 * try {
 *   await Sentry.create("fail_closd = true");
 * } catch (error) {
 *   if (error instanceof PolicyError) console.error(error.message, error.diagnostics[0]?.code);
 * }
 */
export class PolicyError extends Error {
  override readonly name = "PolicyError";
  readonly diagnostics: readonly Diagnostic[];

  constructor(source: string, diagnostics: readonly Diagnostic[]) {
    const errors = diagnostics.filter((diagnostic) => diagnostic.severity === "error");
    // A single error may be that the file does not exist.
    const what = errors.length === 1 ? "cannot be used" : `has ${errors.length} errors`;
    super([`${source} ${what}`, ...errors.map((error) => error.frame)].join("\n\n"));
    this.diagnostics = diagnostics;
  }
}
