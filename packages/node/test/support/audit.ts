// Writes an audit line in the simplest way: one object, one `JSON.stringify`.

import type { Decision, EventFacts } from "@a3s-sentry/core";
import { truncateUtf8 } from "@a3s-sentry/core/host";
import type { DenyResult } from "../../src/daemon/audit/audit-line.js";
import type { Sentry } from "../../src/sentry.js";
import { escapeTerminalJson } from "../../src/util/escape-terminal.js";

export async function plainAuditLine(
  sentry: Sentry,
  decision: Decision,
  event: EventFacts | null,
  result: DenyResult = {},
  labels: object = {},
): Promise<string> {
  const { verdict, tier, severity, reason, action, risk, explain, rule, evidence, resolution } = decision;
  const line = JSON.stringify({
    agent: event?.agent ?? undefined,
    event: event?.kind,
    subject: event === null ? undefined : truncateUtf8(await shown(sentry, event), 300),
    decision: {
      verdict,
      tier,
      severity,
      reason,
      action: action && { [action.kind]: action.target },
      risk: risk && { category: risk.category, name: risk.name, risk_type: risk.riskType },
      explain,
      rule,
      evidence: evidence === "partial" ? evidence : undefined,
      resolution,
    },
    enforced: result.enforced,
    not_enforced: result.notEnforced,
    enforce_error: result.enforceError,
    ...labels,
  });
  return `${escapeTerminalJson(line)}\n`;
}

/** The labels of a line that is an event, for its audit line. */
export function labelsOf(line: string, { pid }: EventFacts): object {
  const { id, identity } = JSON.parse(line);
  return { id, pid, session: identity?.session ?? undefined, task: identity?.task ?? undefined };
}

/** Contents are shown as the gate would pass them on. */
async function shown(sentry: Sentry, { kind, subject }: EventFacts): Promise<string> {
  return kind === "SslContent" ? (await sentry.inspectWire(subject, "request")).apply(subject).masked : subject;
}
