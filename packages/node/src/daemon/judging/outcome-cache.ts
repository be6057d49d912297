// What becomes of L1's decisions where no slow tier is asked: worked out once for each rule, kind of event and evidence.

import type { ActionKind, Decision, Policy, StreamItem, Tier } from "@a3s-sentry/core";
import { type DecisionText, decisionText } from "../audit/audit-line.js";
import { goesOn, type Routes } from "../escalation/slow-tiers.js";
import type { FinalVerdict } from "../telemetry/decision-counts.js";

/** What of a sentry matters here. */
export interface FailModeSentry {
  readonly policy: Policy;
  failMode(decision: Decision): Decision;
}

/** An L1 decision after the fail mode. Its target is that of the event at hand. */
export interface Ruling {
  readonly tier: Tier;
  readonly verdict: FinalVerdict;
  readonly resolution: Decision["resolution"];
  /** Whether a slow tier is to be asked, and the rest is for want of a slot. */
  readonly goesOn: boolean;
  readonly text: DecisionText;
  /** The action that is left, if any. */
  readonly action: ActionKind | undefined;
  /** Whether a deny-file is to hold the target. */
  readonly enforced: boolean;
}

/** The rulings of one policy. */
export class Rulings {
  readonly #sentry: FailModeSentry;
  readonly #routes: Routes;
  readonly #sinks: ReadonlySet<ActionKind>;
  readonly #plain = new WeakMap<Decision, Ruling>();
  readonly #withTarget = new WeakMap<Decision, Ruling>();

  constructor(sentry: FailModeSentry, routes: Routes) {
    this.#sentry = sentry;
    this.#routes = routes;
    this.#sinks = sinkKinds(sentry.policy);
  }

  of(item: StreamItem): Ruling {
    // The SAE tier decides each event on its own.
    if (item.shared.tier === "Sae") return this.#make(item.decision);
    const known = item.target === "" ? this.#plain : this.#withTarget;
    const ruling = known.get(item.shared) ?? this.#make(item.decision);
    known.set(item.shared, ruling);
    return ruling;
  }

  #make(l1: Decision): Ruling {
    const decision = this.#sentry.failMode(l1);
    const { tier, resolution } = decision;
    const verdict = decision.verdict === "block" ? "block" : "allow";
    const wanted = goesOn(l1, this.#routes);
    const action = decision.action?.kind;
    const enforced = verdict === "block" && action !== undefined && this.#sinks.has(action);
    const text = decisionText(decision, wanted ? "overload" : undefined);
    return { tier, verdict, resolution, goesOn: wanted, text, action, enforced };
  }
}

/** The kinds of action that this policy writes to deny-files. */
function sinkKinds({ deny, dryRun }: Policy): ReadonlySet<ActionKind> {
  const files = [
    ["DenyEgress", deny.egress],
    ["DenyFile", deny.file],
    ["DenyExec", deny.exec],
  ] as const;
  return new Set(dryRun ? [] : files.filter(([, file]) => file !== null).map(([kind]) => kind));
}
