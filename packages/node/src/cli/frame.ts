// Colors the code frames of diagnostics.

import type { Diagnostic } from "@a3s-sentry/core";
import { escapeTerminalLines } from "../util/escape-terminal.js";
import type { Colors } from "./io.js";

/** Colors the severity, locations, carets and help of a frame. */
export function coloredFrame({ frame, severity }: Diagnostic, colors: Colors): string {
  const accent = severity === "error" ? colors.red : colors.yellow;
  const [head = "", ...rest] = escapeTerminalLines(frame).split("\n");
  const colon = head.indexOf(": ");
  const level = accent(colors.bold(head.slice(0, colon)));
  return [level + colors.bold(head.slice(colon)), ...rest.map((line) => coloredLine(line, colors, accent))].join("\n");
}

function coloredLine(line: string, colors: Colors, accent: (text: string) => string): string {
  if (/^\s*(?:-->|:::)/.test(line)) return colors.cyan(line);
  const gutter = /^\s*(?:\d+ )?\s*[|=]/.exec(line)?.[0] ?? "";
  const rest = line.slice(gutter.length);
  return colors.cyan(gutter) + (/^ *[\^]/.test(rest) ? accent(rest) : rest);
}
