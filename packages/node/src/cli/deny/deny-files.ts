// Finds the deny-files that a `deny` command is about.

import { closeSync, constants, openSync } from "node:fs";
import type { ActionKind, DenyFiles } from "@a3s-sentry/core";
import { variable } from "../../daemon/config/environment-variables.js";
import { parseSwitch } from "../../daemon/config/setting-values.js";
import { denyFileCause } from "../../enforcer/enforce-error.js";
import { readLines } from "../../enforcer/lines.js";
import type { TargetCheck } from "../../enforcer/target-check.js";
import { openFile } from "../../policy/open-source.js";
import { Sentry } from "../../sentry.js";
import { errnoOf } from "../../util/errno.js";
import { CliError, type Io } from "../io.js";
import { withLock } from "./lock.js";
import { DENY_KINDS, type DenyFlags, type DenyKind } from "./options.js";
import { targetOf } from "./removal.js";

export const ACTION_KINDS: Readonly<Record<DenyKind, ActionKind>> = {
  egress: "DenyEgress",
  file: "DenyFile",
  exec: "DenyExec",
};

/** One deny-file of a policy. */
export interface PolicyDenyFile {
  readonly kind: DenyKind;
  readonly path: string;
  /** The path as a user would type it. */
  readonly label: string;
}

/** The deny-files of a policy, those of one kind if the flags ask for it, and what goes into them. */
export interface PolicyDenyFiles {
  readonly files: readonly PolicyDenyFile[];
  readonly targets: TargetCheck;
  readonly maxLines: number;
  /** Whether the policy has sentry deny nothing. Commands of people deny all the same. */
  readonly dryRun: boolean;
}

/** Flags and variables mean what they mean to `run`. Rejects with a `CliError` or a `PolicyError`. */
export async function denyFilesOf(flags: DenyFlags, io: Io): Promise<PolicyDenyFiles> {
  const { env } = io;
  const policy = flags.config ?? variable(env, "CONFIG") ?? flags.policy ?? variable(env, "POLICY");
  const deny = {
    egress: flags.egressDeny ?? variable(env, "EGRESS_DENY"),
    file: flags.fileDeny ?? variable(env, "FILE_DENY"),
    exec: flags.execDeny ?? variable(env, "EXEC_DENY"),
  };
  // As for `run`, an empty flag is no file, even if the policy names one.
  const given = Object.entries(deny)
    .filter(([, path]) => path !== undefined)
    .map(([kind, path]) => [kind, path || null]);
  const sentry = await Sentry.open(policy === undefined ? { source: {}, folder: "" } : openFile(policy), {
    env,
    deny: Object.fromEntries(given) as Partial<DenyFiles>,
    sae: null,
    tiers: () => ({}),
  });
  try {
    const { sinks, targets, maxLines } = sentry.enforcer;
    const all = DENY_KINDS.flatMap((kind): PolicyDenyFile[] => {
      const sink = sinks[ACTION_KINDS[kind]];
      return sink === undefined ? [] : [{ kind, ...sink }];
    });
    const files = all.filter(({ kind }) => flags.kind === undefined || flags.kind === kind);
    if (files.length === 0) throw new CliError(noFile(policy, flags.kind));
    return { files, targets, maxLines, dryRun: dryRunOf(env) ?? sentry.policy.dryRun };
  } finally {
    sentry.close();
  }
}

function dryRunOf(env: Io["env"]): boolean | undefined {
  const text = variable(env, "DRY_RUN");
  return parseSwitch(text === undefined ? undefined : { text, source: "A3S_SENTRY_DRY_RUN" }, () => {});
}

function noFile(policy: string | undefined, kind: DenyKind | undefined): string {
  if (policy === undefined) return "which deny-files? give the policy that names them: `--config FILE`";
  const what = kind === undefined ? "deny-file" : `deny-file for \`${kind}\``;
  return `the policy \`${policy}\` has no ${what}: set it in its section \`deny\`, or give \`--${kind ?? "exec"}-deny FILE\``;
}

/** Yields the targets in a deny-file, in its order; none if there is no file. Throws a `CliError`. */
export function* targetsIn({ path, label }: PolicyDenyFile): Generator<string> {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return;
    throw unreadable(label, error);
  }
  try {
    for (const line of readLines(fd)) {
      const target = targetOf(line);
      if (target !== "") yield target;
    }
  } catch (error) {
    throw unreadable(label, error);
  } finally {
    closeSync(fd);
  }
}

/** Changes a deny-file under its lock. Throws a `CliError`. */
export function changed<T>({ path, label }: PolicyDenyFile, change: () => T): T {
  return withLock(path, () => {
    try {
      return change();
    } catch (error) {
      if (error instanceof CliError) throw error;
      throw new CliError(`cannot change deny-file \`${label}\`: ${denyFileCause(error)}`, { cause: error });
    }
  });
}

function unreadable(label: string, error: unknown): CliError {
  const why = errnoOf(error) === "EACCES" ? "no permission to read it" : denyFileCause(error);
  return new CliError(`cannot read deny-file \`${label}\`: ${why}`, { cause: error });
}
