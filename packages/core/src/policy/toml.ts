// Conversion of a TOML policy to ACL text. The parser is loaded with the first TOML text: most
// processes have none. It cannot be interrupted, so other work gets its turn after it.

import { pause } from "../util/slices.js";
import { utf8Length } from "../util/text.js";
import { aclText } from "./acl-text.js";
import { type Diagnostic, problem } from "./diagnostic.js";
import { PolicyError } from "./policy-error.js";
import { TomlText } from "./toml-diagnostics.js";

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
  const acl = aclText(name, table, (found, path) => toml.place(found, path));
  await pause();
  return { text: acl.text, relocate: (found) => toml.relocate(acl, found) };
}

/** The table of a TOML text. Rejects with a `PolicyError` that shows the syntax error. */
export async function parseToml(name: string, source: string): Promise<object> {
  const { parse, TomlError } = await import("smol-toml");
  try {
    const table = parse(source);
    await pause();
    return table;
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const { line, column, codeblock } = error;
    const start = offset(source, line, column);
    const byteStart = utf8Length(source.slice(0, start));
    const span = { start, end: start, line, column, byteStart, byteEnd: byteStart };
    const [message = ""] = error.message.replace(/^Invalid TOML document: /, "").split("\n");
    throw new PolicyError(name, [problem(name, "toml/syntax", message, { span, excerpt: safe(codeblock.trimEnd()) })]);
  }
}

/**
 * Source lines that are safe to print: without keys, and without characters that control a terminal
 * or reverse text.
 */
function safe(lines: string): string {
  return lines
    .replace(/(key\s*["']?\s*=)(.+)/gi, (_, name: string, value: string) => name + "*".repeat(value.length))
    .replace(/\t/g, " ")
    .replace(/(?!\n)[\p{C}\u2028\u2029]/gu, "\ufffd");
}

/** The offset of a line and column, both from 1, in UTF-16 units. */
function offset(source: string, line: number, column: number): number {
  let start = 0;
  for (let i = 1; i < line; i++) start = source.indexOf("\n", start) + 1;
  return Math.min(start + column - 1, source.length);
}
