// The changes between two policies as text, as Markdown for a pull request, and as JSON.

import { escapeTerminal, escapeTerminalJson } from "../../util/escape-terminal.js";
import { formatCount, formatNumber } from "../../util/format.js";
import type { Colors } from "../io.js";
import type { Changes, Direction, Group, Said } from "./changes.js";

export interface DiffReport {
  readonly old: PolicyOfDiff;
  readonly new: PolicyOfDiff;
  readonly changes: Pick<Changes, "groups" | "events" | "changed">;
}

interface PolicyOfDiff {
  readonly file: string;
  readonly failClosed: boolean;
}

/** Whether the new policy is weaker with an event, or allows escalations that the old one blocks. */
export function isWeaker({ old, new: next, changes }: DiffReport): boolean {
  return (old.failClosed && !next.failClosed) || changes.groups.some(({ direction }) => direction === "weaker");
}

export function textReport(report: DiffReport, colors: Colors): string {
  const paint = { weaker: colors.red, stricter: colors.green, other: colors.yellow };
  const groups = report.changes.groups.map((group) => {
    const { direction, count, before, after, samples } = group;
    const head = `${paint[direction](direction.padEnd(8))} ${formatNumber(count).padStart(9)}  `;
    const events = samples.map(({ line, event }) => `    line ${line}: ${escapeTerminal(event)}`);
    return [`${head}${escapeTerminal(saidText(before))} → ${escapeTerminal(saidText(after))}`, ...events].join("\n");
  });
  return `${[...groups, ...settings(report), summary(report)].join("\n")}\n`;
}

export function markdownReport(report: DiffReport): string {
  const { groups } = report.changes;
  const rows = groups.map(
    ({ direction, count, before, after }) =>
      `| ${direction} | ${formatNumber(count)} | ${cell(saidText(before))} | ${cell(saidText(after))} |`,
  );
  const samples = groups.flatMap((group) => group.samples.map(({ event }) => `${group.direction}: ${event}`));
  const table = rows.length === 0 ? [] : ["| direction | events | before | after |", "|---|---:|---|---|", ...rows, ""];
  const details = samples.length === 0 ? [] : fenced("Samples", samples);
  return [`**${summary(report)}**`, "", ...settings(report), ...table, ...details].join("\n").trimEnd().concat("\n");
}

export function jsonReport(report: DiffReport): string {
  const { old, new: next, changes } = report;
  const groups = changes.groups.map(({ samples, ...group }: Group) => ({
    ...group,
    samples: samples.map(({ line, event }) => ({ line, ...(JSON.parse(`{${event}}`) as object) })),
  }));
  const { events, changed } = changes;
  const counts = {
    weaker: countOf(report, "weaker"),
    stricter: countOf(report, "stricter"),
    other: countOf(report, "other"),
  };
  return `${escapeTerminalJson(JSON.stringify({ old, new: next, events, changed, ...counts, groups }, null, 2))}\n`;
}

function countOf({ changes }: DiffReport, direction: Direction): number {
  return changes.groups.filter((group) => group.direction === direction).reduce((sum, { count }) => sum + count, 0);
}

function summary(report: DiffReport): string {
  const { events, changed } = report.changes;
  if (changed === 0) return `${formatCount(events, "event")}: none decided differently`;
  const counts = (["weaker", "stricter", "other"] as const).flatMap((direction) => {
    const count = countOf(report, direction);
    return count === 0 ? [] : [`${formatNumber(count)} ${direction}`];
  });
  return `${formatCount(events, "event")}: ${formatNumber(changed)} decided differently (${counts.join(", ")})`;
}

/** What no event shows, since no tier is asked. */
function settings({ old, new: next }: DiffReport): string[] {
  if (old.failClosed === next.failClosed) return [];
  const effect = next.failClosed ? "blocked" : "allowed";
  return [`fail_closed: ${old.failClosed} → ${next.failClosed}: escalations that no tier resolves are ${effect}`];
}

function saidText({ verdict, severity, rule }: Said): string {
  return `${verdict} (${severity}) by ${rule === undefined ? "no rule" : rule}`;
}

function cell(text: string): string {
  return escapeTerminal(text).replace(/[\\|`*_[\]<>]/g, "\\$&");
}

/** A fence that no line of the text can end. */
function fenced(title: string, lines: readonly string[]): string[] {
  const text = lines.map(escapeTerminal).join("\n");
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return [`<details><summary>${title}</summary>`, "", fence, text, fence, "", "</details>", ""];
}
