// Converts what the Vercel AI SDK records: spans of its telemetry, as OTLP JSON or one per line, and
// stored messages, of the user interface or of the model.

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

/** The spans around a whole call of the SDK. Those inside repeat its prompt. */
const OUTER = /^(?:ai\.(?:generateText|streamText)|invoke_agent)$/;
const NOT_RECORDED = "a call has no arguments: `recordInputs` or `recordOutputs` of the telemetry is off";

export function aiSdkConverter(): Converter {
  return jsonConverter((line) => {
    const { resourceSpans, attributes, messages, id } = objectAt(line);
    if (Array.isArray(resourceSpans)) return resourceSpans.flatMap(resourceEvents);
    if (attributes !== undefined) return spanEvents(objectAt(line), {});
    const session = textOf(id);
    if (Array.isArray(messages)) return messages.flatMap((message) => messageEvents(objectAt(message), { session }));
    const items = Array.isArray(line) ? line : [line];
    return items.flatMap((message) => messageEvents(objectAt(message), {}));
  });
}

function resourceEvents(resource: unknown): ConvertedEvent[] {
  const { "service.name": service } = attributesOf(valueAt(resource, "resource", "attributes"));
  const scopes = listOf(valueAt(resource, "scopeSpans"));
  const spans = scopes.flatMap((scope) => listOf(valueAt(scope, "spans")));
  return spans.flatMap((span) => spanEvents(objectAt(span), { agent: textOf(service) }));
}

function spanEvents({ attributes, name, traceId, spanContext }: JsonObject, { agent }: Identity): ConvertedEvent[] {
  const all = attributesOf(attributes);
  const session = textOf(traceId) ?? textOf(valueAt(spanContext, "traceId"));
  const named = textOf(all["ai.telemetry.functionId"]) ?? textOf(all["gen_ai.agent.name"]) ?? agent;
  const identity = { agent: named, session };
  const tool = textOf(all["ai.toolCall.name"]) ?? executedTool(all);
  if (tool !== undefined) {
    const args = all["ai.toolCall.args"] ?? all["gen_ai.tool.call.arguments"];
    if (args === undefined) throw new MalformedError(NOT_RECORDED);
    const result = all["ai.toolCall.result"] ?? all["gen_ai.tool.call.result"];
    return [...callEvents({ tool, args: argumentsOf(args) }, identity), ...contentEvents(result, "received", identity)];
  }
  const operation = textOf(all["ai.operationId"]) ?? textOf(all["gen_ai.operation.name"]) ?? textOf(name) ?? "";
  if (!OUTER.test(operation)) return [];
  return contentEvents(all["ai.prompt"] ?? all["gen_ai.input.messages"], "sent", identity);
}

/** Version 7 uses the names of OpenTelemetry's conventions. */
function executedTool(attributes: JsonObject): string | undefined {
  return attributes["gen_ai.operation.name"] === "execute_tool" ? textOf(attributes["gen_ai.tool.name"]) : undefined;
}

/** Attributes by name: of OTLP, which has a list of them, or of an object. */
function attributesOf(attributes: unknown): JsonObject {
  if (!Array.isArray(attributes)) return objectAt(attributes);
  return Object.fromEntries(
    attributes.map((item) => [String(valueAt(item, "key")), valueAt(item, "value", "stringValue")]),
  );
}

function messageEvents({ role, parts, content }: JsonObject, identity: Identity): ConvertedEvent[] {
  const known = role === "user" || role === "assistant" || role === "system" || role === "tool";
  const all = Array.isArray(parts) ? parts : content;
  if (!known || all === undefined) {
    throw new MalformedError(
      "it is neither a span with `attributes` nor a message with `role` and `parts` or `content`",
    );
  }
  if (typeof all === "string") return role === "user" ? contentEvents(all, "sent", identity) : [];
  return listOf(all).flatMap((part) => partEvents(role, objectAt(part), identity));
}

function partEvents(role: string, part: JsonObject, identity: Identity): ConvertedEvent[] {
  const { type, text, toolInvocation } = part;
  if (type === "text") return role === "user" ? contentEvents(text, "sent", identity) : [];
  if (type === "tool-result")
    return contentEvents(valueAt(part, "output") ?? valueAt(part, "result"), "received", identity);
  // Version 4 kept the call in a member of its own.
  const call = type === "tool-invocation" ? objectAt(toolInvocation) : part;
  const tool = toolOf(type, call);
  if (tool === undefined) return [];
  const { state, input = valueAt(call, "args"), output = valueAt(call, "result") } = call;
  // The model has not finished it, so it was never made.
  if (state === "input-streaming" || state === "partial-call") return [];
  if (input === undefined) throw new MalformedError("a call has no `input`");
  return [...callEvents({ tool, args: argumentsOf(input) }, identity), ...contentEvents(output, "received", identity)];
}

/** The name of the tool, if a part is a call. */
function toolOf(type: unknown, { toolName }: JsonObject): string | undefined {
  if (type === "tool-call" || type === "dynamic-tool" || type === "tool-invocation") return textOf(toolName);
  const name = typeof type === "string" && type.startsWith("tool-") ? type.slice("tool-".length) : "";
  return /^(?:|result|approval-request|approval-response|error|input-.*|output-.*)$/.test(name) ? undefined : name;
}
