// The notes on the targets of a deny-file, in a file beside it: why, by whom, since and until when.
//
// Guards read the deny-file alone. A note without its line means nothing, and a line without a note is
// denied until somebody removes it.

import { lstatSync } from "node:fs";
import { messageOf } from "@a3s-sentry/core/host";
import { statIfThere } from "../../enforcer/replaced-file.js";
import { isObject } from "../../guard/hosts/json-object.js";
import { readBounded } from "../../util/bounded-file.js";
import { errnoOf } from "../../util/errno.js";
import { CliError } from "../io.js";
import { putNext, writeNext } from "./durable-file.js";

const MAX_BYTES = 16 * 1024 * 1024;
const VERSION = 1;

export interface Note {
  readonly target: string;
  readonly reason?: string;
  /** Whose line it is, if `deny sync` manages it. */
  readonly origin?: "fleet";
  /** The user that added the target. */
  readonly by: string;
  /** When it was added, in ISO 8601. */
  readonly added: string;
  /** When it ends; absent if it does not end by itself. */
  readonly expires?: string;
}

export interface Notes {
  /** By target. */
  readonly notes: ReadonlyMap<string, Note>;
  /** The targets that a rewrite which has not ended removes. */
  readonly removing: readonly string[];
}

/** The file with the notes on a deny-file. */
export function notesPath(path: string): string {
  return `${path}.notes.json`;
}

/** Reads the notes on a deny-file. Throws a `CliError` for a file that is not one of notes. */
export function readNotes(path: string): Notes {
  const file = notesPath(path);
  try {
    if (!lstatSync(file).isFile()) throw new Error("it is not a regular file");
    return notesOf(JSON.parse(readBounded(file, MAX_BYTES).toString("utf8")));
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return { notes: new Map(), removing: [] };
    const why = error instanceof SyntaxError ? "it is not JSON" : messageOf(error);
    throw new CliError(
      `cannot read the notes \`${file}\`: ${why}\nwhat is denied does not depend on it: move it away to begin with none`,
      { cause: error },
    );
  }
}

/** Replaces the notes on a deny-file at once, with its owner and mode. Throws a `CliError`. */
export function writeNotes(path: string, { notes, removing }: Notes): void {
  const file = notesPath(path);
  const text = `${JSON.stringify({ version: VERSION, notes: [...notes.values()], removing }, null, 1)}\n`;
  const bytes = Buffer.from(text);
  if (bytes.length > MAX_BYTES) throw new CliError(`\`${file}\` would have more than ${MAX_BYTES} bytes`);
  try {
    writeNext(file, [bytes], statIfThere(path));
    putNext(file);
  } catch (error) {
    throw new CliError(`cannot write the notes \`${file}\`: ${messageOf(error)}`, { cause: error });
  }
}

export function isExpired({ expires }: Note, now: Date): boolean {
  return expires !== undefined && Date.parse(expires) <= now.getTime();
}

function notesOf(value: unknown): Notes {
  const { version, notes, removing } = isObject(value) ? value : {};
  if (version !== VERSION) throw new Error(`it is not a file of notes of version ${VERSION}`);
  if (!Array.isArray(notes) || !Array.isArray(removing)) throw new Error("it has no list of notes");
  const read = notes.map(noteOf);
  return {
    notes: new Map(read.map((note) => [note.target, note])),
    removing: removing.filter((target) => typeof target === "string"),
  };
}

function noteOf(value: unknown): Note {
  const { target, reason, origin, by, added, expires } = isObject(value) ? value : {};
  if (typeof target !== "string" || typeof by !== "string" || !isTime(added)) throw new Error("a note lacks a field");
  if (expires !== undefined && !isTime(expires)) throw new Error("a note has an invalid time");
  if (reason !== undefined && typeof reason !== "string") throw new Error("a note has an invalid reason");
  if (origin !== undefined && origin !== "fleet") throw new Error("a note has an unknown origin");
  return {
    target,
    ...(reason !== undefined && { reason }),
    ...(origin !== undefined && { origin }),
    by,
    added,
    ...(expires !== undefined && { expires }),
  };
}

function isTime(value: unknown): value is string {
  return typeof value === "string" && Number.isFinite(Date.parse(value));
}
