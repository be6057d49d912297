// The sentry of a run: from one file, from two, or from the built-in rules alone.

import type { DenyFiles, Policy, PolicyOverrides } from "@a3s-sentry/core";
import { labelOf } from "../policy/sinks.js";
import { openFile } from "../policy/source.js";
import { Sentry } from "../sentry.js";
import type { RunSettings } from "./settings.js";

const RULE_KEYS: ReadonlySet<string> = new Set(["rule", "rules"]);

/** Two files that do not go together. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

export interface Loaded {
  readonly sentry: Sentry;
  /** What the policy asks for and this version cannot do, one sentence each. */
  readonly warnings: readonly string[];
}

/**
 * With a `config` and a `policy`, the first gives the settings and the second the rules. Throws a `PolicyError` for a
 * file that is no policy, a `SettingsError` if both hold rules or the second holds settings.
 */
export async function load({ config, policy, overrides }: RunSettings): Promise<Loaded> {
  if (config === undefined || policy === undefined) {
    const file = config ?? policy;
    const sentry =
      file === undefined ? await Sentry.create({}, overrides) : await Sentry.open(openFile(file), overrides);
    return { sentry, warnings: sentry.warnings };
  }
  const opened = openFile(config);
  const settings = await Sentry.open(opened, overrides);
  settings.close();
  const sentry = await Sentry.open(openFile(policy), settingsOf(settings.policy, opened.folder, overrides));
  try {
    refuseConflict(config, settings.policy, policy, sentry.policy);
  } catch (error) {
    sentry.close();
    throw error;
  }
  return { sentry, warnings: settings.warnings };
}

/** The settings of a policy as overrides, its paths as they are reached from the working directory. */
function settingsOf(policy: Policy, folder: string, overrides: PolicyOverrides): PolicyOverrides {
  const { failClosed, dryRun, deny } = policy;
  const label = (key: keyof DenyFiles): string | null => {
    const written = deny[key];
    return written === null || overrides.deny?.[key] !== undefined ? written : labelOf(written, folder);
  };
  return { failClosed, dryRun, deny: { egress: label("egress"), file: label("file"), exec: label("exec") } };
}

function refuseConflict(config: string, settings: Policy, file: string, rules: Policy): void {
  if (settings.keys.some((key) => RULE_KEYS.has(key))) {
    throw new SettingsError(
      `the configuration \`${config}\` holds rules, and \`${file}\` is given as the file of rules: keep the rules in one of them`,
    );
  }
  const key = rules.keys.find((name) => !RULE_KEYS.has(name));
  if (key !== undefined) {
    throw new SettingsError(
      `the file of rules \`${file}\` sets \`${key}\`, though the configuration \`${config}\` is given: move it there`,
    );
  }
}
