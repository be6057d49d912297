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

/** Compares what a server says with what it said first in this session. */
export class Pins {
  /** Hashes by what they are of. */
  readonly #pins = new Map<string, string>();

  /** The changes in the answer to a request. What has changed is pinned anew, so each change is reported once. */
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
    const pinned = this.#pins.get(of);
    if (pinned === undefined && this.#pins.size >= 2 * MAX_TOOLS) return false;
    this.#pins.set(of, hash);
    return pinned !== undefined && pinned !== hash;
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
