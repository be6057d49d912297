// The code frame of a diagnostic about TOML text, in the form of the rule engine's frames.

import type { Diagnostic, SourceSpan } from "./diagnostic.js";

/** The most columns of a line that a frame shows, and how many of them before the place. */
const MAX_COLUMNS = 160;
const LEAD_COLUMNS = 60;

/**
 * Whether the value at `path` may be a key: by its name, or as an unknown setting of `llm`, which
 * may be a misspelt key.
 */
export function isSecretPath(path: string): boolean {
  return /key"?$/i.test(path) || (/^llm(?:\[\d+\])?\./.test(path) && !/\.(?:url|model|timeout_s)$/.test(path));
}

/**
 * Text without characters that control a terminal or reverse text, and without keys in comments.
 * Each UTF-16 unit stays in its place.
 */
export function printable(text: string): string {
  return text
    .replace(/(#.*key\s*["']?\s*[=:])(.+)/gi, (_, name: string, value: string) => name + "*".repeat(value.length))
    .replace(/\t/g, " ")
    .replace(/(?!\n)[\p{C}\u2028\u2029]/gu, (character) => "\ufffd".repeat(character.length));
}

/**
 * The frame of `found`, whose spans are of `text`. `text` must be safe to print. Without a place it
 * has no lines of the text.
 */
export function renderFrame(name: string, text: string, found: Diagnostic, hasPlace: boolean): string {
  const { code, severity, message, help, span } = found;
  const head = `${severity}[${code}]: ${message}`;
  if (!hasPlace) return [head, ` --> ${name}`, ...(help === undefined ? [] : [`  = help: ${help}`])].join("\n");
  const marks = [
    { span, mark: "^", label: "" },
    ...found.related.map((other) => ({ span: other.span, mark: "-", label: other.message })),
  ].sort((a, b) => a.span.start - b.span.start);
  const digits = Math.max(...marks.map((mark) => String(mark.span.line).length));
  const gutter = " ".repeat(digits);
  const rows = [head, `${gutter}--> ${name}:${span.line}:${span.column}`, `${gutter} |`];
  let last = 0;
  for (const { span: at, mark, label } of marks) {
    if (last !== 0 && at.line > last + 1) rows.push("...");
    const { line, before, length } = excerpt(text, at);
    if (at.line !== last || line.startsWith("…")) rows.push(`${String(at.line).padStart(digits)} | ${line}`);
    rows.push(`${gutter} | ${" ".repeat(before)}${mark.repeat(length)} ${label}`.trimEnd());
    last = at.line;
  }
  if (help !== undefined) rows.push(`${gutter} = help: ${help}`);
  return rows.join("\n");
}

/** The line of a place, cut around the place if it is long, and where the marks below it belong. */
function excerpt(text: string, { start, end }: SourceSpan): { line: string; before: number; length: number } {
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const newline = text.indexOf("\n", start);
  const line = text.slice(lineStart, newline < 0 ? text.length : newline).replace(/[\r\ufffd]$/, "");
  const column = start - lineStart;
  const cut = line.length > MAX_COLUMNS ? Math.max(0, column - LEAD_COLUMNS) : 0;
  const shown = (cut > 0 ? "…" : "") + line.slice(cut, cut + MAX_COLUMNS);
  const before = column - cut + (cut > 0 ? 1 : 0);
  const length = Math.max(1, Math.min(end - start, shown.length - before));
  return { line: shown + (cut + MAX_COLUMNS < line.length ? "…" : ""), before, length };
}
