// Inserts into and removes from JSON with comments. Everything else stays as it is, to the byte.

import { type Child, type Container, childrenOf, rangeOf } from "./json-tree.js";

const BLANKS_AND_COMMENTS = /(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y;

/** The text with a new last element of a list, or a new last member of an object if there is a key. */
export function inserted(text: string, container: Container, value: unknown, key?: string): string {
  const [start, containerEnd] = rangeOf(container);
  const indent = indentAt(text, start);
  const unit = /^(?:\t| +)/m.exec(text)?.[0] ?? "  ";
  const json = JSON.stringify(value, null, unit).replaceAll("\n", `\n${indent}${unit}`);
  const member = key === undefined ? json : `${JSON.stringify(key)}: ${json}`;
  const close = containerEnd - 1;
  // Behind what comes last, comments included.
  const at = text.slice(0, close).trimEnd().length;
  const space = text.slice(at, close);
  const end = space.includes("\n") ? space : `\n${indent}`;
  const last = childrenOf(container).at(-1);
  const lastEnd = last === undefined ? at : rangeOf(last)[1];
  const comma = last === undefined || commaAfter(text, lastEnd) !== undefined ? "" : ",";
  const between = text.slice(lastEnd, at);
  return `${text.slice(0, lastEnd)}${comma}${between}\n${indent}${unit}${member}${end}${text.slice(close)}`;
}

/** The text without a child of a container, and without the comma that it brought. */
export function removed(text: string, container: Container, child: Child): string {
  const siblings = childrenOf(container);
  const before = siblings[siblings.indexOf(child) - 1];
  const [begin, end] = rangeOf(child);
  const comma = commaAfter(text, end);
  const rest = comma === undefined ? text.slice(end) : text.slice(end, comma) + text.slice(comma + 1);
  // Behind a comment, the rest must begin with a line break.
  const start = /^[ \t]*\r?\n/.test(rest) ? text.slice(0, begin).trimEnd().length : begin;
  const previous = comma === undefined && before !== undefined ? commaAfter(text, rangeOf(before)[1]) : undefined;
  if (previous === undefined) return text.slice(0, start) + rest;
  return text.slice(0, previous) + text.slice(previous + 1, start) + rest;
}

/** The place of the comma that comes next, if it does; comments are skipped. */
function commaAfter(text: string, offset: number): number | undefined {
  BLANKS_AND_COMMENTS.lastIndex = offset;
  const at = offset + (BLANKS_AND_COMMENTS.exec(text)?.[0].length ?? 0);
  return text[at] === "," ? at : undefined;
}

/** The blanks at the beginning of a line. */
function indentAt(text: string, offset: number): string {
  const start = text.lastIndexOf("\n", offset) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? "";
}
