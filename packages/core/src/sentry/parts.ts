// Preparing a sentry: compiling its policy, making its tiers, reading its files.

import type { Engine } from "../engine/engine.js";
import type { PolicyInfo } from "../generated/wire.js";
import type { TierSettings, Tiers } from "../pipeline/tier.js";
import { type LoadedPolicy, loadPolicy } from "../policy/load.js";
import { overridden, type Policy, type PolicyOverrides, publicPolicy } from "../policy/policy.js";
import type { PolicySource } from "../policy/source.js";
import { tierWarnings } from "../policy/warnings.js";
import { importGitleaks } from "../redact/gitleaks.js";
import { attachDictionary, saeTier } from "../sae/tier.js";
import { deepFreeze } from "../util/freeze.js";
import { checkOptions, checkTiers } from "./check-options.js";
import type { SentryOptions, SentrySpec } from "./options.js";

/**
 * Makes further overrides from a policy's tier settings, which already have the overrides of the
 * options.
 */
export type ReviseSettings = (settings: TierSettings) => PolicyOverrides;

/**
 * What a `Sentry` is made of. Only {@link prepareSentry} makes it, so only that leads to a sentry.
 */
export class SentryParts {
  /** The policy in force, without secrets. */
  readonly policy: Policy;
  /** The parts of the policy that have no effect, one sentence each. */
  readonly warnings: readonly string[];
  readonly engine: Engine;
  readonly spec: SentrySpec;
  readonly settings: TierSettings;
  readonly tiers: Tiers;

  constructor(parts: Omit<SentryParts, "policy">, info: PolicyInfo) {
    this.policy = publicPolicy(info);
    this.warnings = Object.freeze([...tierWarnings(this.policy, parts.tiers), ...parts.warnings]);
    this.engine = parts.engine;
    this.spec = parts.spec;
    this.settings = parts.settings;
    this.tiers = parts.tiers;
  }
}

/**
 * Compiles a policy and makes its tiers. Rejects with a `PolicyError` that has all problems of the
 * policy, or with a `TypeError` for an argument of the wrong type.
 */
export async function prepareSentry(
  source: PolicySource,
  options: SentryOptions,
  revise?: ReviseSettings,
): Promise<SentryParts> {
  checkOptions(options);
  const loaded = await loadPolicy(source, options);
  try {
    return await withTiers(loaded, revisedInfo(loaded.info, revise), options);
  } catch (error) {
    loaded.engine.close();
    throw error;
  }
}

function revisedInfo(info: PolicyInfo, revise: ReviseSettings | undefined): PolicyInfo {
  if (revise === undefined) return info;
  const overrides = revise(settingsOf(info));
  checkOptions(overrides);
  return overridden(info, overrides);
}

async function withTiers(loaded: LoadedPolicy, info: PolicyInfo, options: SentryOptions): Promise<SentryParts> {
  const { engine, files } = loaded;
  const { failClosed, dryRun, deny, speculate, llm, agent, sae, redact } = info;
  const settings = settingsOf(info);
  const given = typeof options.tiers === "function" ? await options.tiers(settings) : { ...options.tiers };
  checkTiers(given);
  const ownSae = given.sae === undefined ? sae : null;
  if (ownSae !== null) attachDictionary(engine, ownSae, files);
  const warnings = redact.gitleaks === null ? [] : await importGitleaks(engine, redact.gitleaks, files);
  const tiers = ownSae === null ? given : { ...given, sae: saeTier(engine) };
  // A sentry made from the spec has no tiers, so it must not use an SAE tier that the caller has
  // replaced.
  const overrides = { failClosed, dryRun, deny, speculate, llm, agent, sae: ownSae };
  const spec = { source: loaded.source, options: { ...loaded.options, ...overrides, files: files.table() } };
  return new SentryParts({ engine, spec, settings, tiers, warnings }, info);
}

function settingsOf({ llm, agent, sae, failClosed }: PolicyInfo): TierSettings {
  return deepFreeze({ llm, agent, sae, failClosed });
}
