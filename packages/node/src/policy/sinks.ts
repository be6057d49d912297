// Resolves the paths of a policy's deny-files.

import { join, resolve } from "node:path";
import type { ActionKind, DenyFiles } from "@a3s-sentry/core";
import type { Sink, Sinks } from "../enforcer/enforcer.js";

/**
 * Returns the sinks of a policy. Relative paths in the policy start at its `folder`, those of
 * `overrides` at the working directory. All are resolved now, so a later change of the working
 * directory has no effect.
 */
export function sinksOf(deny: DenyFiles, folder: string, overrides: Partial<DenyFiles> = {}): Sinks {
  const sinks: Partial<Record<ActionKind, Sink>> = {};
  const kinds = { DenyEgress: "egress", DenyFile: "file", DenyExec: "exec" } as const;
  for (const [kind, key] of Object.entries(kinds) as [ActionKind, keyof DenyFiles][]) {
    const written = deny[key];
    if (written === null) continue;
    const label = overrides[key] === undefined ? labelOf(written, folder) : written;
    sinks[kind] = { label, path: resolve(label) };
  }
  return sinks;
}

/** Returns a path of the policy as seen from the working directory. */
export function labelOf(written: string, folder: string): string {
  return folder === "" || written.startsWith("/") ? written : join(folder, written);
}
