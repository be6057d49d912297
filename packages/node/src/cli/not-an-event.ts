// Explains to its author why a text is not an event, with an example.

import {
  dns,
  type EventInput,
  type EventKind,
  egress,
  fileAccess,
  fileDelete,
  llmActivations,
  type Sentry,
  securityAction,
  sslContent,
  toolCall,
  toolExec,
} from "@a3s-sentry/core";

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
  ToolCall: toolCall("Read", { file_path: "/etc/shadow" }),
};

const KINDS = Object.keys(EXAMPLES)
  .map((kind) => `\`${kind}\``)
  .join(", ");

/**
 * Explains what is missing or wrong in a text that is not an event, and shows an event of the kind
 * that the explanation names.
 */
export function whyNotAnEvent(sentry: Pick<Sentry, "whyNotAnEvent">, text: EventInput): string {
  const why = sentry.whyNotAnEvent(text);
  if (why === null) return `this kind of event is not judged: the kinds are ${KINDS}`;
  return `${why}; an event looks like \`${exampleFor(why)}\``;
}

function exampleFor(why: string): string {
  const named = Object.entries(EXAMPLES).find(([kind]) => why.includes(`\`${kind}`));
  return named?.[1] ?? EXAMPLES.ToolExec;
}
