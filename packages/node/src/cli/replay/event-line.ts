// Reads the lines of a stream of events. A call of a tool also stands for other events.

import { given } from "@a3s-sentry/core/host";
import { isObject, type JsonObject, type Recorded } from "./recorded.js";

/** What a line records that has an event. `text` is the whole line. */
export function readEvent({ event, identity }: JsonObject, text: string): Recorded[] {
  const { ToolCall: called } = isObject(event) ? event : {};
  if (!isObject(called) || typeof called.tool !== "string") return [{ kind: "event", line: text }];
  const { tool, args, server, cwd } = called;
  const known = given({
    server: typeof server === "string" ? server : undefined,
    cwd: typeof cwd === "string" ? cwd : undefined,
  });
  const call = { tool, args, ...known };
  return [{ kind: "call", call, line: text, ...(isObject(identity) && { identity }) }];
}
