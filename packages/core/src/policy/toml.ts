// Conversion of a TOML policy to ACL text. The parser is loaded with the first TOML text: most
// processes have none. It cannot be interrupted, so it gets pieces of the text, and other work has its
// turn in between.

import type { TomlError } from "smol-toml";
import { inSlices, pause } from "../util/slices.js";
import { utf8Length } from "../util/text.js";
import { aclText } from "./acl-text.js";
import { type Diagnostic, problem } from "./diagnostic.js";
import { PolicyError } from "./policy-error.js";
import { TomlText } from "./toml-diagnostics.js";
import { printable, renderFrame } from "./toml-frame.js";
import { addPiece, type TomlPiece, tomlPieces } from "./toml-pieces.js";

/**
 * The ACL text of a TOML policy, and a function that moves diagnostics about it to the places in
 * the TOML text. Rejects with a `PolicyError` for a syntax error, or for a value that no policy may
 * hold.
 */
export async function tomlAsAcl(
  name: string,
  source: string,
): Promise<{ text: string; relocate: (found: readonly Diagnostic[]) => readonly Diagnostic[] }> {
  const table = await parseToml(name, source);
  const toml = new TomlText(name, source);
  const acl = await inSlices(aclText(name, table, (found, path) => toml.place(found, path)));
  return { text: acl.text, relocate: (found) => toml.relocate(acl, found) };
}

/** The size of the pieces of a TOML text: each takes some milliseconds to parse. */
const PIECE_CHARS = 16 * 1024;

/** The table of a TOML text. Rejects with a `PolicyError` that shows the syntax error. */
export async function parseToml(name: string, source: string): Promise<object> {
  const { parse, TomlError } = await import("smol-toml");
  const pieces = tomlPieces(source, PIECE_CHARS);
  const parsed = ({ text, lines }: TomlPiece): Record<string, unknown> => {
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof TomlError)) throw error;
      throw syntaxError(name, source, error, lines);
    }
  };
  let all: Record<string, unknown> | undefined;
  let first: object = {};
  for (const piece of pieces) {
    const table = parsed(piece);
    await pause();
    if (all === undefined) {
      all = table;
      first = { ...table };
    } else if (!addPiece(all, table, first)) {
      // Tables whose parts are far from each other.
      return parsed({ text: source, lines: 0 });
    }
  }
  return all ?? {};
}

function syntaxError(name: string, source: string, error: TomlError, lines: number): PolicyError {
  const { column } = error;
  const line = lines + error.line;
  const start = offset(source, line, column);
  const byteStart = utf8Length(source.slice(0, start));
  const span = { start, end: start, line, column, byteStart, byteEnd: byteStart };
  const [message = ""] = error.message.replace(/^Invalid TOML document: /, "").split("\n");
  const found = { ...problem(name, "toml/syntax", message), span };
  return new PolicyError(name, [{ ...found, frame: renderFrame(name, safe(source), found, true) }]);
}

/** The name of a key, then its value: a string of several lines, or the rest of the line. */
const WRITTEN_KEY = /(key\s*["']?\s*=)(\s*(?:"""[\s\S]*?(?:"""|$)|'''[\s\S]*?(?:'''|$)|.+))/gi;

/** Text that is safe to print, each character in its place. Keys are found by their names alone. */
function safe(text: string): string {
  return printable(text.replace(WRITTEN_KEY, (_, name: string, value: string) => name + value.replace(/[^\n]/g, "*")));
}

/** The offset of a line and column, both from 1, in UTF-16 units. */
function offset(source: string, line: number, column: number): number {
  let start = 0;
  for (let i = 1; i < line; i++) start = source.indexOf("\n", start) + 1;
  return Math.min(start + column - 1, source.length);
}
