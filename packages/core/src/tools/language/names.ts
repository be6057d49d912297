// The names in an ACL text: which rules and lists it defines, which lists it uses.

import type { Outline, Role } from "./outline.js";
import { type Token, wordOf } from "./tokens.js";

/** What has a name. */
export type Named = "rule" | "list" | "test";

/** The place where a name is. */
export interface NamePlace {
  readonly what: Named;
  readonly name: string;
  readonly token: Token;
}

/** The names that a text gives, in its order. */
export function definitionsIn(outline: Outline): NamePlace[] {
  return placesIn(outline, definedBy);
}

/** The names that a text refers to, in its order. */
export function referencesIn(outline: Outline): NamePlace[] {
  return placesIn(outline, referredBy);
}

/** What a token names: by giving it this name, or by referring to it. */
export function namedBy(outline: Outline, token: Token, role: Role): NamePlace | undefined {
  const what = definedBy(outline, role) ?? referredBy(outline, role);
  return what && { what, name: wordOf(outline.text, token), token };
}

type Find = (outline: Outline, role: Role) => Named | undefined;

function placesIn(outline: Outline, find: Find): NamePlace[] {
  const found: NamePlace[] = [];
  for (const [index, token] of outline.tokens.entries()) {
    const role = outline.roles[index];
    const what = role && find(outline, role);
    if (what !== undefined) found.push({ what, name: wordOf(outline.text, token), token });
  }
  return found;
}

/** `rule "a" {` and `rules = [{ name = "a" }]`. */
function definedBy({ text }: Outline, role: Role): Named | undefined {
  if (role.is === "label" && role.section.path.length === 0) return namedOf(wordOf(text, role.key));
  if (role.is !== "value" || role.key === undefined || wordOf(text, role.key) !== "name") return undefined;
  const [block = "", ...inner] = role.section.path;
  return inner.length === 0 && block.endsWith("s") ? namedOf(block.slice(0, -1)) : undefined;
}

/** `list("a")`, `rule = "a"` of a test, and `{ list = "a" }`. */
function referredBy({ text }: Outline, role: Role): Named | undefined {
  if (role.is !== "value" || role.key === undefined) return undefined;
  if (role.call !== undefined) return role.call === "list" ? "list" : undefined;
  const key = wordOf(text, role.key);
  const { path } = role.section;
  if (key === "rule" && path.length === 1 && /^tests?$/.test(path[0] ?? "")) return "rule";
  return key === "list" && path.length > 1 ? "list" : undefined;
}

function namedOf(block: string): Named | undefined {
  return block === "rule" || block === "list" || block === "test" ? block : undefined;
}
