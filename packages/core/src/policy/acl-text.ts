// Conversion of a policy object to ACL text, so that the rule engine reads one language and every
// diagnostic has a line to show. A value that is not data is an error that names its path.

import type { Diagnostic } from "./diagnostic.js";
import { problem } from "./diagnostic.js";
import { PolicyError } from "./policy-error.js";

/** Higher than the language's own limit, whose error is more helpful. */
const MAX_DEPTH = 80;

/** A name that needs no quotes. */
const NAME = /^[A-Za-z_][\w-]*$/;

/**
 * The ACL text of `value`, one setting a line. Throws a `PolicyError` that names the path of each
 * value that is not data, such as `rules[0].severity`, and each setting whose key cannot be a name.
 */
export function aclText(name: string, value: object): string {
  const problems: Diagnostic[] = [];
  const walk: Walk = { name, problems, open: new Set([value]) };
  const settings = entriesOf(value, "", walk).map(
    ([key, item]) => `${setting(key, walk)} = ${write(item, shown(key), walk)}\n`,
  );
  if (problems.length > 0) throw new PolicyError(name, problems);
  return settings.join("");
}

interface Walk {
  readonly name: string;
  readonly problems: Diagnostic[];
  /** The objects around the current one, to find cycles. */
  readonly open: Set<object>;
}

function write(value: unknown, path: string, walk: Walk): string {
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
      return value === null ? "null" : writeObject(value, path, walk);
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

function writeObject(value: object, path: string, walk: Walk): string {
  if (walk.open.has(value)) return refuse(path, "a reference to an object around it", walk);
  if (walk.open.size >= MAX_DEPTH) return refuse(path, `nested more than ${MAX_DEPTH} levels deep`, walk);
  walk.open.add(value);
  const text = Array.isArray(value) ? writeList(value, path, walk) : writeTable(value, path, walk);
  walk.open.delete(value);
  return text;
}

function writeList(list: readonly unknown[], path: string, walk: Walk): string {
  const items = Array.from(list, (item, i) => write(item, `${path}[${i}]`, walk));
  return list.some((item) => typeof item === "object" && item !== null)
    ? lines("[", items, ",", "]", walk)
    : `[${items.join(", ")}]`;
}

function writeTable(table: object, path: string, walk: Walk): string {
  const items = entriesOf(table, path, walk).map(
    ([key, value]) => `${step(key)} = ${write(value, join(path, key), walk)}`,
  );
  // One line for each setting of a section, and for each rule.
  if (walk.open.size > 2 && items.length > 0) return `{ ${items.join(", ")} }`;
  return lines("{", items, "", "}", walk);
}

function lines(open: string, items: readonly string[], separator: string, close: string, walk: Walk): string {
  if (items.length === 0) return open + close;
  const indent = "  ".repeat(walk.open.size - 1);
  return `${open}\n${items.map((item) => `${indent}${item}${separator}\n`).join("")}${indent.slice(2)}${close}`;
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
    walk.problems.push(problem(walk.name, "policy/unknown-key", message));
  }
  return key;
}

function step(key: string): string {
  return NAME.test(key) ? key : writeText(key);
}

function join(path: string, key: string): string {
  return `${path}.${shown(key)}`;
}

function shown(key: string): string {
  return NAME.test(key) ? key : JSON.stringify(key);
}

function refuse(path: string, what: string, walk: Walk): string {
  const where = path === "" ? "the policy" : `\`${path}\``;
  walk.problems.push(
    problem(
      walk.name,
      "policy/not-data",
      `${where} is ${what}; a policy may hold strings, numbers, booleans, lists and objects`,
    ),
  );
  return "null";
}
