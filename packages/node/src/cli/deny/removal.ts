// Removes lines from a deny-file, beside processes that append to it, and whatever ends this one.
//
// The steps are a generator, so that a test can stop behind each of them, as a crash does, and append
// between them, as a daemon does.

import { Buffer } from "node:buffer";
import { type BigIntStats, closeSync, fstatSync, linkSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { DenyFile, OPEN_FLAGS, statDenyFile } from "../../enforcer/deny-file.js";
import { systemError } from "../../enforcer/enforce-error.js";
import { isWhole, readLines } from "../../enforcer/lines.js";
import { isSameFile, replacedFiles, replacedPath, statIfThere } from "../../enforcer/replaced-file.js";
import { nextPath, putNext, syncPath, writeNext } from "./durable-file.js";
import { type Notes, notesPath, readNotes, writeNotes } from "./notes.js";

/** The bytes that are written at a time. */
const PART_BYTES = 64 * 1024;

/** Runs all steps. */
export function runSteps<T>(steps: Iterator<void, T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/**
 * Removes `targets` and their notes. Returns the targets that were in the file. The caller has the
 * lock. Throws the system's error; then the file has all of its lines, or none of `targets`.
 *
 * The file is replaced, so that a guard sees the old or the new one. What another process appends to
 * the old file meanwhile gets into the new one: by that process, by the last steps here, or, if this
 * process dies before them, by the next one that opens the file.
 */
export function* removalSteps(path: string, targets: ReadonlySet<string>): Generator<void, ReadonlySet<string>> {
  yield* recoverySteps(path);
  const fd = openSync(path, OPEN_FLAGS);
  try {
    const stats = statDenyFile(fd, path);
    endLastLine(fd);
    const { found, end } = find(fd, targets);
    const { notes } = readNotes(path);
    const left: Notes = { notes: without(notes, targets), removing: [] };
    if (found.size > 0) {
      yield;
      writeNotesIfAny(path, { notes, removing: [...targets].filter((target) => notes.has(target)) });
      yield;
      writeNext(path, linesWithout(fd, end, targets), stats);
      yield;
      giveSecondName(path, replacedPath(path, end));
      yield;
      rejectReplaced(path, fd);
      putNext(path);
      yield;
      new DenyFile(path).addLateLines();
    }
    yield;
    if (left.notes.size < notes.size || found.size > 0) writeNotesIfAny(path, left);
    yield;
    dropOldFiles(path, stats);
    return found;
  } catch (error) {
    recoverQuietly(path);
    throw error;
  } finally {
    closeSync(fd);
  }
}

/** Ends a removal that a crash has interrupted. The caller has the lock. */
export function* recoverySteps(path: string): Generator<void, void> {
  const stats = statIfThere(path);
  if (stats === undefined) return;
  const olds = replacedFiles(path, stats);
  const hasReplaced = olds.some((old) => !isSameFile(old.stats, stats));
  if (hasReplaced) new DenyFile(path).addLateLines();
  yield;
  const { notes, removing } = readNotes(path);
  if (removing.length > 0) {
    writeNotes(path, { notes: hasReplaced ? without(notes, new Set(removing)) : notes, removing: [] });
  }
  yield;
  dropOldFiles(path, stats);
}

/** What it cannot do now, the next command does. */
function recoverQuietly(path: string): void {
  try {
    runSteps(recoverySteps(path));
  } catch {
    // The caller reports the fault that was first.
  }
}

function dropOldFiles(path: string, like: BigIntStats): void {
  const olds = replacedFiles(path, like);
  for (const old of olds) rmSync(old.path, { force: true });
  rmSync(nextPath(path), { force: true });
  if (olds.length > 0) syncPath(dirname(path));
}

/** Otherwise what a process appends next would be part of the last line. */
function endLastLine(fd: number): void {
  const { size } = fstatSync(fd, { bigint: true });
  const last = Buffer.from("\n");
  readSync(fd, last, 0, 1, Math.max(0, Number(size) - 1));
  if (!isWhole(last)) writeSync(fd, "\n");
}

/** The targets that the file has, and where the last whole line ends. */
function find(fd: number, targets: ReadonlySet<string>): { found: ReadonlySet<string>; end: number } {
  const found = new Set<string>();
  let end = 0;
  for (const line of readLines(fd)) {
    if (!isWhole(line)) break;
    end += line.length;
    const target = targetOf(line);
    if (targets.has(target)) found.add(target);
  }
  return { found, end };
}

/** The lines up to `end` that are none of `targets`, byte by byte, in parts. */
function* linesWithout(fd: number, end: number, targets: ReadonlySet<string>): Generator<Buffer> {
  let parts: Buffer[] = [];
  let [at, length] = [0, 0];
  for (const line of readLines(fd)) {
    if (at >= end) break;
    at += line.length;
    if (targets.has(targetOf(line))) continue;
    parts.push(line);
    length += line.length;
    if (length < PART_BYTES) continue;
    yield Buffer.concat(parts);
    [parts, length] = [[], 0];
  }
  yield Buffer.concat(parts);
}

/** The target of a line. A guard may ignore blanks around it, so they do not count. */
export function targetOf(line: Buffer): string {
  let [start, end] = [0, line.length];
  while (start < end && isBlank(line[start])) start += 1;
  while (end > start && isBlank(line[end - 1])) end -= 1;
  return line.toString("utf8", start, end);
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === 0x0a;
}

function giveSecondName(path: string, name: string): void {
  try {
    linkSync(path, name);
  } catch (cause) {
    throw new Error(`it cannot get a second name, \`${name}\`: does its file system have hard links?`, { cause });
  }
}

/** Somebody else may have put another file in its place, which must not be lost. */
function rejectReplaced(path: string, fd: number): void {
  const inPlace = statIfThere(path);
  if (inPlace !== undefined && isSameFile(inPlace, fstatSync(fd, { bigint: true }))) return;
  throw systemError("EBUSY", "another process replaced it");
}

function writeNotesIfAny(path: string, notes: Notes): void {
  if (notes.notes.size > 0 || statIfThere(notesPath(path)) !== undefined) writeNotes(path, notes);
}

function without(notes: Notes["notes"], targets: ReadonlySet<string>): Notes["notes"] {
  return new Map([...notes].filter(([target]) => !targets.has(target)));
}
