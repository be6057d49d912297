// Loads the sentry of a run from a configuration, a rules file, both, or neither.

import type { DenyFiles, Include, MakeTiers, Policy, PolicyOverrides, TierSettings, Tiers } from "@a3s-sentry/core";
import { messageOf } from "@a3s-sentry/core/host";
import { findUser } from "../../l3/user.js";
import { includeFrom } from "../../policy/include-files.js";
import { type OpenedSource, openFile } from "../../policy/open-source.js";
import { readNamedFile, unreadable } from "../../policy/policy-file.js";
import { labelOf } from "../../policy/sinks.js";
import { Sentry } from "../../sentry.js";
import { tiersOf } from "../../tiers.js";
import { escapeTerminal } from "../../util/escape-terminal.js";
import { formatCount } from "../../util/format.js";
import type { RunSettings } from "../config/run-settings.js";
import { SettingsError } from "../config/settings-error.js";
import { type TierTiming, withTiming } from "../escalation/tier-timing.js";
import { fingerprintOfFiles, fingerprintSync, patternKey } from "./file-fingerprints.js";
import { tierOverrides } from "./tier-overrides.js";

/** The most warnings about rules at the start of a run. */
const MAX_LINTS = 5;
const RULE_KEYS: ReadonlySet<string> = new Set(["rule", "rules", "test", "tests"]);
const LIST_KEYS: ReadonlySet<string> = new Set(["list", "lists"]);
const EMPTY = "it is empty (write `rules = []` for a policy without rules)";
const BUILT_IN: OpenedSource = { source: {}, folder: "" };

export interface Loaded {
  readonly sentry: Sentry;
  /** Settings that have no effect and things that are missing, one message each. */
  readonly warnings: readonly string[];
  /**
   * The first grave warnings about rules, which may take seconds to find: the policy works without
   * them. Empty if the sentry is closed meanwhile.
   */
  readonly lints: () => Promise<readonly string[]>;
}

export interface LoadOptions {
  /** Receives the fingerprint of each file that is read, also if loading fails. */
  readonly fingerprints: Map<string, string>;
  /**
   * Files that have not been empty in earlier loads; this load adds to it. A file that has become
   * empty is refused: somebody is about to write it.
   */
  readonly nonEmpty?: Set<string>;
  /** Receives the timings of the slow tiers. */
  readonly onTierTiming?: ((timing: TierTiming) => void) | undefined;
  /** Wraps the slow tiers. What it adds to their time counts in the timings. */
  readonly wrapTiers?: ((tiers: Tiers) => Tiers) | undefined;
}

/** The settings that a policy is loaded by. */
export type PolicySettings = Pick<RunSettings, "config" | "policy" | "date" | "overrides" | "llm" | "agent"> & {
  /** A policy that is in no file, in place of both. It reads no variable: on another machine it would be another policy. */
  readonly source?: OpenedSource;
};

/**
 * With a `config` and a `policy`, the settings come from the first and the rules from the second.
 * Rejects with a `PolicyError` for an invalid file, and with a `SettingsError` if both files
 * contain rules, the second contains settings, or a tier lacks a setting.
 */
export async function load(run: PolicySettings, options: LoadOptions): Promise<Loaded> {
  const { config, policy, date } = run;
  const overrides = { ...run.overrides, ...(date !== undefined && { date }) };
  const { fingerprints } = options;
  const open = (path: string): OpenedSource => {
    note(path, fingerprints);
    const opened = openFile(path);
    if (opened.source !== "") options.nonEmpty?.add(path);
    else if (options.nonEmpty?.has(path)) throw unreadable(path, EMPTY);
    return opened;
  };
  const first = config ?? policy;
  const opened = first === undefined ? (run.source ?? BUILT_IN) : open(first);
  const readFile = namedFilesIn(opened.folder, fingerprints);
  const include = includesOf(opened, fingerprints);
  const variables = run.source === undefined ? {} : { env: {} };
  const isWhole = config === undefined || policy === undefined;
  if (isWhole && isEmpty(run.llm) && isEmpty(run.agent)) {
    const sentry = await Sentry.open(opened, {
      ...overrides,
      ...variables,
      readFile,
      include,
      tiers: makeTiers(opened.folder, options),
    });
    return loaded(sentry, []);
  }
  if (isWhole) {
    let warnings: readonly string[] = [];
    const revise = (settings: TierSettings): PolicyOverrides => {
      const { llm, agent, ...revised } = tierOverrides(run, settings, opened.folder);
      warnings = revised.warnings;
      return { llm, agent };
    };
    const sentry = await Sentry.open(
      opened,
      { ...overrides, ...variables, readFile, include, tiers: makeTiers("", options) },
      revise,
    );
    return loaded(sentry, warnings);
  }
  const settings = await Sentry.open(opened, { ...overrides, readFile, include, tiers: NO_TIERS });
  settings.close();
  const { warnings, ...tiers } = tierOverrides(run, settings.settings(), opened.folder);
  const own = settingsOf(settings.policy, opened.folder, overrides);
  const all = { ...overrides, ...own, ...tiers, tiers: makeTiers("", options) };
  const rules = open(policy);
  const sentry = await Sentry.open(rules, {
    ...all,
    readFile: namedFilesIn("", fingerprints),
    include: includesOf(rules, fingerprints),
  });
  try {
    rejectConflict(config, settings.policy, policy, sentry.policy);
  } catch (error) {
    sentry.close();
    throw error;
  }
  return loaded(sentry, warnings);
}

function loaded(sentry: Sentry, warnings: readonly string[]): Loaded {
  return {
    sentry,
    warnings: [...sentry.warnings, ...warnings, ...missing(sentry)],
    lints: () => lints(sentry),
  };
}

/** The first grave warnings about rules. `check` shows all warnings, with their places. */
async function lints(sentry: Sentry): Promise<string[]> {
  const all = (await sentry.graveLints()).map(escapeTerminal);
  const more = all.length - MAX_LINTS;
  const hint = `${formatCount(more, "more warning")} about rules: run \`a3s-sentry check\` on the policy`;
  return more > 0 ? [...all.slice(0, MAX_LINTS), hint] : all;
}

/**
 * What speculation and the deny-files lack: otherwise only the first escalation or block would show
 * it. It may be added while the run goes on, so these are warnings.
 */
function missing(sentry: Sentry): string[] {
  const { l2, l3 } = sentry.tiers;
  const lacksTier = sentry.policy.speculate !== null && (l2 === undefined || l3 === undefined);
  return [
    ...(lacksTier ? ["speculation has no effect without both L2 and L3"] : []),
    ...sentry.enforceFaults().map(({ message }) => `${message}; its targets are not denied until this is fixed`),
  ];
}

const NO_TIERS: MakeTiers = () => ({});

function makeTiers(folder: string, { fingerprints, onTierTiming, wrapTiers }: LoadOptions): MakeTiers {
  return async (settings) => {
    rejectUnusable(settings);
    const own = await tiersOf(settings, { llm: folder, agent: folder }, (path) => note(path, fingerprints));
    const tiers = wrapTiers === undefined ? own : wrapTiers(own);
    return onTierTiming === undefined ? tiers : withTiming(tiers, onTierTiming);
  };
}

/**
 * Rejects a URL and a key that no request can use, and a user that L3 cannot run as. The first two
 * may contain secrets, so messages do not show them.
 */
function rejectUnusable({ llm, agent }: TierSettings): void {
  if (agent?.user !== undefined) rejectUser(agent.user);
  if (llm === null) return;
  if (!URL.canParse(llm.url)) throw new SettingsError("invalid L2 URL: check its host and port");
  if (/[^\x21-\x7e]/.test(llm.key?.trim() ?? "")) {
    throw new SettingsError("invalid L2 key: it may contain visible ASCII characters only");
  }
}

function rejectUser(name: string): void {
  try {
    findUser(name);
  } catch (error) {
    throw new SettingsError(messageOf(error), { cause: error });
  }
}

/** Reads the files that a policy names. Relative paths start at `folder`. */
function namedFilesIn(folder: string, fingerprints: Map<string, string>): (path: string) => string {
  return (written) => {
    const path = labelOf(written, folder);
    note(path, fingerprints);
    return readNamedFile(path);
  };
}

/** Includes files, and notes their fingerprints and those of the patterns that find them. */
function includesOf({ folder, name }: OpenedSource, fingerprints: Map<string, string>): Include {
  return includeFrom(folder, name, {
    onPattern: (pattern, files) => {
      fingerprints.set(patternKey(pattern), fingerprintOfFiles(files));
    },
    onFile: (path) => note(path, fingerprints),
  });
}

/**
 * Notes the fingerprint of a file that is about to be read; if it is read twice, that before the
 * first time.
 */
function note(path: string, fingerprints: Map<string, string>): void {
  if (!fingerprints.has(path)) fingerprints.set(path, fingerprintSync(path));
}

function isEmpty(fields: object): boolean {
  return Object.keys(fields).length === 0;
}

/** The settings of a policy as overrides. Its paths become relative to the working directory. */
function settingsOf(policy: Policy, folder: string, overrides: PolicyOverrides): PolicyOverrides {
  const { failClosed, dryRun, speculate, deny, sae } = policy;
  const label = (key: keyof DenyFiles): string | null => {
    const written = deny[key];
    return written === null || overrides.deny?.[key] !== undefined ? written : labelOf(written, folder);
  };
  return {
    failClosed,
    dryRun,
    speculate,
    deny: { egress: label("egress"), file: label("file"), exec: label("exec") },
    sae: sae && { ...sae, dict: labelOf(sae.dict, folder) },
  };
}

function rejectConflict(config: string, settings: Policy, file: string, rules: Policy): void {
  if (settings.keys.some((key) => RULE_KEYS.has(key))) {
    throw new SettingsError(
      `the configuration \`${config}\` contains rules, but \`${file}\` is the rules file: keep all rules in one of them`,
    );
  }
  const key = rules.keys.find((name) => !RULE_KEYS.has(name) && !LIST_KEYS.has(name));
  if (key !== undefined) {
    throw new SettingsError(`the rules file \`${file}\` sets \`${key}\`: move it to the configuration \`${config}\``);
  }
}
