// Reads audit lines, which `a3s-sentry run` prints, as the events that they are about.

import { Buffer } from "node:buffer";
import { typedCommand } from "../typed-command.js";
import { readEvent } from "./event-line.js";
import { isObject, type JsonObject, type Recorded } from "./recorded.js";

/** A subject of this many bytes may be cut: audit lines have at most 300, whole characters. */
const CUT_BYTES = 297;

export function isAuditLine(line: JsonObject): boolean {
  return typeof line.event === "string" && typeof line.subject === "string" && isObject(line.decision);
}

/** The event, from its subject; nothing for a kind that the subject does not contain. */
export function readAuditLine(line: JsonObject): Recorded[] {
  const { event: kind, subject, agent, session, pid = 0 } = line;
  const fields = typeof subject === "string" ? fieldsOf(kind, subject) : undefined;
  if (fields === undefined) return [];
  const identity = { agent, session };
  const audited = { identity, event: { [kind as string]: { pid, ...fields } } };
  return readEvent(audited, JSON.stringify(audited));
}

function fieldsOf(kind: unknown, subject: string): object | undefined {
  switch (kind) {
    case "ToolExec":
      return { argv: typedCommand(subject), argv_truncated: Buffer.byteLength(subject) >= CUT_BYTES };
    case "Egress": {
      const colon = subject.lastIndexOf(":");
      return { peer: subject.slice(0, colon), port: Number(subject.slice(colon + 1)) };
    }
    case "Dns":
      return { query: subject };
    case "FileAccess":
    case "FileDelete":
      return { path: subject };
    case "SslContent":
      return { content: subject };
    case "SecurityAction": {
      const [what, detail] = subject.split(" ");
      return { kind: what, detail: Number(detail) };
    }
    case "ToolCall": {
      const space = subject.indexOf(" ");
      return { tool: subject.slice(0, space), args: argumentsOf(subject.slice(space + 1)) };
    }
    default:
      return undefined;
  }
}

/** The arguments of a call; their text if it was cut. */
function argumentsOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
