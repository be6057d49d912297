// Pins what a server says of itself and its tools, which a model reads as instructions.

import { createHash } from "node:crypto";
import { field, isObject, type JsonObject } from "../hosts/json-object.js";
import { sortedJson } from "./sorted-json.js";

/** The most tools of a server whose texts are pinned. */
const MAX_TOOLS = 10_000;

/** Begins the name of the pin of a tool's description. */
const DESCRIPTION = "d ";

/** What differs from what the server said first. */
export interface Change {
  readonly what: "instructions" | "description" | "input-schema" | "new-tool";
  /** The tool's name. */
  readonly tool?: string;
}

/** Compares what a server says with what it said first. */
export class Pins {
  /** The hashes of what was said first, by what they are of. They never change. */
  readonly first: Map<string, string>;
  /** The hashes of what was said last in this session. */
  readonly #last = new Map<string, string>();
  /** Whether the server has listed all of its tools: those that it lists later are new. */
  #hasListed: boolean;

  /** `first` are the pins of an earlier session. */
  constructor(first: Iterable<readonly [string, string]> = []) {
    this.first = new Map(first);
    this.#hasListed = [...this.first.keys()].some((of) => of.startsWith(DESCRIPTION));
  }

  /** The changes in the answer to a request. In a session, each is reported once. */
  changes(method: string, result: unknown): Change[] {
    if (!isObject(result)) return [];
    if (method === "initialize" || method === "server/discover") {
      return this.#differs("instructions", field(result, "instructions")) ? [{ what: "instructions" }] : [];
    }
    const tools = method === "tools/list" ? field(result, "tools") : undefined;
    if (!Array.isArray(tools)) return [];
    const changes = tools.filter(isObject).flatMap((tool) => this.#changesOf(tool));
    // A list may come in several parts.
    this.#hasListed ||= field(result, "nextCursor") === undefined;
    return changes;
  }

  #changesOf(tool: JsonObject): Change[] {
    const name = field(tool, "name");
    if (typeof name !== "string") return [];
    const { title, description, annotations, outputSchema } = tool;
    if (this.#hasListed && !this.first.has(DESCRIPTION + name)) {
      return this.#isNew(DESCRIPTION + name) ? [{ what: "new-tool", tool: name }] : [];
    }
    const changes: Change[] = [];
    if (this.#differs(DESCRIPTION + name, { title, description, annotations, outputSchema })) {
      changes.push({ what: "description", tool: name });
    }
    if (this.#differs(`s ${name}`, field(tool, "inputSchema"))) changes.push({ what: "input-schema", tool: name });
    return changes;
  }

  /** Whether a tool that is not pinned is seen for the first time in this session. */
  #isNew(of: string): boolean {
    if (this.#last.has(of) || this.#last.size >= 2 * MAX_TOOLS) return false;
    this.#last.set(of, "");
    return true;
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
