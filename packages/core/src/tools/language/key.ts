// A key of the schema: what it takes, and its documentation.

/** What a key takes. */
export type KeyValue =
  /** One of these words, or with `list` any number of them. */
  | { readonly is: "words"; readonly words: readonly string[]; readonly list?: true }
  | { readonly is: "boolean" }
  | { readonly is: "number" }
  /** Text. `names` says what it is the name of, `list` that it is a list of texts. */
  | { readonly is: "text"; readonly names?: "rule" | "builtin-rule" | "program"; readonly list?: true }
  /** A regular expression. */
  | { readonly is: "pattern" }
  /** Keys of its own: a block, which may have a label, or with `list` a list of objects. */
  | { readonly is: "scope"; readonly label?: string; readonly list?: true };

/** A key of the schema. */
export interface SchemaKey {
  readonly value: KeyValue;
  /** One or two plain sentences. */
  readonly docs: string;
}

/** The keys of one scope, in the order in which they are best offered. */
export type Scope = Readonly<Record<string, SchemaKey>>;

const key =
  (value: KeyValue) =>
  (docs: string): SchemaKey => ({ value, docs });

export const boolean = key({ is: "boolean" });
export const number = key({ is: "number" });
export const pattern = key({ is: "pattern" });
export const text = key({ is: "text" });
export const texts = key({ is: "text", list: true });
export const programs = key({ is: "text", names: "program", list: true });
export const builtinRules = key({ is: "text", names: "builtin-rule", list: true });
export const ruleName = key({ is: "text", names: "rule" });
export const block = key({ is: "scope" });
export const named = key({ is: "scope", label: "name" });
export const objects = key({ is: "scope", list: true });

export function word(words: readonly string[], docs: string): SchemaKey {
  return { value: { is: "words", words }, docs };
}

export function words(words: readonly string[], docs: string): SchemaKey {
  return { value: { is: "words", words, list: true }, docs };
}
