// Formats a document in the one style.

import { PolicyError } from "@a3s-sentry/core";
import { format } from "@a3s-sentry/core/tools";
import type { TextEdit } from "vscode-languageserver/node";
import { type Documents, isToml } from "./documents.js";

/** One edit of what differs; none for a text that is formatted, or has syntax errors. */
export async function formatted(documents: Documents, uri: string): Promise<TextEdit[]> {
  const document = documents.get(uri);
  if (document === undefined || isToml(uri)) return [];
  const { version } = document;
  const before = document.getText();
  try {
    const after = await format(before);
    if (after === before || document.version !== version) return [];
    const limit = Math.min(before.length, after.length);
    let start = 0;
    while (start < limit && before[start] === after[start]) start += 1;
    let same = 0;
    while (same < limit - start && before.at(-1 - same) === after.at(-1 - same)) same += 1;
    // An edit must not begin between the halves of a character, or of a line break.
    if (/[\ud800-\udbff\r]/.test(before[start - 1] ?? "")) start -= 1;
    if (/[\udc00-\udfff\n]/.test(before[before.length - same] ?? "")) same -= 1;
    const range = { start: document.positionAt(start), end: document.positionAt(before.length - same) };
    return [{ range, newText: after.slice(start, after.length - same) }];
  } catch (error) {
    // The diagnostics show the syntax errors.
    if (error instanceof PolicyError) return [];
    throw error;
  }
}
