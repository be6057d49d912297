// `deny add`: adds targets to a deny-file, with notes on them.

import { userInfo } from "node:os";
import { DenyFile } from "../../enforcer/deny-file.js";
import { escapeTerminal } from "../../util/escape-terminal.js";
import { CliError, type ExitCode, type Io } from "../io.js";
import { writeOut } from "../write.js";
import {
  ACTION_KINDS,
  changed,
  denyFilesOf,
  type PolicyDenyFile,
  type PolicyDenyFiles,
  targetsIn,
} from "./deny-files.js";
import { syncPath } from "./durable-file.js";
import { type Note, readNotes, writeNotes } from "./notes.js";
import type { AddFlags } from "./options.js";
import { recoverySteps, runSteps } from "./removal.js";
import { refusedTarget, targetProblem } from "./target-problem.js";

/** The longest reason, in characters. */
const MAX_REASON = 500;
const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const MAX_DAYS = 3650;

export async function add(targets: readonly string[], flags: AddFlags, io: Io): Promise<ExitCode> {
  const now = new Date();
  const lasts = flags.for === undefined ? undefined : durationMs(flags.for);
  const reason = flags.reason === undefined ? undefined : reasonOf(flags.reason);
  const all = await denyFilesOf(flags, io);
  const file = fileFor(targets, all, flags);
  for (const target of targets) rejectTarget(target, file, all, io);
  const note = {
    ...(reason !== undefined && { reason }),
    by: userName(io.env),
    added: now.toISOString(),
    ...(lasts !== undefined && { expires: new Date(now.getTime() + lasts).toISOString() }),
  };
  const { label, path } = file;
  const lines = changed(file, () => {
    runSteps(recoverySteps(path));
    return addAll(targets, note, file, all.maxLines);
  });
  await writeOut(io.stdout, lines.map((line) => `${line} in ${escapeTerminal(label)}\n`).join(""));
  return 0;
}

/** Returns a line of output for each target. Notes come first: a line without its end would not end. */
function addAll(
  targets: readonly string[],
  note: Omit<Note, "target">,
  file: PolicyDenyFile,
  maxLines: number,
): string[] {
  const { path } = file;
  const before = readNotes(path);
  const wanted = new Set(targets);
  const present = new Set<string>();
  for (const target of targetsIn(file)) if (wanted.has(target)) present.add(target);
  const notes = new Map(before.notes);
  const lines: string[] = [];
  for (const target of wanted) {
    const old = present.has(target) ? (notes.get(target) ?? "no note") : undefined;
    const next = noteOver(old, { target, ...note });
    if (next !== undefined) notes.set(target, next);
    const end = next === undefined ? undefined : next.expires;
    const how = old === undefined ? "denied" : "already denied";
    lines.push(`${how}: ${escapeTerminal(target)}${end === undefined ? "" : ` until ${end}`}`);
  }
  writeNotes(path, { notes, removing: [] });
  try {
    const denyFile = new DenyFile(path);
    for (const target of wanted) denyFile.add(target, maxLines);
    syncPath(path);
  } catch (error) {
    writeNotes(path, before);
    throw error;
  }
  return lines;
}

/**
 * The note after a target is added again: never one that ends sooner. `undefined` leaves the target
 * without a note, since it was denied without an end by somebody else.
 */
function noteOver(old: Note | "no note" | undefined, next: Note): Note | undefined {
  if (old === undefined || next.expires === undefined) return next;
  // From now on it is a person's, and stays when the fleet denies it no longer.
  if (old !== "no note" && old.origin !== undefined) {
    return { ...next, expires: [old.expires ?? next.expires, next.expires].sort().at(-1) ?? next.expires };
  }
  if (old === "no note") return undefined;
  if (old.expires === undefined || old.expires >= next.expires) return old;
  return next;
}

/** The deny-file for targets. A path may be a file or a program, so it takes a kind. */
function fileFor(targets: readonly string[], { files }: PolicyDenyFiles, { kind }: AddFlags): PolicyDenyFile {
  const paths = targets.filter((target) => target.startsWith("/"));
  if (kind === undefined && paths.length > 0 && paths.length < targets.length) {
    throw new CliError("give paths and hosts in two commands: they go into two deny-files");
  }
  const fits = files.filter((file) => kind !== undefined || (file.kind === "egress") === (paths.length === 0));
  const [file] = fits;
  if (file !== undefined && new Set(fits.map(({ path }) => path)).size === 1) return file;
  if (file !== undefined) throw new CliError("is it a file or a program? add `--kind file` or `--kind exec`");
  throw new CliError(
    paths.length === 0
      ? "the policy has no deny-file for hosts: set `egress` in its section `deny`, or give `--egress-deny FILE`"
      : "the policy has no deny-file for paths: set `file` or `exec` in its section `deny`",
  );
}

function rejectTarget(target: string, { kind }: PolicyDenyFile, { targets }: PolicyDenyFiles, io: Io): void {
  reject(targetProblem(target, kind));
  const action = { kind: ACTION_KINDS[kind], target };
  const checked = targets.check(action, undefined);
  if ("refused" in checked) throw new CliError(refusedTarget(target, kind, checked.refused));
  const byItself = targets.check(action, "observed");
  if ("refused" in byItself && byItself.refused === "not-by-itself") {
    io.stderr.write(
      `warning: \`${escapeTerminal(target)}\` is in everyday use, and denied to everyone on the machine from now on\n`,
    );
  }
}

function reject(problem: string | undefined): void {
  if (problem !== undefined) throw new CliError(problem);
}

function durationMs(text: string): number {
  const [, digits, unit = ""] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const length = Number(digits) * (UNIT_MS[unit] ?? 0);
  if (length > 0 && length <= MAX_DAYS * 86_400_000) return length;
  throw new CliError(
    `\`--for\` must be a time of at most ${MAX_DAYS} days, such as \`90s\`, \`10m\`, \`2h\` or \`30d\`, not \`${text}\``,
  );
}

function reasonOf(text: string): string {
  if (text.length <= MAX_REASON) return text;
  throw new CliError(`\`--reason\` must have at most ${MAX_REASON} characters`);
}

/** The user that runs the command, also behind `sudo`. */
function userName({ SUDO_USER: sudoUser }: Io["env"]): string {
  return sudoUser || nameOfUser();
}

function nameOfUser(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may have a user without a name.
    return String(process.geteuid?.() ?? "");
  }
}
