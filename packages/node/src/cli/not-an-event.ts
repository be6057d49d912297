// Explains to its author why a text is not an event.

import {
  dns,
  type EventKind,
  egress,
  fileAccess,
  fileDelete,
  llmActivations,
  securityAction,
  sslContent,
  toolExec,
} from "@a3s-sentry/core";
import { closest } from "../util/closest.js";

/** An example event of each kind. */
const EXAMPLES: Readonly<Record<EventKind, string>> = {
  ToolExec: toolExec(1234, ["ls", "-la"]),
  SslContent: sslContent(1234, "GET / HTTP/1.1"),
  SecurityAction: securityAction(1234, "bind", 3000),
  Egress: egress(1234, "192.0.2.7", 443),
  Dns: dns(1234, "api.example.com"),
  FileAccess: fileAccess(1234, "/etc/hosts"),
  FileDelete: fileDelete(1234, "/tmp/a.log"),
  LlmActivations: llmActivations(1234, 12, [[8801, 0.5]]),
};

const KINDS = Object.keys(EXAMPLES)
  .map((kind) => `\`${kind}\``)
  .join(", ");

/**
 * Explains what is missing or wrong in a text that the rule engine rejected, with an example. The
 * message quotes nothing of the text.
 */
export function whyNotAnEvent(text: string): string {
  if (text.trim() === "") return "it is empty";
  const envelope = parsed(text);
  if (envelope === undefined) return "it is not valid JSON";
  if (!isObject(envelope)) return `it is not a JSON object; an event looks like \`${EXAMPLES.ToolExec}\``;
  if (!Object.hasOwn(envelope, "event")) {
    const [bare] = kindsIn(envelope);
    if (bare === undefined) return `it has no \`event\`; an event looks like \`${EXAMPLES.ToolExec}\``;
    return `\`${bare}\` must be nested under \`event\`: \`${EXAMPLES[bare]}\``;
  }
  const { event: variants } = envelope;
  if (!isObject(variants)) return `its \`event\` is not an object; an event looks like \`${EXAMPLES.ToolExec}\``;
  if (Object.keys(variants).length !== 1) return `its \`event\` must have exactly one key, one of ${KINDS}`;
  const [kind] = kindsIn(variants);
  if (kind === undefined) return unknownKind(Object.keys(variants)[0] ?? "");
  return `a field of \`${kind}\`, \`identity\` or \`provider\` is missing, duplicated or of the wrong type; an event looks like \`${EXAMPLES[kind]}\``;
}

/** Does not quote the kind: it may be any text. */
function unknownKind(typed: string): string {
  const meant = closest(typed, Object.keys(EXAMPLES) as EventKind[]);
  const hint = meant === undefined ? "" : `; did you mean \`${meant}\`?`;
  return `unknown kind of event: the kinds are ${KINDS}${hint}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function kindsIn(value: object): EventKind[] {
  return Object.keys(value).filter((key): key is EventKind => Object.hasOwn(EXAMPLES, key));
}
