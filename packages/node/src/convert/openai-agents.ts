// Converts traces of the OpenAI Agents SDK: spans as its exporters get them, one per line, or the
// batches that it sends, `{"data": [...]}`.

import type { JsonObject } from "../guard/hosts/json-object.js";
import {
  argumentsOf,
  type ConvertedEvent,
  type Converter,
  callEvents,
  contentEvents,
  type Identity,
  jsonConverter,
  listOf,
  MalformedError,
  objectAt,
  textOf,
  valueAt,
} from "./converter.js";

export function openaiAgentsConverter(): Converter {
  return jsonConverter((line) => {
    const { data } = objectAt(line);
    const items = Array.isArray(line) ? line : Array.isArray(data) ? data : [line];
    return items.flatMap((item) => itemEvents(objectAt(item)));
  });
}

function itemEvents({ object, trace_id: trace, span_data: data }: JsonObject): ConvertedEvent[] {
  if (object === "trace") return [];
  if (object !== "trace.span") throw new MalformedError('it has no `"object": "trace.span"`');
  const span = objectAt(data);
  const identity = { agent: "openai-agents", session: textOf(trace) };
  switch (valueAt(span, "type")) {
    case "function":
      return functionEvents(span, identity);
    case "generation":
      return promptEvents(span, identity);
    default:
      return [];
  }
}

function functionEvents({ name, input, output, mcp_data: mcp }: JsonObject, identity: Identity): ConvertedEvent[] {
  const tool = textOf(name);
  if (tool === undefined) throw new MalformedError("a `function` span has no `name`");
  if (input === undefined || input === null) {
    throw new MalformedError("a call has no arguments: they are not recorded without `traceIncludeSensitiveData`");
  }
  const server = textOf(valueAt(argumentsOf(mcp), "server"));
  const call = { tool, args: argumentsOf(input), ...(server !== undefined && { server }) };
  return [...callEvents(call, identity), ...contentEvents(output ?? undefined, "received", identity)];
}

/** The last message. Those before it are in the spans before. */
function promptEvents({ input }: JsonObject, identity: Identity): ConvertedEvent[] {
  const { role, content } = objectAt(listOf(input).at(-1));
  return role === "user" ? contentEvents(content, "sent", identity) : [];
}
