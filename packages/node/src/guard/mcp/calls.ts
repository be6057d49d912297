// What the frames of MCP ask for: the requests that are judged as calls of tools, and the texts of
// answers.

import type { ToolCallInput } from "@a3s-sentry/core";
import { field, isObject, type JsonObject } from "../hosts/json-object.js";
import { CODES, FrameError, type Id, refuseInexact, refuseLookalikes } from "./frame.js";

/** Who asks the other. */
export type Direction = "to-server" | "to-client";

const CALLS: Readonly<Record<Direction, readonly string[]>> = {
  "to-server": ["tools/call", "resources/read", "prompts/get"],
  "to-client": ["sampling/createMessage"],
};

/** The members that name what is asked for. */
const NAMES = ["name", "arguments", "uri", "messages", "systemPrompt"];

/** Requests whose answers a model reads. A task's result is that of the call that began it. */
const READ_BY_MODEL: ReadonlySet<string> = new Set([
  ...["tools/call", "resources/read", "prompts/get", "tasks/get", "tasks/result"],
]);

export function isReadByModel(method: string): boolean {
  return READ_BY_MODEL.has(method);
}

/**
 * The call that a request is judged as; `undefined` for one that is not judged. The tool of
 * `tools/call` is `mcp__SERVER__NAME`; that of other methods `mcp__SERVER__METHOD`. Throws a
 * {@link FrameError} if it does not say what it asks for.
 */
export function callOf(
  direction: Direction,
  { method, message, id }: { readonly method: string; readonly message: JsonObject; readonly id: Id | null },
  server: string,
): ToolCallInput | undefined {
  if (!CALLS[direction].includes(method)) return undefined;
  const origin = { id, kind: "request" } as const;
  const params = field(message, "params");
  if (!isObject(params)) throw new FrameError(`\`${method}\` needs \`params\``, CODES.params, origin);
  refuseLookalikes(params, NAMES, origin);
  refuseInexact(params, origin);
  const tool = `mcp__${server}__${method}`;
  const name = field(params, "name");
  const args = field(params, "arguments");
  switch (method) {
    case "tools/call":
      if (typeof name !== "string" || name === "") {
        throw new FrameError("`tools/call` needs the name of a tool", CODES.params, origin);
      }
      if (args !== undefined && !isObject(args)) {
        throw new FrameError("the arguments of a tool must be an object", CODES.params, origin);
      }
      return { tool: `mcp__${server}__${name}`, args: args ?? {}, server };
    case "resources/read":
      if (typeof field(params, "uri") !== "string") {
        throw new FrameError("`resources/read` needs the `uri` of a resource", CODES.params, origin);
      }
      return { tool, args: withoutMeta(params), server };
    default:
      return { tool, args: withoutMeta(params), server };
  }
}

/**
 * The requests to the client that a result holds: since the revision 2026-07-28, servers send no
 * others. Throws a {@link FrameError} for a result that does not say what it asks for.
 */
export function requestsIn(result: unknown, id: Id): { readonly method: string; readonly message: JsonObject }[] {
  const requests = isObject(result) ? field(result, "inputRequests") : undefined;
  if (requests === undefined) return [];
  const all = isObject(requests) ? Object.values(requests) : [undefined];
  return all.map((message) => {
    const method = isObject(message) ? field(message, "method") : undefined;
    if (isObject(message) && typeof method === "string") return { method, message };
    throw new FrameError("a request in the result has no method", CODES.request, { id, kind: "answer" });
  });
}

function withoutMeta({ _meta, ...params }: JsonObject): JsonObject {
  return params;
}

/** All texts in a value, also the keys of its objects, one a line. */
export function textsIn(value: unknown): string {
  const texts: string[] = [];
  const open: unknown[] = [value];
  while (open.length > 0) {
    const one = open.pop();
    if (typeof one === "string") texts.push(one);
    else if (Array.isArray(one)) for (let i = one.length - 1; i >= 0; i--) open.push(one[i]);
    else if (isObject(one)) for (const [key, item] of Object.entries(one).reverse()) open.push(item, key);
  }
  return texts.join("\n");
}

/** The answer to a request that was denied. A model reads the one to a call of a tool, and can go on. */
export function denial(method: string, id: Id, message: string): JsonObject {
  if (method !== "tools/call" && method !== "tasks/result") {
    return { jsonrpc: "2.0", id, error: { code: CODES.denied, message } };
  }
  // Clients of the revision 2026-07-28 need the type of the result. It means nothing to older ones.
  const result = { resultType: "complete", content: [{ type: "text", text: message }], isError: true };
  return { jsonrpc: "2.0", id, result };
}
