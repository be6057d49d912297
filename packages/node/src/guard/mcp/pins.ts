// Pins what a server says of itself and its tools, which a model reads as instructions.

import { createHash } from "node:crypto";
import { field, isObject, type JsonObject } from "../hosts/json-object.js";

/** The most tools of a server whose texts are pinned. */
const MAX_TOOLS = 10_000;

/** What differs from what the server said first. */
export interface Change {
  readonly what: "instructions" | "description" | "input-schema";
  /** The tool's name. */
  readonly tool?: string;
}

/** Compares what a server says with what it said first. */
export class Pins {
  /** The hashes of what was said first, by what they are of. They never change. */
  readonly first: Map<string, string>;
  /** The hashes of what was said last in this session. */
  readonly #last = new Map<string, string>();

  /** `first` are the pins of an earlier session. */
  constructor(first: Iterable<readonly [string, string]> = []) {
    this.first = new Map(first);
  }

  /** The changes in the answer to a request. In a session, each is reported once. */
  changes(method: string, result: unknown): Change[] {
    if (!isObject(result)) return [];
    if (method === "initialize" || method === "server/discover") {
      return this.#differs("instructions", field(result, "instructions")) ? [{ what: "instructions" }] : [];
    }
    const tools = method === "tools/list" ? field(result, "tools") : undefined;
    return Array.isArray(tools) ? tools.filter(isObject).flatMap((tool) => this.#changesOf(tool)) : [];
  }

  #changesOf(tool: JsonObject): Change[] {
    const name = field(tool, "name");
    if (typeof name !== "string") return [];
    const { title, description, annotations } = tool;
    const changes: Change[] = [];
    if (this.#differs(`d ${name}`, { title, description, annotations })) {
      changes.push({ what: "description", tool: name });
    }
    if (this.#differs(`s ${name}`, field(tool, "inputSchema"))) changes.push({ what: "input-schema", tool: name });
    return changes;
  }

  #differs(of: string, value: unknown): boolean {
    const hash = createHash("sha256").update(sortedJson(value)).digest("base64");
    const before = this.#last.get(of) ?? this.first.get(of);
    if (before === undefined && this.first.size >= 2 * MAX_TOOLS) return false;
    if (before === undefined) this.first.set(of, hash);
    this.#last.set(of, hash);
    return before !== undefined && before !== hash;
  }
}

/** JSON with sorted keys: a server may list them in another order. */
function sortedJson(value: unknown): string {
  return (
    JSON.stringify(value, (_, one: unknown) =>
      isObject(one) ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1))) : one,
    ) ?? ""
  );
}
