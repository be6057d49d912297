// The problems of a policy as the page shows them.

import type { Diagnostic } from "@a3s-sentry/core";

export type Problem = Diagnostic;

/** Errors first, each in the order of the text. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  const rank = ({ severity }: Problem): number => (severity === "error" ? 0 : 1);
  return problems.toSorted((a, b) => rank(a) - rank(b) || a.span.start - b.span.start);
}

export function count(problems: readonly Problem[], severity: Problem["severity"]): number {
  return problems.filter((problem) => problem.severity === severity).length;
}
