// `deny list`: prints what is denied, with the notes on it.

import { escapeTerminal, escapeTerminalJson } from "../../util/escape-terminal.js";
import { type Colors, colorsFor, type ExitCode, type Io } from "../io.js";
import { writeOut } from "../write.js";
import { denyFilesOf, type PolicyDenyFile, targetsIn } from "./deny-files.js";
import { isExpired, type Note, readNotes } from "./notes.js";
import type { ListFlags } from "./options.js";

/** The characters that are written at a time. */
const PART = 64 * 1024;

export async function list(flags: ListFlags, io: Io): Promise<ExitCode> {
  const { files } = await denyFilesOf(flags, io);
  const colors = colorsFor(io.stdout, io.env);
  const now = new Date();
  let text = flags.json ? "[" : "";
  let count = 0;
  for (const file of files) {
    const { notes } = readNotes(file.path);
    for (const target of targetsIn(file)) {
      const entry: Denied = { target, file, note: notes.get(target) };
      text += flags.json ? `${count === 0 ? "\n" : ",\n"}${jsonOf(entry, now)}` : lineOf(entry, now, colors);
      count += 1;
      if (text.length < PART) continue;
      if ((await writeOut(io.stdout, text)) === "closed") return 0;
      text = "";
    }
  }
  if (flags.json) text += count === 0 ? "]\n" : "\n]\n";
  else if (count === 0) text = `nothing is denied by ${files.map(({ label }) => escapeTerminal(label)).join(", ")}\n`;
  await writeOut(io.stdout, text);
  return 0;
}

/** A target in a deny-file, and the note on it. */
export interface Denied {
  readonly target: string;
  readonly file: PolicyDenyFile;
  readonly note: Note | undefined;
}

/** One line of JSON. */
export function jsonOf(denied: Denied, now: Date): string {
  return escapeTerminalJson(JSON.stringify(objectOf(denied, now)));
}

export function objectOf({ target, file: { kind, label }, note }: Denied, now: Date): object {
  const { reason, origin, by, added, expires } = note ?? {};
  return {
    kind,
    target,
    file: label,
    reason,
    origin,
    by,
    added,
    expires,
    expired: note && isExpired(note, now) ? true : undefined,
  };
}

/** What a note says, for people. */
export function noteText(note: Note, now: Date): string {
  const end =
    note.expires === undefined ? "" : isExpired(note, now) ? `, expired ${note.expires}` : `, until ${note.expires}`;
  const reason = note.reason === undefined ? "" : `: ${escapeTerminal(note.reason)}`;
  return `by ${escapeTerminal(note.by)} ${note.added}${end}${reason}`;
}

function lineOf({ target, file, note }: Denied, now: Date, colors: Colors): string {
  const kind = colors.dim(file.kind.padEnd("egress".length));
  return `${kind}  ${escapeTerminal(target)}${note === undefined ? "" : `  ${colors.dim(noteText(note, now))}`}\n`;
}
