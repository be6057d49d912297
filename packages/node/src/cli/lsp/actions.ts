// Code actions: the certain fixes of problems.

import { type Outline, type QuickFix, quickFixes } from "@a3s-sentry/core/tools";
import { type CodeAction, CodeActionKind, type Range } from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { Checker, Found } from "./checker.js";
import type { Documents } from "./documents.js";

/** Rules and lists that can be removed without a change of what the policy decides. */
const REMOVABLE: Readonly<Record<string, string>> = {
  "lint/unused-list": "Remove the list",
  "lint/expired-rule": "Remove the rule",
};

export function actions(
  documents: Documents,
  checker: Checker,
  { uri, range }: { readonly uri: string; readonly range: Range },
): CodeAction[] {
  const found = documents.outlineOf(uri);
  if (found === undefined) return [];
  const { document, outline } = found;
  return checker
    .foundIn(document)
    .filter(({ shown }) => touches(shown.range, range))
    .flatMap((one) => fixesOf(one, outline).map((fix) => action(uri, document, one, fix)));
}

function fixesOf({ problem }: Found, outline: Outline): QuickFix[] {
  const name = REMOVABLE[problem.code];
  if (name === undefined) return quickFixes(outline.text, problem);
  const removed = blockAt(outline, problem.span.start);
  return removed === undefined ? [] : [{ name, insert: "", ...removed }];
}

/** The block at an offset, with its lines if nothing else is on them. An object in a list is left to people. */
function blockAt({ text, sections }: Outline, at: number): Pick<QuickFix, "from" | "to"> | undefined {
  const block = sections.find(({ parent, from, to }) => parent?.path.length === 0 && from <= at && at < to);
  if (block === undefined || block.labels.length === 0) return undefined;
  const { from, to } = block;
  const before = /(?:^|\n)[^\S\n]*$/.exec(text.slice(0, from));
  const after = /^[^\S\n]*(?:\n|$)/.exec(text.slice(to));
  if (before === null || after === null) return { from, to };
  const start = before.index + (before[0].startsWith("\n") ? 1 : 0);
  return { from: start, to: to + after[0].length };
}

function action(
  uri: string,
  document: TextDocument,
  { shown }: Found,
  { name, from, to, insert }: QuickFix,
): CodeAction {
  const range = { start: document.positionAt(from), end: document.positionAt(to) };
  return {
    title: name,
    kind: CodeActionKind.QuickFix,
    diagnostics: [shown],
    isPreferred: true,
    edit: { changes: { [uri]: [{ range, newText: insert }] } },
  };
}

function touches(a: Range, b: Range): boolean {
  return !isBefore(a.end, b.start) && !isBefore(b.end, a.start);
}

function isBefore(a: Range["start"], b: Range["start"]): boolean {
  return a.line < b.line || (a.line === b.line && a.character < b.character);
}
