// A change of a host's settings: shown before it is made, and made at once with a backup.

import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { readBounded } from "../../../util/bounded-file.js";
import { errnoOf } from "../../../util/errno.js";
import { escapeTerminal } from "../../../util/escape-terminal.js";
import { replaceFile } from "../../../util/replace-file.js";
import { CliError, type Colors, errorText } from "../../io.js";

/** The largest file of settings, in bytes. */
const MAX_SETTINGS_BYTES = 4 * 1024 * 1024;
const CONTEXT_LINES = 2;
const PRIVATE = 0o600;

/** `undefined` is a file that does not exist. */
export interface Change {
  readonly file: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** The text of a file; `undefined` if there is none. Throws a `CliError` if it cannot be read. */
export function readSettings(file: string): string | undefined {
  try {
    return readBounded(file, MAX_SETTINGS_BYTES).toString("utf8");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw new CliError(`cannot read \`${file}\`: ${errorText(error)}`, { cause: error });
  }
}

/** Writes the file in one step, so that a host never reads half of it. Returns the path of the backup. */
export function apply({ file, before, after }: Change): string | undefined {
  try {
    const backup = before === undefined || after === undefined ? undefined : backUp(file);
    if (after === undefined) rmSync(file, { force: true });
    else if (before === undefined) create(file, after);
    else replaceFile(file, after);
    return backup;
  } catch (error) {
    throw new CliError(`cannot write \`${file}\`: ${errorText(error)}`, { cause: error });
  }
}

function create(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, "", { flag: "wx", mode: PRIVATE });
  replaceFile(file, text);
}

/** Beside the file. Its ending is not one that hosts load. */
function backUp(file: string): string {
  const backup = `${file}.${new Date().toISOString().replaceAll(":", "-")}.bak`;
  copyFileSync(file, backup);
  chmodSync(backup, PRIVATE);
  return backup;
}

/** The lines that change, with some around them. */
export function shown({ file, before = "", after = "" }: Change, colors: Colors): string {
  const [old, next] = [before.split("\n"), after.split("\n")];
  let start = 0;
  while (start < Math.min(old.length, next.length) && old[start] === next[start]) start++;
  let end = 0;
  while (end < Math.min(old.length, next.length) - start && old.at(-1 - end) === next.at(-1 - end)) end++;
  const lines = [
    ...old.slice(Math.max(0, start - CONTEXT_LINES), start).map((line) => `  ${escapeTerminal(line)}`),
    ...old.slice(start, old.length - end).map((line) => colors.red(`- ${escapeTerminal(line)}`)),
    ...next.slice(start, next.length - end).map((line) => colors.green(`+ ${escapeTerminal(line)}`)),
    ...old.slice(old.length - end, old.length - end + CONTEXT_LINES).map((line) => `  ${escapeTerminal(line)}`),
  ];
  return `${colors.bold(escapeTerminal(file))}\n${lines.join("\n")}\n`;
}
