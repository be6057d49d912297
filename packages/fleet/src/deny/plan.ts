// Decides what a node denies of what its fleet denies.

import { ACTION_KINDS, type DenyKind, type FleetLine, type TargetCheck } from "a3s-sentry/host";
import type { DenyEntry } from "./entry.js";

/** An entry of the bucket, with its times by the clock of the servers. */
export interface FleetDeny extends DenyEntry {
  readonly entryKey: string;
  readonly added: Date;
  readonly expires: Date;
  /** A person has withdrawn it: no node denies it. */
  readonly isWithdrawn?: true;
}

/** A line of the fleet that a node has, by its note. */
export interface KnownLine {
  /** Those of its deny-file: one file may be for several. */
  readonly kinds: readonly DenyKind[];
  readonly target: string;
  readonly expires: string | undefined;
}

/** The lines of a node, by kind and target. */
export interface Plan {
  readonly lines: Readonly<Record<DenyKind, ReadonlyMap<string, FleetLine>>>;
  /** Targets that this node does not deny, whoever asks. */
  readonly refused: number;
}

/** The most lines of a fleet on a node. The oldest entries come first. */
const MAX_LINES = 20_000;
const MAX_REASON = 300;

/**
 * Why a bucket is not to be trusted; `undefined` if it may be. Lines that have ended, or that people have withdrawn, may be
 * missing. Of the others, a fifth may.
 */
export function shrinkage(known: readonly KnownLine[], denies: readonly FleetDeny[], now: number): string | undefined {
  const keys = new Set(denies.map(({ kind, target }) => `${kind} ${target}`));
  const expected = known.filter(({ expires }) => expires === undefined || Date.parse(expires) > now);
  const missing = expected.filter(({ kinds, target }) => !kinds.some((kind) => keys.has(`${kind} ${target}`)));
  if (missing.length * 5 <= expected.length) return undefined;
  return `${missing.length} of ${expected.length} targets that the fleet denied are missing in the bucket`;
}

/** `isNeeded` says which hosts this machine needs itself. */
export function planOf(
  denies: readonly FleetDeny[],
  targets: Pick<TargetCheck, "check">,
  isNeeded: (host: string) => boolean,
): Plan {
  const lines: Record<DenyKind, Map<string, FleetLine>> = { egress: new Map(), file: new Map(), exec: new Map() };
  const sorted = [...denies].sort((a, b) => a.added.getTime() - b.added.getTime());
  let [refused, count] = [0, 0];
  for (const { kind, target, reason, key, added, expires, isWithdrawn } of sorted) {
    if (isWithdrawn) continue;
    // As for built-in rules: an event of another machine never denies an everyday program here.
    const checked = targets.check({ kind: ACTION_KINDS[kind], target }, "observed");
    if (
      !("line" in checked) ||
      checked.line !== target ||
      (kind === "egress" && isNeeded(target)) ||
      count >= MAX_LINES
    ) {
      refused += 1;
      continue;
    }
    count += 1;
    lines[kind].set(target, {
      target,
      reason: `${reason.slice(0, MAX_REASON)} (event ${key.slice(0, MAX_REASON)})`,
      added: added.toISOString(),
      expires: expires.toISOString(),
    });
  }
  return { lines, refused };
}
