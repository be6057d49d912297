// Builders of events whose largest field is JSON text already.

import { MAX_EVENT_BYTES } from "../generated/boundary.js";
import { aroundArgs, type EventOptions, envelopeJson, tooLarge } from "./builders.js";
import { JsonText } from "./json-text.js";

/** As `toolCallJson`, with the arguments as JSON text. Throws as it does. */
export function toolCallOf(
  tool: unknown,
  args: JsonText,
  envelope: string,
  server?: unknown,
  cwd?: unknown,
  pid?: unknown,
): JsonText {
  const [before, after] = aroundArgs(tool, server, cwd, pid);
  return around(`{${envelope}"event":{"ToolCall":{${before}`, args, `${after}}}}`);
}

/** As `sslContent` of the process 0, with the content as the JSON text of a string. Throws as it does. */
export function sslContentOf(content: JsonText, isRead: boolean, options: EventOptions | undefined): JsonText {
  const before = `{${envelopeJson(options)}"event":{"SslContent":{"pid":0,"is_read":${isRead},"content":`;
  return around(before, content, "}}}");
}

function around(before: string, value: JsonText, after: string): JsonText {
  const event = new JsonText([before, ...value.parts, after]);
  if (event.length > MAX_EVENT_BYTES) throw tooLarge();
  return event;
}
