// The action of a block whose decision has none from a rule.

import type { Action, ActionKind } from "../decision/decision.js";
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
