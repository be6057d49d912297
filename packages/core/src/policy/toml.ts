// A policy given as TOML text.

import { parse, TomlError } from "smol-toml";
import { utf8Length } from "../util/text.js";
import { aclText } from "./acl-text.js";
import { problem } from "./diagnostic.js";
import { PolicyError } from "./policy-error.js";

/** ACL text of a TOML policy; a `PolicyError` shows a mistake in its syntax, or names a value that no policy holds. */
export function tomlText(name: string, source: string): string {
  return aclText(name, parseToml(name, source));
}

/** A table; a `PolicyError` shows a mistake in the syntax. */
export function parseToml(name: string, source: string): object {
  try {
    return parse(source);
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

/** Source lines as they may be printed: no key in them, and nothing that speaks to a terminal or turns the text around. */
function safe(lines: string): string {
  return lines
    .replace(/(key\s*["']?\s*=)(.+)/gi, (_, name: string, value: string) => name + "*".repeat(value.length))
    .replace(/\t/g, " ")
    .replace(/(?!\n)[\p{C}\u2028\u2029]/gu, "\ufffd");
}

/** Place of a line and column, both from 1, in UTF-16 units. */
function offset(source: string, line: number, column: number): number {
  let start = 0;
  for (let i = 1; i < line; i++) start = source.indexOf("\n", start) + 1;
  return Math.min(start + column - 1, source.length);
}
