// Caches the outcome of L1's decisions, per rule, kind of event and evidence.

import type { ActionKind, Decision, Policy, StreamItem, Tier } from "@a3s-sentry/core";
import type { Why } from "../../enforcer/deny-reasons.js";
import { type DecisionText, decisionText } from "../audit/audit-line.js";
import type { FinalVerdict } from "../tally.js";
import { needsSlowTier, type SlowTiers } from "./slow-tiers.js";

/** The part of a sentry that outcomes depend on. */
export interface FailModeSentry {
  readonly policy: Policy;
  failMode(decision: Decision): Decision;
}

/** An L1 decision after the fail mode. Its target is missing: each event has its own. */
export interface Outcome {
  readonly tier: Tier;
  readonly verdict: FinalVerdict;
  readonly resolution: Decision["resolution"];
  /** Whether a slow tier is to decide. The other members then apply if its queue is full. */
  readonly needsSlowTier: boolean;
  readonly text: DecisionText;
  /** The action that remains, if any. */
  readonly action: ActionKind | undefined;
  /** Whether the target goes to a deny-file. */
  readonly enforced: boolean;
  /** Why it blocks. */
  readonly why: Why;
}

/** The outcomes of one policy. */
export class OutcomeCache {
  readonly #sentry: FailModeSentry;
  readonly #slowTiers: SlowTiers;
  readonly #deniedKinds: ReadonlySet<ActionKind>;
  readonly #withoutTarget = new WeakMap<Decision, Outcome>();
  readonly #withTarget = new WeakMap<Decision, Outcome>();

  constructor(sentry: FailModeSentry, slowTiers: SlowTiers) {
    this.#sentry = sentry;
    this.#slowTiers = slowTiers;
    this.#deniedKinds = kindsWithDenyFile(sentry.policy);
  }

  of(item: StreamItem): Outcome {
    // The SAE tier makes a new decision for each event.
    if (item.shared.tier === "Sae") return this.#compute(item.decision);
    const cache = item.target === "" ? this.#withoutTarget : this.#withTarget;
    const cached = cache.get(item.shared);
    if (cached !== undefined) return cached;
    const outcome = this.#compute(item.decision);
    cache.set(item.shared, outcome);
    return outcome;
  }

  #compute(l1: Decision): Outcome {
    const decision = this.#sentry.failMode(l1);
    const { tier, resolution, rule, reason } = decision;
    const verdict = decision.verdict === "block" ? "block" : "allow";
    const escalates = needsSlowTier(l1, this.#slowTiers);
    const action = decision.action?.kind;
    const enforced = verdict === "block" && action !== undefined && this.#deniedKinds.has(action);
    const why = { tier, reason, ...(rule && { rule }) };
    const text = decisionText(decision, escalates ? "overload" : undefined);
    return { tier, verdict, resolution, needsSlowTier: escalates, text, action, enforced, why };
  }
}

/** The kinds of action whose targets this policy writes to deny-files. */
function kindsWithDenyFile({ deny, dryRun }: Policy): ReadonlySet<ActionKind> {
  const files = [
    ["DenyEgress", deny.egress],
    ["DenyFile", deny.file],
    ["DenyExec", deny.exec],
  ] as const;
  return new Set(dryRun ? [] : files.filter(([, file]) => file !== null).map(([kind]) => kind));
}
