// What a block of an event denies, where no rule says so.

import type { Action, ActionKind } from "../decision/decision.js";
import type { EventKind } from "../generated/wire.js";
import type { JudgedEvent } from "./tier.js";

const KINDS: Readonly<Partial<Record<EventKind, ActionKind>>> = {
  Egress: "DenyEgress",
  ToolExec: "DenyExec",
  FileAccess: "DenyFile",
  FileDelete: "DenyFile",
};

/**
 * The deny target that an event has by its nature: a peer, a program or a path; nothing where it has none.
 *
 * @example
 * naturalDeny(event); // { kind: "DenyExec", target: "/usr/bin/nc" }
 */
export function naturalDeny({ kind, target }: Pick<JudgedEvent, "kind" | "target">): Action | undefined {
  const action = KINDS[kind];
  return action === undefined || target === null ? undefined : { kind: action, target };
}
