// `deny why`: says who denied a target, from the notes and from audit lines.

import { closeSync, openSync } from "node:fs";
import { type DenyReason, reasonFor } from "../../enforcer/deny-reasons.js";
import { readLines } from "../../enforcer/lines.js";
import { isObject, type JsonObject } from "../../guard/hosts/json-object.js";
import { escapeTerminal, escapeTerminalJson } from "../../util/escape-terminal.js";
import { formatCount, formatNumber } from "../../util/format.js";
import { CliError, type ExitCode, errorText, type Io } from "../io.js";
import { writeOut } from "../write.js";
import { ACTION_KINDS, denyFilesOf, type PolicyDenyFile, targetsIn } from "./deny-files.js";
import { type Denied, noteText, objectOf } from "./list.js";
import { readNotes } from "./notes.js";
import type { WhyFlags } from "./options.js";
import { lineProblem } from "./target-problem.js";

/** The blocks of a target in audit lines. */
interface Blocks {
  readonly count: number;
  /** The first one. */
  readonly first?: AuditedBlock;
}

interface AuditedBlock {
  /** The file and the line. */
  readonly place: string;
  /** The audit line. */
  readonly line: JsonObject;
}

export async function why(target: string, flags: WhyFlags, io: Io): Promise<ExitCode> {
  const problem = lineProblem(target);
  if (problem !== undefined) throw new CliError(problem);
  const { files } = await denyFilesOf(flags, io);
  const now = new Date();
  const denied = files.flatMap((file): Denied[] =>
    isIn(file, target) ? [{ target, file, note: readNotes(file.path).notes.get(target) }] : [],
  );
  const kinds = files.map(({ kind }) => ACTION_KINDS[kind]);
  const blocks = blocksIn(flags.audit ?? [], target, kinds);
  const text = flags.json ? jsonText(denied, blocks, now) : plainText(target, files, denied, blocks, flags, now);
  await writeOut(io.stdout, text);
  return denied.length > 0 ? 0 : 1;
}

function isIn(file: PolicyDenyFile, target: string): boolean {
  for (const other of targetsIn(file)) if (other === target) return true;
  return false;
}

function jsonText(denied: readonly Denied[], { count, first }: Blocks, now: Date): string {
  const value = {
    denied: denied.map((entry) => ({ ...objectOf(entry, now), sentry: reasonOf(entry) })),
    blocks: count,
    first: first && { place: first.place, ...first.line },
  };
  return `${escapeTerminalJson(JSON.stringify(value, null, 2))}\n`;
}

function plainText(
  target: string,
  files: readonly PolicyDenyFile[],
  denied: readonly Denied[],
  { count, first }: Blocks,
  { audit }: WhyFlags,
  now: Date,
): string {
  const shown = escapeTerminal(target);
  const names = (all: readonly PolicyDenyFile[]): string => all.map(({ label }) => escapeTerminal(label)).join(", ");
  const lines =
    denied.length === 0
      ? [`${shown} is not denied: it is not in ${names(files)}`]
      : denied.map(({ file, note }) => {
          const by = note === undefined ? bySentry(reasonOf({ target, file, note })) : noteText(note, now);
          return `${shown} is denied by ${escapeTerminal(file.label)} (${file.kind})\n  added ${by}`;
        });
  if (first !== undefined) lines.push(...blockText(count, first));
  else if (audit !== undefined) lines.push("  no audit line in these files blocks it");
  else if (denied.some(({ note }) => note === undefined)) {
    lines.push("  for the rule and the event, give the audit lines of `run`: `--audit FILE`");
  }
  return `${lines.join("\n")}\n`;
}

/** Why sentry added a line that has no note, if it did. */
function reasonOf({ target, file, note }: Denied): Omit<DenyReason, "target"> | undefined {
  if (note !== undefined) return undefined;
  const { target: _, ...reason } = reasonFor(file.path, target) ?? { target, at: "" };
  return reason.at === "" ? undefined : reason;
}

/** Who added a line without a note. */
function bySentry(reason: Omit<DenyReason, "target"> | undefined): string {
  if (reason === undefined) return "by sentry or an editor: there is no note";
  const { at, tier, rule, reason: text = "" } = reason;
  return escapeTerminal(`last by sentry ${at}: ${rule === undefined ? `tier ${tier}` : `rule \`${rule}\``}: ${text}`);
}

function blockText(count: number, { place, line }: AuditedBlock): string[] {
  const { decision, agent, session, event, subject, enforced, not_enforced: notEnforced, enforce_error: fault } = line;
  const { rule, tier, reason } = isObject(decision) ? decision : {};
  const who = Object.entries({ agent, session }).filter(([, name]) => typeof name === "string");
  const whoText = who.map(([key, name]) => `, ${key} ${name}`).join("");
  const result =
    enforced === undefined
      ? `not written: ${notEnforced ?? fault ?? "no deny-file or a dry run"}`
      : `written to ${enforced}`;
  return [
    `  blocked ${count === 1 ? "once" : formatCount(count, "time")}, first in ${place}${whoText}`,
    `    ${typeof rule === "string" ? `rule \`${rule}\`` : `tier ${tier}`}: ${reason}`,
    `    ${event}: ${subject}`,
    `    ${result}`,
  ].map(escapeTerminal);
}

/** The blocks of a target, in files of audit lines, in the order given. */
function blocksIn(files: readonly string[], target: string, kinds: readonly string[]): Blocks {
  // A line that does not contain it as JSON is not parsed. Audit lines escape a few characters more.
  const needle = Buffer.from(escapeTerminalJson(JSON.stringify(target)));
  let count = 0;
  let first: AuditedBlock | undefined;
  for (const file of files) {
    let number = 0;
    for (const bytes of linesOf(file)) {
      number += 1;
      if (!bytes.includes(needle)) continue;
      const line = blockOf(bytes.toString("utf8"), target, kinds);
      if (line === undefined) continue;
      count += 1;
      first ??= { place: `${file}:${formatNumber(number)}`, line };
    }
  }
  return first === undefined ? { count } : { count, first };
}

function blockOf(text: string, target: string, kinds: readonly string[]): AuditedBlock["line"] | undefined {
  const line = parsed(text);
  if (!isObject(line)) return undefined;
  const { decision } = line;
  if (!isObject(decision)) return undefined;
  const { verdict, action } = decision;
  return verdict === "block" && isObject(action) && kinds.some((kind) => action[kind] === target) ? line : undefined;
}

/** Lines of other programs may be between them. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function* linesOf(path: string): Generator<Buffer> {
  try {
    const fd = openSync(path, "r");
    try {
      yield* readLines(fd);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw new CliError(`cannot read the audit lines \`${path}\`: ${errorText(error)}`, { cause: error });
  }
}
