// What the tiers are asked about an escalation.

import type { Decision, JudgedEvent } from "@a3s-sentry/core";
import type { SlowTiers } from "../judging/slow-tiers.js";

/** A text that is the same for escalations about which the tiers are asked the same. */
export function questionOf(l1: Decision, event: JudgedEvent, { l3 }: SlowTiers): string {
  const { agent, kind, provider, subject, target, evidence } = event;
  const { rule, reason, severity, action } = l1;
  // L2 is not asked about a process, L3 is.
  const pid = l3 ? event.pid : undefined;
  return JSON.stringify([agent, pid, kind, provider, subject, target, evidence, rule, reason, severity, action]);
}
