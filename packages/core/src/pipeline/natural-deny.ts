// The action of a block that a tier decides.

import type { Action, ActionKind, Decision, FinalDecision } from "../decision/decision.js";
import { DENY_ACTIONS } from "../generated/boundary.js";
import type { EventKind } from "../generated/wire.js";
import type { JudgedEvent } from "./tier.js";

const ACTIONS: Readonly<Partial<Record<EventKind, ActionKind>>> = DENY_ACTIONS;

/**
 * The action for an event's own target: a peer, a program or a path. `undefined` if the event has
 * no target.
 *
 * @example
 * naturalDeny(event); // { kind: "DenyExec", target: "/usr/bin/nc" }
 */
export function naturalDeny({ kind, target }: Pick<JudgedEvent, "kind" | "target">): Action | undefined {
  const action = ACTIONS[kind];
  return action === undefined || target === null ? undefined : { kind: action, target };
}

/**
 * A tier's block denies what the site asks for if L1's rule is the site's own and its action has
 * the same target. Returns the tier's decision without `targetFrom` then.
 */
export function asAsked(decision: FinalDecision, l1: Decision): FinalDecision {
  const { action, targetFrom, ...rest } = decision;
  if (action === undefined || targetFrom === undefined || l1.targetFrom !== undefined) return decision;
  const isSame = action.kind === l1.action?.kind && action.target === l1.action.target;
  return isSame ? Object.freeze({ ...rest, action }) : decision;
}
