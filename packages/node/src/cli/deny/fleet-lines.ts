// The lines of a fleet in a deny-file, beside those of sentry and of people, which stay as they are.

import { existsSync } from "node:fs";
import { DenyFile } from "../../enforcer/deny-file.js";
import { FullError } from "../../enforcer/enforce-error.js";
import { changed, type PolicyDenyFile, targetsIn } from "./deny-files.js";
import { syncPath } from "./durable-file.js";
import { type Note, readNotes, writeNotes } from "./notes.js";
import { recoverySteps, removalSteps, runSteps } from "./removal.js";

/** What a fleet denies, with times in ISO 8601. */
export interface FleetLine {
  readonly target: string;
  readonly reason: string;
  readonly added: string;
  readonly expires: string;
}

export interface FleetChange {
  readonly added: number;
  readonly removed: number;
  /** Lines that the file has no place for. */
  readonly full: number;
}

const NO_CHANGE: FleetChange = { added: 0, removed: 0, full: 0 };

/** The notes on the lines that `by` manages, by target. Throws a `CliError`. */
export function fleetNotes({ path }: PolicyDenyFile, by: string): ReadonlyMap<string, Note> {
  return new Map([...readNotes(path).notes].filter(([, note]) => isManaged(note, by)));
}

/** Another tenant of the same node has lines of its own. */
function isManaged(note: Note | undefined, by: string): boolean {
  return note?.origin === "fleet" && note.by === by;
}

/** What a manager of lines wants, by target. */
export interface WantedLines {
  /** Who manages them: the notes name it. */
  readonly by: string;
  readonly lines: ReadonlyMap<string, FleetLine>;
  /** The most lines of the file, of whatever origin. */
  readonly maxLines: number;
}

/**
 * Makes the lines that `by` manages those that it wants. A target that has a line of another origin keeps that line alone.
 * Throws a `CliError`; then the file has its old lines, and perhaps some of the new ones.
 */
export function setFleetLines(file: PolicyDenyFile, wanted: WantedLines): FleetChange {
  if (!differs(file, wanted)) return NO_CHANGE;
  return changed(file, () => {
    runSteps(recoverySteps(file.path));
    const known = [...fleetNotes(file, wanted.by).keys()];
    const gone = new Set(known.filter((target) => !wanted.lines.has(target)));
    const removed = gone.size === 0 ? 0 : remove(file, gone);
    return { ...add(file, wanted), removed };
  });
}

function remove({ path }: PolicyDenyFile, targets: ReadonlySet<string>): number {
  if (existsSync(path)) return runSteps(removalSteps(path, targets)).size;
  // Somebody has deleted the file, and left the notes.
  const notes = new Map([...readNotes(path).notes].filter(([target]) => !targets.has(target)));
  writeNotes(path, { notes, removing: [] });
  return 0;
}

function add(file: PolicyDenyFile, { by, lines, maxLines }: WantedLines): Pick<FleetChange, "added" | "full"> {
  const { path } = file;
  const { notes: before } = readNotes(path);
  const present = presentOf(file, lines);
  const notes = new Map(before);
  const missing: string[] = [];
  for (const [target, line] of lines) {
    if (present.has(target) && !isManaged(before.get(target), by)) continue;
    notes.set(target, { ...line, by, origin: "fleet" });
    if (!present.has(target)) missing.push(target);
  }
  // Notes come first: a line without its note would never be removed.
  writeNotes(path, { notes, removing: [] });
  const denyFile = new DenyFile(path);
  let added = 0;
  try {
    for (const target of missing) {
      denyFile.add(target, maxLines);
      added += 1;
    }
  } catch (error) {
    if (!(error instanceof FullError)) throw error;
    for (const target of missing.slice(added)) notes.delete(target);
    writeNotes(path, { notes, removing: [] });
  }
  if (added > 0) syncPath(path);
  return { added, full: missing.length - added };
}

/** Whether something is to be done, without the lock. */
function differs(file: PolicyDenyFile, { by, lines }: WantedLines): boolean {
  const known = fleetNotes(file, by);
  const present = presentOf(file, lines);
  for (const target of known.keys()) if (!lines.has(target)) return true;
  for (const [target, { reason, expires }] of lines) {
    const note = known.get(target);
    if (!present.has(target)) return true;
    if (note !== undefined && (note.reason !== reason || note.expires !== expires)) return true;
  }
  return false;
}

function presentOf(file: PolicyDenyFile, wanted: ReadonlyMap<string, unknown>): ReadonlySet<string> {
  const present = new Set<string>();
  for (const target of targetsIn(file)) if (wanted.has(target)) present.add(target);
  return present;
}
