// What an editor offers at a place of an ACL text: keys of the scope, and values of a key.

import type { KeyValue } from "./key.js";
import type { Outline, Section } from "./outline.js";
import { placeAt } from "./place.js";
import { keyOf, scopeOf } from "./schema.js";
import { wordOf } from "./tokens.js";
import { docsOfWord } from "./words.js";

/** One thing to insert. */
export interface Suggestion {
  readonly label: string;
  readonly kind: "block" | "key" | "word" | "name" | "function";
  /** The text to insert. `${x}` is a place to fill in, with `x` in it. */
  readonly insert: string;
  /** Plain text; may be empty. */
  readonly docs: string;
}

/** The suggestions for the text between `from` and `to`. */
export interface Suggestions {
  readonly from: number;
  readonly to: number;
  readonly items: readonly Suggestion[];
}

/** Names that a place may refer to. */
export interface KnownNames {
  readonly rules: readonly string[];
  /** The built-in rules, also those of packs. */
  readonly builtins: readonly string[];
  readonly lists: readonly string[];
  readonly programs: readonly string[];
}

const FUNCTIONS: readonly Suggestion[] = [
  { label: "env", kind: "function", insert: `env("\${NAME}")`, docs: "The value of an environment variable." },
  { label: "concat", kind: "function", insert: `concat(\${})`, docs: "Texts or lists, joined." },
];
const LIST: Suggestion = { label: "list", kind: "function", insert: `list("\${name}")`, docs: "A list with a name." };
const FILE: Suggestion = { label: "file", kind: "function", insert: `file("\${PATH}")`, docs: "The key in a file." };

/** What can be completed at an offset; `undefined` if nothing can. */
export function suggestionsAt(outline: Outline, at: number, names: KnownNames): Suggestions | undefined {
  const place = placeAt(outline, at);
  if (place === undefined) return undefined;
  const { section, from, to } = place;
  if (place.is === "key") return { from, to, items: keysOf(outline, section, from) };
  if (place.call === "list") return { from, to, items: place.quoted ? namesOf(names.lists) : [] };
  if (place.call !== undefined && place.call !== "concat") return undefined;
  const value = keyOf(section.path, place.key)?.value;
  if (value === undefined) return undefined;
  if (place.quoted) return { from, to, items: valuesOf(value, names) };
  const quoted = valuesOf(value, names).map((item) => ({ ...item, insert: `"${item.insert}"` }));
  return { from, to, items: [...quoted, ...unquoted(value, place.key)] };
}

function keysOf({ text }: Outline, { path, keys }: Section, from: number): Suggestion[] {
  const set = new Set(keys.filter((key) => key.from !== from).map((key) => wordOf(text, key)));
  return Object.entries(scopeOf(path) ?? {})
    .filter(([key, { value }]) => !set.has(key) || (value.is === "scope" && !value.list))
    .map(([key, { value, docs }]) => {
      const kind = value.is === "scope" ? "block" : "key";
      return { label: key, kind, insert: templateOf(key, value), docs };
    });
}

const LISTED = { rule: "rules", "builtin-rule": "builtins", program: "programs" } as const;

/** Values that are texts, without their quotes. */
function valuesOf(value: KeyValue, names: KnownNames): Suggestion[] {
  if (value.is === "words") {
    return value.words.map((word) => ({ label: word, kind: "word", insert: word, docs: docsOfWord(word) ?? "" }));
  }
  if (value.is !== "text" || value.names === undefined) return [];
  return namesOf(names[LISTED[value.names]]);
}

function namesOf(names: readonly string[]): Suggestion[] {
  return names.map((name) => ({ label: name, kind: "name", insert: name, docs: "" }));
}

function unquoted(value: KeyValue, key: string): Suggestion[] {
  switch (value.is) {
    case "boolean":
      return ["true", "false"].map((word) => ({ label: word, kind: "word", insert: word, docs: "" }));
    case "text":
      return [...FUNCTIONS, ...(value.list ? [LIST] : []), ...(key === "key" ? [FILE] : [])];
    case "words":
      return value.list ? [LIST] : [];
    default:
      return [];
  }
}

/** What is inserted for blocks that have more than a name. */
const TEMPLATES: Readonly<Record<string, string>> = {
  rule: `rule "\${name}" {
  on       = "\${ToolExec}"
  match    = \`\${pattern}\`
  verdict  = "\${block}"
  severity = "\${high}"
  reason   = "\${reason}"
}`,
  list: `list "\${name}" { values = ["\${}"] }`,
  include: `include { files = ["\${}"] }`,
  test: `test "\${name}" { command = "\${}", expect = "\${block}" }`,
};

/** What is inserted for a key: a snippet with `${placeholders}`. */
export function templateOf(key: string, value: KeyValue): string {
  switch (value.is) {
    case "scope": {
      const template = value.list ? undefined : TEMPLATES[key];
      if (template !== undefined) return template;
      if (value.list) return `${key} = [\n  { \${} },\n]`;
      return value.label === undefined ? `${key} {\n  \${}\n}` : `${key} "\${${value.label}}" {\n  \${}\n}`;
    }
    case "pattern":
      return `${key} = \`\${}\``;
    case "boolean":
      return `${key} = \${true}`;
    case "number":
      return `${key} = \${}`;
    case "words":
    case "text":
      return value.list ? `${key} = ["\${}"]` : `${key} = "\${}"`;
  }
}
