// The symbols of a document: its rules, lists, tests and sections.

import { type Section, wordOf } from "@a3s-sentry/core/tools";
import { type DocumentSymbol, SymbolKind } from "vscode-languageserver/node";
import type { Documents } from "./documents.js";

const KINDS: Readonly<Record<string, SymbolKind>> = {
  rule: SymbolKind.Function,
  list: SymbolKind.Array,
  test: SymbolKind.Event,
  pattern: SymbolKind.String,
};

export function symbols(documents: Documents, uri: string): DocumentSymbol[] {
  const found = documents.outlineOf(uri);
  if (found === undefined) return [];
  const { document, outline } = found;
  const { text, tokens, roles } = outline;
  /** The values of `name = …`, by section: those of objects in `rules` and the like. */
  const names = new Map<Section, string>();
  for (const [index, token] of tokens.entries()) {
    const role = roles[index];
    if (role?.is !== "value" || role.key === undefined || wordOf(text, role.key) !== "name") continue;
    names.set(role.section, wordOf(text, token));
  }
  const all: DocumentSymbol[] = [];
  const shown = new Map<Section, DocumentSymbol>();
  for (const section of outline.sections) {
    const { key, parent, labels, from, to } = section;
    if (key === undefined || parent === undefined) continue;
    const block = wordOf(text, key);
    const [label] = labels;
    const name = (label === undefined ? names.get(section) : wordOf(text, label)) || block;
    const place = label ?? key;
    const range = { start: document.positionAt(from), end: document.positionAt(to) };
    const selectionRange = { start: document.positionAt(place.from), end: document.positionAt(place.to) };
    const kind = KINDS[block.replace(/s$/, "")] ?? SymbolKind.Namespace;
    const symbol = { name, detail: name === block ? "" : block, kind, range, selectionRange, children: [] };
    shown.set(section, symbol);
    (shown.get(parent)?.children ?? all).push(symbol);
  }
  return all;
}
