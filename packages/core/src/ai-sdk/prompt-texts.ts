// The texts of a call of a model: what the provider reads, and what the gate therefore masks.

import { fileText } from "./file-text.js";

type Name =
  | ("prompt" | "tools" | "responseFormat" | "abortSignal" | "content" | "structuredOutputText" | "stream")
  | ("type" | "id" | "text" | "filename" | "data" | "mediaType" | "input" | "output" | "value" | "reason")
  | ("toolName" | "providerExecuted" | "inputEncoding" | "delta" | "providerMetadata")
  | ("description" | "inputSchema" | "inputExamples");

/** An object of the AI SDK, with the members that are read. Nothing is known of their types. */
export type Members = { readonly [N in Name]?: unknown };

/** Takes a text, or a value that is sent as JSON, and returns what is sent in its place. */
export type Replace = (value: unknown) => unknown;

/**
 * A copy of the options of a call with all texts replaced: messages, texts of files, inputs and
 * outputs of tools, definitions of tools, the format of the answer. The order of the texts is
 * always the same. Headers and the options of providers stay as they are.
 */
export function withTexts(params: Members, replace: Replace): Members {
  const { prompt, tools, responseFormat } = params;
  return {
    ...params,
    prompt: each(prompt, (message) => ofMessage(message, replace)),
    ...(tools !== undefined && { tools: each(tools, (tool) => ofTool(tool, replace)) }),
    ...(responseFormat !== undefined && { responseFormat: replace(responseFormat) }),
  };
}

function ofMessage(message: Members, replace: Replace): Members {
  const { content } = message;
  if (typeof content === "string") return { ...message, content: replace(content) };
  return { ...message, content: each(content, (part) => ofPart(part, replace)) };
}

function ofPart(part: Members, replace: Replace): Members {
  switch (part.type) {
    case "tool-call":
      return members(part, ["input"], replace);
    case "tool-result":
      return { ...part, output: ofOutput(part.output, replace) };
    case "tool-approval-response":
      return members(part, ["reason"], replace);
    default:
      return ofText(part, replace);
  }
}

/** A text or a file, of a message or of the output of a tool. */
function ofText(part: Members, replace: Replace): Members {
  const named = members(part, ["text", "filename"], replace);
  return "data" in part ? { ...named, data: fileText(part.data, part.mediaType, replace) } : named;
}

function ofOutput(output: unknown, replace: Replace): unknown {
  if (!isMembers(output)) return output;
  if (output.type === "content") return { ...output, value: each(output.value, (part) => ofText(part, replace)) };
  return members(output, ["value", "reason"], replace);
}

/** Of a tool of the provider, the arguments are the application's, like the options of providers. */
function ofTool(tool: Members, replace: Replace): Members {
  return tool.type === "function" ? members(tool, ["description", "inputSchema", "inputExamples"], replace) : tool;
}

function members(object: Members, names: readonly Name[], replace: Replace): Members {
  const present = names.filter((name) => object[name] !== undefined);
  return { ...object, ...Object.fromEntries(present.map((name) => [name, replace(object[name])])) };
}

/** Throws a `TypeError` for what is no list of objects: it could not be searched. */
function each(list: unknown, change: (item: Members) => Members): Members[] {
  if (!Array.isArray(list) || !list.every(isMembers)) throw new TypeError("not a list of objects");
  return list.map(change);
}

export function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null;
}
