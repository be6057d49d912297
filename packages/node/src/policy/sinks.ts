// Where the deny-files of a policy lie.

import { join, resolve } from "node:path";
import type { ActionKind, DenyFiles } from "@a3s-sentry/core";
import type { Sink, Sinks } from "../enforcer/enforcer.js";

/**
 * The sinks of a policy. Relative paths that the policy writes start at its `folder`; those that `overrides` gives, at
 * the working directory, which is looked up now, once and for all.
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

/** A path of the policy as it is reached from the working directory. */
export function labelOf(written: string, folder: string): string {
  return folder === "" || written.startsWith("/") ? written : join(folder, written);
}
