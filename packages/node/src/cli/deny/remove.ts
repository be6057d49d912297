// `deny remove` and `deny expire`: remove targets from deny-files.

import { existsSync } from "node:fs";
import { escapeTerminal } from "../../util/escape-terminal.js";
import { CliError, type ExitCode, type Io } from "../io.js";
import { writeOut } from "../write.js";
import { changed, denyFilesOf, type PolicyDenyFile } from "./deny-files.js";
import { isExpired, type Note, readNotes } from "./notes.js";
import type { DenyFlags } from "./options.js";
import { recoverySteps, removalSteps, runSteps } from "./removal.js";
import { lineProblem } from "./target-problem.js";

export async function remove(targets: readonly string[], flags: DenyFlags, io: Io): Promise<ExitCode> {
  for (const target of targets) {
    const problem = lineProblem(target);
    if (problem !== undefined) throw new CliError(problem);
  }
  const { files } = await denyFilesOf(flags, io);
  const missing = new Set(targets);
  let isOfFleet = false;
  for (const file of files) {
    const { notes } = readNotes(file.path);
    isOfFleet ||= targets.some((target) => notes.get(target)?.origin === "fleet");
    const removed = removeFrom(file, new Set(targets));
    for (const target of removed) missing.delete(target);
    await printRemoved(removed, file, io);
  }
  for (const target of missing) {
    const names = files.map(({ label }) => `\`${label}\``).join(", ");
    io.stderr.write(`${escapeTerminal(`\`${target}\` is not denied: it is not in ${names}`)}\n`);
  }
  if (missing.size < new Set(targets).size) {
    io.stderr.write("a block of the same target denies it again: to allow it for good, change the policy\n");
  }
  if (isOfFleet) {
    io.stderr.write(
      "the fleet denies it again: take it back with `a3s-sentry fleet withdraw`, or list it in `never`\n",
    );
  }
  return missing.size > 0 ? 1 : 0;
}

export async function expire(flags: DenyFlags, io: Io): Promise<ExitCode> {
  const { files } = await denyFilesOf(flags, io);
  const now = new Date();
  for (const file of files) {
    const { notes } = readNotes(file.path);
    if (![...notes.values()].some((note) => ends(note, now))) continue;
    await printRemoved(removeFrom(file, "expired", now), file, io);
  }
  return 0;
}

/** Returns the targets that were in the file. */
function removeFrom(
  file: PolicyDenyFile,
  targets: ReadonlySet<string> | "expired",
  now = new Date(),
): ReadonlySet<string> {
  // Otherwise a lock would be left beside a file that there is not.
  if (!existsSync(file.path)) return new Set();
  return changed(file, () => {
    if (targets !== "expired") return runSteps(removalSteps(file.path, targets));
    runSteps(recoverySteps(file.path));
    const ended = [...readNotes(file.path).notes.values()].filter((note) => ends(note, now));
    return runSteps(removalSteps(file.path, new Set(ended.map(({ target }) => target))));
  });
}

/** The lines of a fleet end by the clock of its servers, with `deny sync`. */
function ends(note: Note, now: Date): boolean {
  return note.origin === undefined && isExpired(note, now);
}

async function printRemoved(removed: ReadonlySet<string>, { label }: PolicyDenyFile, io: Io): Promise<void> {
  const lines = [...removed].map((target) => `removed: ${escapeTerminal(target)} from ${escapeTerminal(label)}\n`);
  await writeOut(io.stdout, lines.join(""));
}
