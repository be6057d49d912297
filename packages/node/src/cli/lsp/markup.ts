// Text with code in it, for clients that show Markdown and for those that do not.

import { type MarkupContent, MarkupKind } from "vscode-languageserver/node";

/** Paragraphs: plain text, or code of the language. */
export type Paragraph = string | { readonly code: string };

export function markup(paragraphs: readonly Paragraph[], kind: MarkupKind): MarkupContent {
  const shown = paragraphs.map((part) => {
    if (kind === MarkupKind.PlainText) return typeof part === "string" ? part : part.code;
    return typeof part === "string" ? escaped(part) : fenced(part.code);
  });
  return { kind, value: shown.join("\n\n") };
}

function escaped(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]()#+\-!<>|~&]/g, "\\$&");
}

/** A fence is longer than any run of backticks in the code. */
function fenced(code: string): string {
  const longest = Math.max(2, ...(code.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}acl\n${code}\n${fence}`;
}
