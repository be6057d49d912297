// The error of a policy that cannot be used.

import type { Diagnostic } from "./diagnostic.js";

/**
 * A policy that cannot be used. `diagnostics` holds every problem found, warnings too; `message` is a line of summary and
 * then a code frame for each error.
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
    // The one error may be that there is no such file.
    const what = errors.length === 1 ? "cannot be used" : `has ${errors.length} errors`;
    super([`${source} ${what}`, ...errors.map((error) => error.frame)].join("\n\n"));
    this.diagnostics = diagnostics;
  }
}
