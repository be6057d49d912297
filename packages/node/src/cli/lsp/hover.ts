// Hover: the documentation of keys and words, and the text of rules and lists.

import {
  docsOfWord,
  keyOf,
  namedBy,
  type Outline,
  type Role,
  type Token,
  tokenAt,
  wordOf,
} from "@a3s-sentry/core/tools";
import type { Hover, MarkupKind, Position } from "vscode-languageserver/node";
import { builtinRules, ruleText } from "./builtin-rules.js";
import { commandLines } from "./command-text.js";
import type { Documents } from "./documents.js";
import { markup, type Paragraph } from "./markup.js";
import { type NameIn, namesAround } from "./names-around.js";
import type { PolicyFiles } from "./policy-files.js";

/** The most of a rule or a list that is shown, in UTF-16 units. */
const MAX_SHOWN = 2000;

export async function hover(
  documents: Documents,
  files: PolicyFiles,
  { uri, position }: { readonly uri: string; readonly position: Position },
  kind: MarkupKind,
): Promise<Hover | null> {
  const found = documents.outlineOf(uri);
  if (found === undefined) return null;
  const { document, outline } = found;
  const at = tokenAt(outline, document.offsetAt(position));
  if (at === undefined) return null;
  const { token, role } = at;
  const range = { start: document.positionAt(token.from), end: document.positionAt(token.to) };
  const named = namedBy(outline, token, role);
  const isUse = named !== undefined && role.is === "value" && (named.what !== "test" || role.call !== undefined);
  const paragraphs = isUse ? await namedDocs(uri, files, named) : await wordDocs(outline, token, role);
  return paragraphs.length === 0 ? null : { contents: markup(paragraphs, kind), range };
}

async function wordDocs({ text }: Outline, token: Token, role: Role): Promise<Paragraph[]> {
  const word = wordOf(text, token);
  if (role.is === "key") {
    const docs = keyOf(role.section.path, word)?.docs;
    return docs === undefined ? [] : [{ code: word }, docs];
  }
  if (role.is !== "value" || role.key === undefined) return [];
  const key = wordOf(text, role.key);
  // Of a list of words, one word says nothing.
  if (
    role.section.path.join(".") === "test" &&
    key === "command" &&
    !text.slice(role.key.to, token.from).includes("[")
  ) {
    const lines = await commandLines(word);
    return lines === "" ? [] : [{ code: lines }];
  }
  const value = keyOf(role.section.path, key)?.value;
  const isBuiltin = value?.is === "text" && value.names === "builtin-rule";
  const rule = isBuiltin ? (await builtinRules()).get(word) : undefined;
  const known = value?.is === "words" ? docsOfWord(word) : undefined;
  const docs = rule === undefined ? known : ruleText(rule);
  return docs === undefined ? [] : [{ code: word }, docs];
}

async function namedDocs(
  uri: string,
  files: PolicyFiles,
  { what, name }: { readonly what: string; readonly name: string },
): Promise<Paragraph[]> {
  const given = (await namesAround(uri, files)).find((one) => one.what === what && one.name === name);
  if (given !== undefined) return [{ code: textOf(given) }];
  const rule = what === "rule" ? (await builtinRules()).get(name) : undefined;
  return rule === undefined ? [] : [{ code: name }, ruleText(rule)];
}

/** The text of the block or the object that a name is of. */
function textOf({ file: { outline }, token }: NameIn): string {
  const around = outline.sections.filter(({ from, to }) => from <= token.from && token.to <= to).at(-1);
  const { text } = outline;
  const shown = around === undefined ? "" : text.slice(around.from, around.to);
  return shown.length > MAX_SHOWN ? `${shown.slice(0, MAX_SHOWN)}…` : shown;
}
