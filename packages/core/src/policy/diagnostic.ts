// Diagnostics: the problems of a policy, as callers get them.

import type { RelatedPlace, SourceSpan, Diagnostic as WireDiagnostic } from "../generated/wire.js";

export type { SourceSpan };

/** Another place that belongs to a diagnostic. */
export interface Related extends Readonly<RelatedPlace> {
  /** The included file that it is in; absent if it is in the policy itself. */
  readonly file?: string;
}

/**
 * One problem of a policy.
 *
 * `code` is stable (`"acl/unexpected-token"`). `span` counts UTF-16 units from 0, lines and columns
 * from 1; it is empty if the problem has no position in a text (a policy given as an object).
 * `frame` is ready to print: the message and the lines it is about, with secrets masked.
 */
export interface Diagnostic {
  readonly code: string;
  /** The included file that has the problem; absent if it is in the policy itself. */
  readonly file?: string;
  readonly severity: "error" | "warning";
  readonly message: string;
  /** How to fix it. */
  readonly help?: string;
  readonly span: Readonly<SourceSpan>;
  readonly related: readonly Related[];
  readonly frame: string;
}

export function fromWire({ help, frame, ...rest }: WireDiagnostic): Diagnostic {
  return { ...rest, ...(help === null ? {} : { help }), frame: frame.trimEnd() };
}

/** The span of a problem without a position. */
export const NOWHERE: Readonly<SourceSpan> = { start: 0, end: 0, line: 1, column: 1, byteStart: 0, byteEnd: 0 };

/** A warning that was found outside the rule engine. */
export function warning(name: string, code: string, message: string): Diagnostic {
  const { frame, ...found } = problem(name, code, message);
  return { ...found, severity: "warning", frame: frame.replace("error", "warning") };
}

/** An error that was found before the text reached the rule engine. */
export function problem(name: string, code: string, message: string): Diagnostic {
  return {
    code,
    severity: "error",
    message,
    span: NOWHERE,
    related: [],
    frame: `error[${code}]: ${message}\n --> ${name}`,
  };
}
