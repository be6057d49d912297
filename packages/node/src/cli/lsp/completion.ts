// Completion: what the language offers at a place, with the names of the policy.

import { docsOfWord, type KnownNames, PROGRAMS, placeAt, type Suggestion, suggestionsAt } from "@a3s-sentry/core/tools";
import {
  type CompletionItem,
  CompletionItemKind,
  InsertTextFormat,
  type MarkupKind,
  type Position,
} from "vscode-languageserver/node";
import { builtinRules, ruleText } from "./builtin-rules.js";
import type { Documents } from "./documents.js";
import { markup } from "./markup.js";
import { namesAround } from "./names-around.js";
import type { PolicyFiles } from "./policy-files.js";

/** What the client can show and insert. */
export interface CompletionForm {
  readonly kind: MarkupKind;
  readonly snippets: "supported" | "unsupported";
}

const KINDS: Readonly<Record<Suggestion["kind"], CompletionItemKind>> = {
  block: CompletionItemKind.Class,
  key: CompletionItemKind.Property,
  word: CompletionItemKind.EnumMember,
  name: CompletionItemKind.Reference,
  function: CompletionItemKind.Function,
};

export async function complete(
  documents: Documents,
  files: PolicyFiles,
  at: { readonly uri: string; readonly position: Position },
  form: CompletionForm,
): Promise<CompletionItem[]> {
  const found = documents.outlineOf(at.uri);
  if (found === undefined) return [];
  const { document, outline } = found;
  const { version } = document;
  const offset = document.offsetAt(at.position);
  const isValue = placeAt(outline, offset)?.is === "value";
  const names = isValue ? await namesOf(at.uri, files) : { rules: [], builtins: [], lists: [], programs: [] };
  // While files were read, the text may have changed.
  const suggestions = document.version === version ? suggestionsAt(outline, offset, names) : undefined;
  if (suggestions === undefined) return [];
  const range = { start: document.positionAt(suggestions.from), end: document.positionAt(suggestions.to) };
  const builtin = isValue ? await builtinRules() : new Map();
  return suggestions.items.map((item, index) => {
    const rule = item.kind === "key" ? undefined : builtin.get(item.label);
    const docs = rule === undefined ? item.docs || (docsOfWord(item.label) ?? "") : ruleText(rule);
    const isSnippet = form.snippets === "supported" && item.insert.includes("${");
    return {
      label: item.label,
      kind: KINDS[item.kind],
      // In the order of the schema.
      sortText: String(index).padStart(5, "0"),
      filterText: item.insert.startsWith('"') && !isSnippet ? item.insert : item.label,
      ...(docs !== "" && { documentation: markup([docs], form.kind) }),
      insertTextFormat: isSnippet ? InsertTextFormat.Snippet : InsertTextFormat.PlainText,
      textEdit: { range, newText: isSnippet ? snippet(item.insert) : item.insert.replaceAll(/\$\{([^}]*)\}/g, "$1") },
    };
  });
}

/** The template as a snippet: its places have numbers, and the last is where the cursor ends. */
function snippet(template: string): string {
  let place = 0;
  return template.replaceAll(/\$\{([^}]*)\}/g, (_, text: string) => {
    place += 1;
    return text === "" ? `$${place}` : `\${${place}:${text}}`;
  });
}

async function namesOf(uri: string, files: PolicyFiles): Promise<KnownNames> {
  const defined = await namesAround(uri, files);
  const of = (what: string): string[] => [
    ...new Set(defined.filter((one) => one.what === what).map(({ name }) => name)),
  ];
  const builtins = [...(await builtinRules()).keys()];
  return {
    rules: [...of("rule"), ...builtins],
    builtins,
    lists: of("list"),
    programs: PROGRAMS,
  };
}
