// Conversion of a policy object to ACL text, so that the rule engine reads one language and every
// diagnostic has a line to show. A value that is not data is an error that names its path.

import type { Diagnostic } from "./diagnostic.js";
import { problem } from "./diagnostic.js";
import { PolicyError } from "./policy-error.js";

/** Higher than the language's own limit, whose error is more helpful. */
const MAX_DEPTH = 80;

/** A name that needs no quotes. */
const NAME = /^[A-Za-z_][\w-]*$/;

/** A policy as ACL text, and where the text has which part of the policy. */
export interface AclText {
  readonly text: string;
  readonly parts: readonly AclPart[];
}

/** A key or a value of the policy in the ACL text. `path` is such as `rules[0].severity`. */
export interface AclPart {
  readonly path: string;
  readonly part: "key" | "value";
  /** The first UTF-16 unit, and the one after the last. */
  readonly start: number;
  readonly end: number;
}

/**
 * The ACL text of `value`, one setting a line, in steps: it yields after each setting, and after each
 * element of a setting that is a list. Throws a `PolicyError` that names the path of each value that
 * is not data, such as `rules[0].severity`, and each setting whose key cannot be a name. `placed`
 * gives a problem with the part at a path its place in another text.
 */
export function* aclText(
  name: string,
  value: object,
  placed: Placed = (found) => found,
): Generator<undefined, AclText> {
  const problems: Diagnostic[] = [];
  const walk: Walk = { name, problems, placed, open: new Set([value]), text: "", parts: [] };
  for (const [key, item] of entriesOf(value, "", walk)) {
    writeKey(setting(key, walk), shownKey(key), walk);
    if (Array.isArray(item) && hasObjects(item)) yield* writeElements(item, shownKey(key), walk);
    else write(item, shownKey(key), walk);
    walk.text += "\n";
    yield;
  }
  if (problems.length > 0) throw new PolicyError(name, problems);
  return { text: walk.text, parts: walk.parts };
}

type Placed = (found: Diagnostic, path: string) => Diagnostic;

interface Walk {
  readonly name: string;
  readonly problems: Diagnostic[];
  readonly placed: Placed;
  /** The objects around the current one, to find cycles. */
  readonly open: Set<object>;
  /** The text so far. */
  text: string;
  readonly parts: AclPart[];
}

function writeEntry(key: string, value: unknown, path: string, walk: Walk): void {
  writeKey(key, path, walk);
  write(value, path, walk);
}

function writeKey(key: string, path: string, walk: Walk): void {
  const start = walk.text.length;
  walk.text += key;
  walk.parts.push({ path, part: "key", start, end: walk.text.length });
  walk.text += " = ";
}

/** Writes the list of a setting, and yields after each element. */
function* writeElements(list: readonly unknown[], path: string, walk: Walk): Generator<undefined> {
  const start = walk.text.length;
  walk.open.add(list);
  walk.text += "[\n";
  for (let i = 0; i < list.length; i++) {
    walk.text += "  ";
    write(list[i], `${path}[${i}]`, walk);
    walk.text += ",\n";
    yield;
  }
  walk.text += "]";
  walk.open.delete(list);
  walk.parts.push({ path, part: "value", start, end: walk.text.length });
}

function write(value: unknown, path: string, walk: Walk): void {
  const start = walk.text.length;
  if (typeof value === "object" && value !== null) writeObject(value, path, walk);
  else walk.text += scalar(value, path, walk);
  walk.parts.push({ path, part: "value", start, end: walk.text.length });
}

function scalar(value: unknown, path: string, walk: Walk): string {
  switch (typeof value) {
    case "string":
      return /\p{Surrogate}/u.test(value)
        ? refuse(path, "a string with half a character (a lone surrogate)", walk)
        : writeText(value);
    case "boolean":
      return String(value);
    case "number":
      return Number.isFinite(value) ? JSON.stringify(value) : refuse(path, `\`${value}\``, walk);
    case "object":
      return "null";
    case "undefined":
      return refuse(path, "`undefined` (leave the key out instead)", walk);
    default:
      return refuse(path, `a ${typeof value}`, walk);
  }
}

/** A string literal; in backticks if it has backslashes, so that patterns stay readable. */
export function writeText(text: string): string {
  if (text.includes("\\") && /^[^`\p{Cc}]*$/u.test(text)) return `\`${text}\``;
  // ACL has the escapes of JSON, except for these two.
  return JSON.stringify(text).replace(/\\(.)/g, (whole, kind: string) =>
    kind === "b" ? "\\u0008" : kind === "f" ? "\\u000c" : whole,
  );
}

function writeObject(value: object, path: string, walk: Walk): void {
  if (walk.open.has(value)) {
    walk.text += refuse(path, "a reference to an object around it", walk);
  } else if (walk.open.size >= MAX_DEPTH) {
    walk.text += refuse(path, `nested more than ${MAX_DEPTH} levels deep`, walk);
  } else {
    walk.open.add(value);
    if (Array.isArray(value)) writeList(value, path, walk);
    else writeTable(value, path, walk);
    walk.open.delete(value);
  }
}

function writeList(list: readonly unknown[], path: string, walk: Walk): void {
  const items = Array.from(list, (item, i) => () => write(item, `${path}[${i}]`, walk));
  if (hasObjects(list)) writeLines("[", items, ",", "]", walk);
  else writeLine("[", items, "]", walk);
}

/** Whether a list has objects or lists, and gets a line for each. */
function hasObjects(list: readonly unknown[]): boolean {
  return list.some((item) => typeof item === "object" && item !== null);
}

function writeTable(table: object, path: string, walk: Walk): void {
  const items = entriesOf(table, path, walk).map(
    ([key, value]) =>
      () =>
        writeEntry(step(key), value, joinPath(path, key), walk),
  );
  // One line for each setting of a section, and for each rule.
  if (walk.open.size > 2 && items.length > 0) writeLine("{ ", items, " }", walk);
  else writeLines("{", items, "", "}", walk);
}

function writeLine(open: string, items: readonly (() => void)[], close: string, walk: Walk): void {
  walk.text += open;
  for (const [i, writeItem] of items.entries()) {
    if (i > 0) walk.text += ", ";
    writeItem();
  }
  walk.text += close;
}

function writeLines(open: string, items: readonly (() => void)[], separator: string, close: string, walk: Walk): void {
  const indent = "  ".repeat(walk.open.size - 1);
  walk.text += items.length === 0 ? open : `${open}\n`;
  for (const writeItem of items) {
    walk.text += indent;
    writeItem();
    walk.text += `${separator}\n`;
  }
  walk.text += items.length === 0 ? close : indent.slice(2) + close;
}

function entriesOf(table: object, path: string, walk: Walk): [string, unknown][] {
  const prototype: unknown = Object.getPrototypeOf(table);
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return Object.entries(table);
  const isDate = Object.prototype.toString.call(table) === "[object Date]";
  refuse(path, isDate ? "a date (quote it to make it a string)" : "an instance of a class", walk);
  return [];
}

/** The key of a top-level setting, which cannot be quoted. */
function setting(key: string, walk: Walk): string {
  if (!NAME.test(key)) {
    const message = `${JSON.stringify(key)} cannot be the name of a setting`;
    walk.problems.push(walk.placed(problem(walk.name, "policy/unknown-key", message), shownKey(key)));
  }
  return key;
}

function step(key: string): string {
  return NAME.test(key) ? key : writeText(key);
}

/** The path of a key of the table at `path`; `""` is the policy itself. */
export function joinPath(path: string, key: string): string {
  return path === "" ? shownKey(key) : `${path}.${shownKey(key)}`;
}

function shownKey(key: string): string {
  return NAME.test(key) ? key : JSON.stringify(key);
}

function refuse(path: string, what: string, walk: Walk): string {
  const where = path === "" ? "the policy" : `\`${path}\``;
  const message = `${where} is ${what}; a policy may hold strings, numbers, booleans, lists and objects`;
  walk.problems.push(walk.placed(problem(walk.name, "policy/not-data", message), path));
  return "null";
}
