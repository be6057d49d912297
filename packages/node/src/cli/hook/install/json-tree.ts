// JSON with comments as a tree that knows the place of each value.

import {
  type ArrayNode,
  evaluate,
  type MemberNode,
  type ObjectNode,
  parse,
  type ValueNode,
} from "@humanwhocodes/momoa";
import { CliError } from "../../io.js";

export type Container = ArrayNode | ObjectNode;

/** What a container has: the values of a list, or the members of an object. */
export type Child = ValueNode | MemberNode;

/** A value, and where it is. `child` and `container` are absent for the whole text. */
export interface Found {
  readonly value: ValueNode;
  readonly child?: Child;
  readonly container?: Container;
}

export type Path = readonly (string | number)[];

/** Throws a `CliError` with the line of the first error of syntax. */
export function treeOf(file: string, text: string): ValueNode {
  try {
    return parse(text, { mode: "jsonc", ranges: true, allowTrailingCommas: true }).body;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CliError(`\`${file}\` is not JSON: ${why.replace(/^U/, "u")}; correct it, then run this again`, {
      cause: error,
    });
  }
}

/** The plain value of a text. Of a key that occurs twice, the last counts, as for `JSON.parse`. */
export function valueIn(file: string, text: string): unknown {
  return evaluate(treeOf(file, text));
}

/** The value at a path; `undefined` if there is none. Of a key that occurs twice, the first is found. */
export function find(root: ValueNode, path: Path): Found | undefined {
  let found: Found = { value: root };
  for (const key of path) {
    const container = found.value;
    const child = childAt(container, key);
    if (child === undefined || (container.type !== "Array" && container.type !== "Object")) return undefined;
    found = { value: child.type === "Member" ? child.value : child, child, container };
  }
  return found;
}

function childAt(container: ValueNode, key: string | number): Child | undefined {
  if (container.type === "Array") return container.elements.at(Number(key))?.value;
  if (container.type !== "Object") return undefined;
  return container.members.find(({ name }) => name.type === "String" && name.value === key);
}

export function childrenOf(container: Container): readonly Child[] {
  return container.type === "Array" ? container.elements.map(({ value }) => value) : container.members;
}

/** Where a node begins, and where it ends. */
export function rangeOf({ range }: Child): readonly [start: number, end: number] {
  return range ?? [0, 0];
}
