// Where a cursor is in an ACL text: at a key, or in the value of one.

import type { Context, Outline, Role, Section } from "./outline.js";
import { isClosed, type Token, wordOf } from "./tokens.js";

/** A place where something can be completed. What was typed so far is between `from` and `to`. */
export type Place =
  | { readonly is: "key"; readonly section: Section; readonly from: number; readonly to: number }
  | {
      readonly is: "value";
      readonly section: Section;
      readonly key: string;
      /** The function in whose arguments it is. */
      readonly call?: string;
      readonly from: number;
      readonly to: number;
      /** Whether it is inside of quotes. */
      readonly quoted: boolean;
    };

/** The place of a cursor; `undefined` in comments, labels, numbers and where nothing can be completed. */
export function placeAt(outline: Outline, at: number): Place | undefined {
  const index = indexBefore(outline, at);
  const token = outline.tokens[index];
  const role = outline.roles[index];
  if (token === undefined || role === undefined) return keyPlace(outline.sections[0], at, at);
  if (isInside(outline, token, at)) {
    if (token.kind === "comment" || token.kind === "number") return undefined;
    if (token.kind === "name") return placeOf(outline, role, token.from, token.to, false);
    const end = isClosed(outline.text, token) ? token.to - 1 : token.to;
    return role.is === "key" ? undefined : placeOf(outline, role, token.from + 1, end, true);
  }
  const behind = outline.behind[index];
  if (behind === undefined) return undefined;
  return behind.key === undefined
    ? keyPlace(behind.section, at, at)
    : placeOf(outline, { is: "value", ...behind }, at, at, false);
}

/** The token at an offset, and what it is for. */
export function tokenAt(outline: Outline, at: number): { readonly token: Token; readonly role: Role } | undefined {
  for (const index of [indexBefore(outline, at + 1), indexBefore(outline, at)]) {
    const token = outline.tokens[index];
    const role = outline.roles[index];
    if (token !== undefined && role !== undefined && at <= token.to && token.kind !== "mark") return { token, role };
  }
  return undefined;
}

/** The index of the last token that begins before an offset; -1 if there is none. */
function indexBefore({ tokens }: Outline, at: number): number {
  let [low, high] = [0, tokens.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tokens[middle]?.from ?? at) < at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Whether text that is typed at an offset belongs to the token before it. */
function isInside({ text }: Outline, token: Token, at: number): boolean {
  if (at < token.to) return true;
  if (at > token.to) return false;
  if (token.kind === "name" || token.kind === "number") return true;
  if (token.kind === "comment") return !text.startsWith("/*", token.from);
  return token.kind === "text" && !isClosed(text, token) && !text.startsWith("<<", token.from);
}

function placeOf({ text }: Outline, role: Role, from: number, to: number, quoted: boolean): Place | undefined {
  if (role.is === "key") return keyPlace(role.section, from, to);
  if (role.is !== "value" || role.key === undefined) return undefined;
  const { section, call }: Context = role;
  return { is: "value", section, key: wordOf(text, role.key), from, to, quoted, ...(call !== undefined && { call }) };
}

function keyPlace(section: Section | undefined, from: number, to: number): Place | undefined {
  return section && { is: "key", section, from, to };
}
