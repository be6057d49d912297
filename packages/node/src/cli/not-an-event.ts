// Why a text is not an event, told to the person who wrote it.

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

/** What an event of each kind looks like. */
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

/** What is missing or wrong in a text that the rule engine took for no event, and what would be right. Repeats none of the text. */
export function whyNotAnEvent(text: string): string {
  if (text.trim() === "") return "it is empty";
  const envelope = parsed(text);
  if (envelope === undefined) return "it is not JSON";
  if (!isObject(envelope)) return `it is JSON, but no object; one looks like \`${EXAMPLES.ToolExec}\``;
  if (!Object.hasOwn(envelope, "event")) {
    const [bare] = kindsIn(envelope);
    if (bare === undefined) return `it has no \`event\`; one looks like \`${EXAMPLES.ToolExec}\``;
    return `\`${bare}\` must stand in \`event\`: \`${EXAMPLES[bare]}\``;
  }
  const { event: variants } = envelope;
  if (!isObject(variants)) return `its \`event\` is no object; one looks like \`${EXAMPLES.ToolExec}\``;
  if (Object.keys(variants).length !== 1) return `its \`event\` must have exactly one key, one of ${KINDS}`;
  const [kind] = kindsIn(variants);
  if (kind === undefined) return `its kind is none that is judged, which are ${KINDS}`;
  return `a field of \`${kind}\`, of \`identity\` or \`provider\` is missing, given twice or of a wrong type; an event looks like \`${EXAMPLES[kind]}\``;
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
