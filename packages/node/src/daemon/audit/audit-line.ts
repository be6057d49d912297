// The lines of the output: a decision, or a line that is not judged, as JSON. Field names are an
// interface.

import type { Decision, Risk, SkippedLine } from "@a3s-sentry/core";
import type { NotEnforced } from "../../enforcer/target-check.js";
import { escapeTerminalJson } from "../../util/escape-terminal.js";

/** Whether the target of a block is in a deny-file, or why not. */
export interface DenyResult {
  readonly enforced?: string;
  readonly notEnforced?: NotEnforced;
  readonly enforceError?: string;
}

/** A decision as JSON in two parts. If it has an action, the target as JSON goes between them. */
export interface DecisionText {
  readonly before: string;
  readonly after: string;
}

/**
 * Why the fail mode decided despite a slow tier: its queue was full, or the run ended before it
 * answered.
 */
export type Degraded = "overload" | "shutdown";

/** The text of a decision, for any target of its action. */
export function decisionText(decision: Decision, degraded?: Degraded): DecisionText {
  const { verdict, tier, severity, reason, action, risk, explain, rule, evidence, resolution } = decision;
  const before = JSON.stringify({ verdict, tier, severity, reason }).slice(0, -1);
  const after = JSON.stringify({
    risk: risk && auditRisk(risk),
    explain,
    rule,
    evidence: evidence === "partial" ? evidence : undefined,
    resolution,
  }).slice(1);
  const mark = degraded === undefined ? "" : `,"degraded":"${degraded}"`;
  const rest = (after === "}" ? after : `,${after}`) + mark;
  if (action === undefined) return { before: escapeTerminalJson(before), after: escapeTerminalJson(rest) };
  return {
    before: escapeTerminalJson(`${before},"action":{"${action.kind}":`),
    after: escapeTerminalJson(`}${rest}`),
  };
}

/**
 * An audit line without its end: `head` is that of a `StreamItem`, `target` is empty if there is no
 * action.
 */
export function lineStart(head: string, { before, after }: DecisionText, target: string): string {
  return `{${head === "" ? "" : `${head},`}"decision":${before}${target}${after}`;
}

/** The label of a line by its number in the input. */
export function numbered(line: number): string {
  return `"line":${line}`;
}

/** The labels of a line, with one more. */
export function labelled(tail: string, label: string): string {
  return tail === "" ? label : `${tail},${label}`;
}

/** The words for lines that are not judged: those of the metric `sentry_lines_skipped_total`. */
export const SKIPPED_WORDS: Readonly<Record<SkippedLine["skipped"], string>> = {
  malformed: "malformed",
  unmodelled: "nothing-to-judge",
};

/** The line for a line of the input that is not judged. */
export function skippedLine({ skipped, why }: SkippedLine, tail: string): string {
  const members = JSON.stringify({ skipped: SKIPPED_WORDS[skipped], why: why === "" ? undefined : why });
  return escapeTerminalJson(members.slice(0, -1)) + lineEnd(tail);
}

/** The members that go between the start and the end of a line; empty for an empty result. */
export function denyResultText({ enforced, notEnforced, enforceError }: DenyResult): string {
  const members = JSON.stringify({ enforced, not_enforced: notEnforced, enforce_error: enforceError });
  return members === "{}" ? "" : escapeTerminalJson(`,${members.slice(1, -1)}`);
}

/** The end of an audit line: `tail` labels its event. */
export function lineEnd(tail: string): string {
  return `${tail === "" ? "" : `,${tail}`}}\n`;
}

function auditRisk({ category, name, riskType }: Readonly<Risk>): object {
  return { category, name, risk_type: riskType };
}
