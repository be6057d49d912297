// An exception for one event: a rule that allows exactly its subject.

import type { EventKind } from "@a3s-sentry/core";

/** A change of a text. */
export interface Change {
  readonly at: number;
  readonly insert: string;
}

/**
 * The exception, before the first rule of the policy: of the site's rules, the first that matches
 * decides.
 */
export function exceptionFor(policy: string, kind: EventKind, subject: string): Change {
  const first = /^(?:[^\S\n]*#[^\n]*\n)*[^\S\n]*rules?\b[^\n]*[{[]/m.exec(policy);
  const at = first?.index ?? policy.length;
  const name = unusedName(policy, `allow-${kind.toLowerCase()}`);
  const rule = `rule "${name}" {
  on       = "${kind}"
  match    = \`^${escapePattern(subject)}$\`
  verdict  = "allow"
  severity = "info"
  reason   = "allowed as it is"
}
`;
  const before = at === 0 || policy.slice(0, at).endsWith("\n") ? "" : "\n";
  return { at, insert: first === null ? `${before}\n${rule}` : `${rule}\n` };
}

function unusedName(policy: string, name: string): string {
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name}-${number}`;
    if (!policy.includes(`"${candidate}"`)) return candidate;
  }
}

/** The text as a pattern that matches nothing else, without backticks and line breaks. */
function escapePattern(text: string): string {
  return text
    .replaceAll(/[\\^$.|?*+()[\]{}#&~-]/g, "\\$&")
    .replaceAll("`", "\\x60")
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r");
}
