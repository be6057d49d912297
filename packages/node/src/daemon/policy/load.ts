// The sentry of a run: from one file, from two, or from the built-in rules alone.

import type { DenyFiles, MakeTiers, Policy, PolicyOverrides, TierSettings } from "@a3s-sentry/core";
import { preflight } from "../../l3/preflight.js";
import { type OpenedSource, openFile } from "../../policy/open-source.js";
import { readNamedFile, unreadable } from "../../policy/policy-file.js";
import { labelOf } from "../../policy/sinks.js";
import { Sentry } from "../../sentry.js";
import { tiersOf } from "../../tiers.js";
import { type RunSettings, SettingsError } from "../config/run-settings.js";
import { type TierTime, timed } from "../escalation/tier-timing.js";
import { tierOverrides } from "./tier-overrides.js";
import { stampNow } from "./watch-files.js";

const RULE_KEYS: ReadonlySet<string> = new Set(["rule", "rules"]);
const EMPTY = "it is empty (a policy without rules says `rules = []`)";
const BUILT_IN: OpenedSource = { source: {}, folder: "" };

export interface Loaded {
  readonly sentry: Sentry;
  /** What is asked for and cannot be done, one sentence each. */
  readonly warnings: readonly string[];
}

export interface LoadOptions {
  /** Gets what each file was like when it was read, also if loading fails. */
  readonly stamps: Map<string, string>;
  /** Files that have held anything so far, and gets those that do: one of them that is empty now is about to be written, and refused. */
  readonly filled?: Set<string>;
  /** Is told what slow tiers take. */
  readonly tierTook?: ((time: TierTime) => void) | undefined;
}

/**
 * With a `config` and a `policy`, the first gives the settings and the second the rules. Rejects with a `PolicyError` for a
 * file that is no policy, with a `SettingsError` if both hold rules, the second holds settings, or a tier lacks one.
 */
export async function load(run: RunSettings, options: LoadOptions): Promise<Loaded> {
  const { config, policy, overrides } = run;
  const { stamps } = options;
  const open = (path: string): OpenedSource => {
    note(path, stamps);
    const opened = openFile(path);
    if (opened.source !== "") options.filled?.add(path);
    else if (options.filled?.has(path)) throw unreadable(path, EMPTY);
    return opened;
  };
  const first = config ?? policy;
  const opened = first === undefined ? BUILT_IN : open(first);
  const readFile = namedFilesIn(opened.folder, stamps);
  const isWhole = config === undefined || policy === undefined;
  if (isWhole && isEmpty(run.llm) && isEmpty(run.agent)) {
    const sentry = await Sentry.open(opened, { ...overrides, readFile, tiers: makeTiers(opened.folder, options) });
    return { sentry, warnings: [...sentry.warnings, ...missing(sentry, opened.folder)] };
  }
  if (isWhole) {
    let warnings: readonly string[] = [];
    const revise = (settings: TierSettings): PolicyOverrides => {
      const { llm, agent, ...revised } = tierOverrides(run, settings, opened.folder);
      warnings = revised.warnings;
      return { llm, agent };
    };
    const sentry = await Sentry.open(opened, { ...overrides, readFile, tiers: makeTiers("", options) }, revise);
    return { sentry, warnings: [...sentry.warnings, ...warnings, ...missing(sentry, "")] };
  }
  const settings = await Sentry.open(opened, { ...overrides, readFile, tiers: NO_TIERS });
  settings.close();
  const { warnings, ...tiers } = tierOverrides(run, settings.settings(), opened.folder);
  const all = { ...settingsOf(settings.policy, opened.folder, overrides), ...tiers, tiers: makeTiers("", options) };
  const sentry = await Sentry.open(open(policy), { ...all, readFile: namedFilesIn("", stamps) });
  try {
    refuseConflict(config, settings.policy, policy, sentry.policy);
  } catch (error) {
    sentry.close();
    throw error;
  }
  return { sentry, warnings: [...sentry.warnings, ...warnings, ...missing(sentry, "")] };
}

/** What speculation, L3 and the deny-files lack would show at the first escalation or block only. It may come later, so it stops nothing. */
function missing(sentry: Sentry, folder: string): string[] {
  const { agent, llm } = sentry.settings();
  const { l2, l3 } = sentry.tiers;
  const isAlone = sentry.policy.speculate !== null && (l2 === undefined || l3 === undefined);
  return [
    ...(isAlone ? ["speculation has no effect without both L2 and L3"] : []),
    ...(agent === null ? [] : preflight(agent, { folder, llm, env: process.env })),
    ...sentry.enforceFaults().map(({ message }) => `${message}. Until that is mended, its blocks are not denied`),
  ];
}

const NO_TIERS: MakeTiers = () => ({});

function makeTiers(folder: string, { tierTook }: LoadOptions): MakeTiers {
  return async (settings) => {
    refuseUnusable(settings);
    const tiers = await tiersOf(settings, folder);
    return tierTook === undefined ? tiers : timed(tiers, tierTook);
  };
}

/** What no request can be made with is a mistake, told when it is read and not at each call. Both may hold secrets: neither is shown. */
function refuseUnusable({ llm }: TierSettings): void {
  if (llm === null) return;
  if (!URL.canParse(llm.url)) throw new SettingsError("the address of L2 is none: its host or its port cannot be read");
  if (/[^\x21-\x7e]/.test(llm.key?.trim() ?? "")) {
    throw new SettingsError("the key of L2 must be of visible ASCII characters");
  }
}

/** Reads files that a policy names, whose relative paths start at `folder`. */
function namedFilesIn(folder: string, stamps: Map<string, string>): (path: string) => string {
  return (written) => {
    const path = labelOf(written, folder);
    note(path, stamps);
    return readNamedFile(path);
  };
}

/** What a file is like before it is read: of one that is read twice, before the first time. */
function note(path: string, stamps: Map<string, string>): void {
  if (!stamps.has(path)) stamps.set(path, stampNow(path));
}

function isEmpty(fields: object): boolean {
  return Object.keys(fields).length === 0;
}

/** The settings of a policy as overrides, its paths as they are reached from the working directory. */
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
