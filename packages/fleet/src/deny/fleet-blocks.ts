// Finds the blocks in audit lines that nodes deny.

import type { Action } from "@a3s-sentry/core";
import { ACTION_KINDS, DENY_KINDS, type DenyKind } from "a3s-sentry/host";
import type { DenyEntry } from "./entry.js";

export interface FleetBlock extends Pick<DenyEntry, "kind" | "rule" | "reason" | "key"> {
  readonly action: Action;
}

const MAX_TEXT = 300;

/** The blocks that a rule in `rules` has decided, L1 alone: slow tiers block for reasons of their own. */
export function fleetBlocks(audit: Uint8Array, rules: ReadonlySet<string>): FleetBlock[] {
  const text = Buffer.from(audit.buffer, audit.byteOffset, audit.length).toString("utf8");
  return text
    .split("\n")
    .filter((line) => line.includes('"action":{"Deny'))
    .flatMap((line) => {
      const { decision, key } = JSON.parse(line) as AuditLine;
      if (decision?.verdict !== "block" || decision.tier !== "Rules" || !rules.has(decision.rule ?? "")) return [];
      const { rule = "", reason = "", action = {} } = decision;
      return DENY_KINDS.flatMap((kind: DenyKind): FleetBlock[] => {
        const target = action[ACTION_KINDS[kind]];
        if (target === undefined) return [];
        return [
          {
            kind,
            rule,
            reason: reason.slice(0, MAX_TEXT),
            key: key ?? "",
            action: { kind: ACTION_KINDS[kind], target },
          },
        ];
      });
    });
}

/** The members of an audit line that are read here. */
interface AuditLine {
  readonly key?: string;
  readonly decision?: {
    readonly verdict: string;
    readonly tier: string;
    readonly rule?: string;
    readonly reason?: string;
    readonly action?: Readonly<Record<string, string>>;
  };
}
