// Classifies many events in one call of the rule engine.

import { Buffer } from "node:buffer";
import { type Decision, MAX_LINE_BYTES } from "@a3s-sentry/core";
import type { Sentry } from "../../sentry.js";

const NEWLINE = Buffer.from("\n");

/**
 * Returns what `sentry.classify` returns for each event, except for targets. Events without a line
 * break share one call of the rule engine.
 */
export function classifyAll(sentry: Sentry, events: readonly (string | Uint8Array)[]): (Decision | null)[] {
  const lines = events.map((event) => {
    const line = typeof event === "string" ? Buffer.from(event) : event;
    return line.length > MAX_LINE_BYTES || line.includes(10) ? undefined : line;
  });
  const text = Buffer.concat(lines.flatMap((line) => (line === undefined ? [] : [line, NEWLINE])));
  const decisions = sentry.classifyLines(text);
  let next = 0;
  return events.map((event, i) => (lines[i] === undefined ? sentry.classify(event) : (decisions[next++] ?? null)));
}
