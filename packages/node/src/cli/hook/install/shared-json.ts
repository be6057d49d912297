// Adds and removes the hook in JSON files with comments that others write to, too. Everything else
// stays as it is.

import { CliError } from "../../io.js";
import { MARK } from "./hook-command.js";
import { inserted, removed } from "./json-edit.js";
import { find, type Path, treeOf, valueIn } from "./json-tree.js";
import type { ListEntry } from "./places.js";

/** The text with the entries, each once. Unchanged if they are there already. Throws a `CliError`. */
export function withEntries(file: string, text: string, entries: readonly ListEntry[], base: object): string {
  let next = text.trim() === "" ? `${JSON.stringify(base, null, 2)}\n` : text;
  for (const { path, entry } of entries) {
    if (isThere(file, next, path, entry)) continue;
    next = withEntry(file, withoutOurs(file, next, path), path, entry);
    // Of a key that occurs twice, the host reads another list than the one that was edited.
    if (!isThere(file, next, path, entry)) {
      throw new CliError(`\`${path.join(".")}\` occurs twice in \`${file}\`: remove one`);
    }
  }
  return next;
}

/** The text without the hook, and without the lists that are empty then. */
export function withoutEntries(file: string, text: string, paths: readonly (readonly string[])[]): string {
  return paths.reduce((next, path) => {
    const without = withoutOurs(file, next, path);
    return without === next ? next : withoutEmpty(file, without, path);
  }, text);
}

/** The hooks of ours in a list. */
export function oursIn(file: string, text: string, path: readonly string[]): unknown[] {
  return (listAt(file, text, path) ?? []).filter(isOurs);
}

/** Adds an entry to a list, with the objects that lead to it. */
function withEntry(file: string, text: string, path: readonly string[], entry: object): string {
  let length = path.length;
  while (length > 0 && valueAt(file, text, path.slice(0, length)) === undefined) length--;
  const container = find(treeOf(file, text), path.slice(0, length))?.value;
  if (container?.type !== "Array" && container?.type !== "Object") return text;
  if (length === path.length) return inserted(text, container, entry);
  const value = path.slice(length + 1).reduceRight<unknown>((inner, key) => ({ [key]: inner }), [entry]);
  return inserted(text, container, value, path[length]);
}

function isThere(file: string, text: string, path: readonly string[], entry: object): boolean {
  const [first, ...more] = oursIn(file, text, path);
  return more.length === 0 && JSON.stringify(first) === JSON.stringify(entry);
}

/** Removes handlers of ours, also from groups that somebody has added others to. */
function withoutOurs(file: string, text: string, path: readonly string[]): string {
  let next = text;
  const list = listAt(file, text, path) ?? [];
  for (let i = list.length - 1; i >= 0; i--) {
    const handlers = handlersOf(list[i]);
    if (handlers.every(isOurs)) {
      next = without(file, next, [...path, i]);
      continue;
    }
    for (let j = handlers.length - 1; j >= 0; j--) {
      if (isOurs(handlers[j])) next = without(file, next, [...path, i, "hooks", j]);
    }
  }
  return next;
}

function withoutEmpty(file: string, text: string, path: readonly string[]): string {
  let next = text;
  for (let length = path.length; length > 0; length--) {
    const at = path.slice(0, length);
    if (isEmpty(valueAt(file, next, at))) next = without(file, next, at);
  }
  return next;
}

/** The text without an element, or without a member with its key. */
function without(file: string, text: string, path: Path): string {
  const { container, child } = find(treeOf(file, text), path) ?? {};
  return container === undefined || child === undefined ? text : removed(text, container, child);
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

/** The handlers of a group; an entry without a list of them is one itself. */
function handlersOf(element: unknown): readonly unknown[] {
  const hooks = typeof element === "object" && element !== null && "hooks" in element ? element.hooks : undefined;
  return Array.isArray(hooks) && hooks.length > 0 ? hooks : [element];
}

function isOurs(element: unknown): boolean {
  return JSON.stringify(element)?.includes(MARK) === true;
}

/** The list at a path; `undefined` if there is none yet. */
function listAt(file: string, text: string, path: readonly string[]): readonly unknown[] | undefined {
  const value = valueAt(file, text, path);
  if (value === undefined || Array.isArray(value)) return value;
  throw new CliError(`\`${path.join(".")}\` in \`${file}\` is not a list: correct the file, then run this again`);
}

function valueAt(file: string, text: string, path: readonly string[]): unknown {
  let value = valueIn(file, text);
  for (const [i, key] of path.entries()) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      const what = i === 0 ? `\`${file}\`` : `\`${path.slice(0, i).join(".")}\` in \`${file}\``;
      throw new CliError(`${what} is not an object: correct the file, then run this again`);
    }
    if (!Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}
