// A policy given as an object, as JSON text. JSON.stringify would drop or bend what is not data; here that is an error.

import type { Diagnostic } from "./diagnostic.js";
import { problem } from "./diagnostic.js";
import { PolicyError } from "./error.js";

/** As deep as the language allows; the core words the error of a policy that is somewhat deeper. */
const MAX_DEPTH = 80;

/** JSON text of `value`; a `PolicyError` names the place of everything that is not data, such as `rules[0].severity`. */
export function policyJson(name: string, value: object): string {
  const problems: Diagnostic[] = [];
  const json = write(value, "", { name, problems, open: new Set() });
  if (problems.length > 0) throw new PolicyError(name, problems);
  return json;
}

interface Walk {
  readonly name: string;
  readonly problems: Diagnostic[];
  /** The objects that hold the current one, to find cycles. */
  readonly open: Set<object>;
}

function write(value: unknown, path: string, walk: Walk): string {
  switch (typeof value) {
    case "string":
      return /\p{Surrogate}/u.test(value)
        ? refuse(path, "a text with half a character (a lone surrogate)", walk)
        : JSON.stringify(value);
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

function writeObject(value: object, path: string, walk: Walk): string {
  if (walk.open.has(value)) return refuse(path, "a reference to an object that holds it", walk);
  if (walk.open.size >= MAX_DEPTH) return refuse(path, `nested more than ${MAX_DEPTH} levels deep`, walk);
  walk.open.add(value);
  const json = Array.isArray(value) ? writeList(value, path, walk) : writeTable(value, path, walk);
  walk.open.delete(value);
  return json;
}

function writeList(list: readonly unknown[], path: string, walk: Walk): string {
  return `[${Array.from(list, (item, i) => write(item, `${path}[${i}]`, walk)).join(",")}]`;
}

function writeTable(table: object, path: string, walk: Walk): string {
  if (table instanceof Date) return refuse(path, "a date (quote it to make it a text)", walk);
  const prototype: unknown = Object.getPrototypeOf(table);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    return refuse(path, "an instance of a class", walk);
  }
  const entries = Object.entries(table).map(
    ([key, value]) => `${JSON.stringify(key)}:${write(value, join(path, key), walk)}`,
  );
  return `{${entries.join(",")}}`;
}

function join(path: string, key: string): string {
  const step = /^[A-Za-z_][\w-]*$/.test(key) ? key : JSON.stringify(key);
  return path === "" ? step : `${path}.${step}`;
}

function refuse(path: string, what: string, walk: Walk): string {
  const where = path === "" ? "the policy" : `\`${path}\``;
  walk.problems.push(
    problem(
      walk.name,
      "policy/not-data",
      `${where} is ${what}, where a policy holds texts, numbers, booleans, lists and objects`,
    ),
  );
  return "null";
}
