// What a replay found, as text that a person reads in a minute.

import { escapeTerminal } from "../../util/escape-terminal.js";
import { formatCount, formatNumber } from "../../util/format.js";
import type { Colors } from "../io.js";
import type { Format } from "./recorded.js";
import type { Outcome, Place, ReplayReport, RuleReport, SessionReport } from "./report.js";

const MAX_RULES = 12;
const MAX_SAMPLES = 3;
const MAX_SESSIONS = 8;
const MAX_SECRETS = 8;
const MAX_UNREADABLE = 3;
/** The most columns of a sample: longer lines are hard to scan. */
const MAX_COLUMNS = 120;

const FORMATS: Readonly<Record<Format, string>> = {
  "claude-code": "Claude Code",
  codex: "Codex",
  audit: "audit log",
  events: "events",
};

export interface TextOptions {
  readonly colors: Colors;
  /** The width of the terminal. */
  readonly columns: number | undefined;
  /** The page that has everything. */
  readonly html: string | undefined;
}

export function textReport(report: ReplayReport, { colors, columns = MAX_COLUMNS, html }: TextOptions): string {
  const width = Math.min(columns, MAX_COLUMNS);
  const { totals } = report;
  const sections = [
    [...head(report), totalsLine(report, colors)],
    rules(report, "stopped", colors.red, colors, width),
    rules(report, "asked", colors.yellow, colors, width),
    secrets(report, colors),
    totals.stopped + totals.asked + totals.masked === 0 ? [] : sessions(report, colors),
    notes(report, html),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function head({ files, lines, sessionCount, totals, policy }: ReplayReport): string[] {
  const { calls, prompts, results, events } = totals;
  const judged = [
    calls > 0 && formatCount(calls, "tool call"),
    events > 0 && formatCount(events, "event"),
    prompts > 0 && formatCount(prompts, "prompt"),
    results > 0 && formatCount(results, "result"),
  ].filter((part) => part !== false);
  const by = policy === null ? "the built-in rules" : `${shown(policy)} and the built-in rules`;
  return [
    `${formatCount(sessionCount, "session")} in ${formatCount(files, "file")}, ${formatCount(lines, "line")}`,
    `judged by ${by}: ${judged.join(", ") || "nothing"}`,
  ];
}

function totalsLine({ totals: { stopped, asked, masked } }: ReplayReport, colors: Colors): string {
  const part = (count: number, what: string, paint: (text: string) => string): string =>
    count === 0 ? `0 ${what}` : paint(colors.bold(`${formatNumber(count)} ${what}`));
  return `would have been: ${[
    part(stopped, "stopped", colors.red),
    part(asked, "asked", colors.yellow),
    part(masked, masked === 1 ? "secret masked" : "secrets masked", colors.cyan),
  ].join(", ")}`;
}

function rules(
  { rules: all }: ReplayReport,
  outcome: Outcome,
  paint: (text: string) => string,
  colors: Colors,
  width: number,
): string[] {
  const own = all.filter((rule) => rule.outcome === outcome);
  if (own.length === 0) return [];
  const title = outcome === "stopped" ? "stopped" : "asked: a model, a program or a person would decide";
  const listed = own
    .slice(0, MAX_RULES)
    .flatMap((rule) => [
      `  ${paint(rule.severity.padEnd(8))} ${formatNumber(rule.count).padStart(6)}  ${shown(rule.reason)}`,
      ...samples(rule, colors, width),
    ]);
  return [colors.bold(title), ...listed, ...more(own.length - MAX_RULES, "rule")];
}

function samples({ samples: all, count }: RuleReport, colors: Colors, width: number): string[] {
  const listed = all.slice(0, MAX_SAMPLES);
  const lines = listed.flatMap(({ what, subject, ...place }) => [
    `      ${cut(`${shown(what)}  ${shown(subject)}`, width - 6)}`,
    `          ${colors.dim(placeText(place))}`,
  ]);
  return [...lines, ...(count > listed.length ? [`      … ${formatNumber(count - listed.length)} more`] : [])];
}

function secrets({ secrets: all }: ReplayReport, colors: Colors): string[] {
  if (all.length === 0) return [];
  const listed = all.slice(0, MAX_SECRETS).map(({ kind, prompts, calls, results, first }) => {
    const where = [
      prompts > 0 && `${formatNumber(prompts)} in prompts`,
      calls > 0 && `${formatNumber(calls)} in tool calls`,
      results > 0 && `${formatNumber(results)} in results`,
    ].filter((part) => part !== false);
    return `  ${shown(kind).padEnd(22)} ${where.join(", ")}  ${colors.dim(placeText(first))}`;
  });
  return [colors.bold("masked"), ...listed, ...more(all.length - MAX_SECRETS, "kind")];
}

function sessions({ sessions: all, sessionCount }: ReplayReport, colors: Colors): string[] {
  const worst = all.filter(({ stopped, asked, masked }) => stopped + asked + masked > 0);
  const listed = worst.slice(0, MAX_SESSIONS).map((session) => sessionLine(session, colors));
  const title = `sessions, the worst first (${formatNumber(worst.length)} of ${formatNumber(sessionCount)} with finds)`;
  return [colors.bold(title), ...listed, ...more(worst.length - MAX_SESSIONS, "session")];
}

function sessionLine({ file, format, session, worst, ...counts }: SessionReport, colors: Colors): string {
  const { stopped, asked, masked } = counts;
  const numbers = `${formatNumber(stopped)} stopped, ${formatNumber(asked)} asked, ${formatNumber(masked)} masked`;
  const many = format === "claude-code" || format === "codex" ? "" : `  ${shown(session ?? "no session")}`;
  const at = worst === null ? shown(file) : placeText(worst);
  return `  ${numbers.padEnd(36)} ${FORMATS[format].padEnd(12)}${many}  ${colors.dim(at)}`;
}

function notes({ skipped: { unknown, tooLong }, unreadable, totals, files }: ReplayReport, html?: string): string[] {
  const from = (place: Place | null): string => (place === null ? "" : `, the first at ${placeText(place)}`);
  const { calls, prompts, results, events } = totals;
  return [
    ...(unknown.count > 0
      ? [`not judged: ${formatCount(unknown.count, "line")} of no known format${from(unknown.first)}`]
      : []),
    ...(tooLong.count > 0
      ? [`not judged: ${formatCount(tooLong.count, "line")} over 32 MiB${from(tooLong.first)}`]
      : []),
    ...unreadable.slice(0, MAX_UNREADABLE).map(({ file, why }) => `not read: ${shown(file)}: ${shown(why)}`),
    ...more(unreadable.length - MAX_UNREADABLE, "file"),
    ...(calls + prompts + results + events === 0 ? [nothing(files)] : []),
    ...(html === undefined ? [] : [`the whole report: ${shown(html)}`]),
  ];
}

function nothing(files: number): string {
  return files === 0
    ? "no transcripts found: folders are searched for `*.jsonl` and `*.ndjson`"
    : "nothing to judge: expected session files of Claude Code or Codex, audit lines, or events, one JSON object a line";
}

function more(count: number, noun: string): string[] {
  return count > 0 ? [`  … ${formatCount(count, `more ${noun}`)}`] : [];
}

function placeText({ file, line }: Place): string {
  return `${shown(file)}:${line}`;
}

function shown(text: string): string {
  return escapeTerminal(text);
}

function cut(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, Math.max(0, width - 1))}…` : text;
}
