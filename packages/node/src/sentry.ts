// The judge on Node.js: the core's, with policies from files, the tiers that a policy configures,
// and deny-files.

import { isAbsolute } from "node:path";
import {
  Sentry as CoreSentry,
  type EventInput,
  type EventJson,
  type FinalDecision,
  type JudgeOptions,
  type PolicySource,
  type SentryOptions,
  type TierSettings,
  type Tiers,
} from "@a3s-sentry/core";
import { prepareSentry, type ReviseSettings, type SentryParts } from "@a3s-sentry/core/host";
import { EnforceError } from "./enforcer/enforce-error.js";
import { type Block, type Enforcement, Enforcer } from "./enforcer/enforcer.js";
import type { NotEnforced } from "./enforcer/target-check.js";
import { includeFrom } from "./policy/include-files.js";
import { type OpenedSource, openSource } from "./policy/open-source.js";
import { readNamedFile } from "./policy/policy-file.js";
import { labelOf, sinksOf } from "./policy/sinks.js";
import { tiersOf } from "./tiers.js";

/** A decision, and the deny-file that its target was written to. */
export interface Enforced {
  readonly decision: FinalDecision;
  /**
   * The deny-file that holds the target now; `null` if there was nothing to write, or if writing
   * failed.
   */
  readonly enforced: string | null;
  /** Why the target was not written, although the policy has a deny-file for it. */
  readonly notEnforced?: NotEnforced;
  /** Why writing failed. */
  readonly enforceError?: EnforceError;
}

/**
 * Judges events by one policy, like the core's `Sentry`, and writes blocks to the policy's
 * deny-files.
 *
 * @example
 * const sentry = await Sentry.create("sentry.acl");
 * const { decision, enforced } = await sentry.evaluateAndEnforce(toolExec(1, ["/usr/bin/nc", "-e", "/bin/sh"]));
 */
export class Sentry extends CoreSentry {
  /** The tiers after L1, without the built-in SAE tier. */
  readonly tiers: Tiers;
  readonly #engine: SentryParts["engine"];
  readonly #enforcer: Enforcer;

  private constructor(parts: SentryParts, tiers: Tiers, enforcer: Enforcer) {
    super(parts);
    this.tiers = tiers;
    this.#engine = parts.engine;
    this.#enforcer = enforcer;
  }

  /**
   * Compiles a policy: the path of a file (TOML if it ends in `.toml`, otherwise ACL), a text, or
   * an object of the same schema.
   *
   * A text is taken for a path if it is one line without `=` and `{`. With one of these, it is a
   * path only if it names an existing file, and starts with `/`, `./` or `../` or ends in `.acl` or
   * `.toml`.
   *
   * `env("NAME")` reads the environment of the process, unless `options.env` is given. Relative
   * deny-files of a policy file are relative to its folder; those of a text, an object or
   * `options.deny`, to the working directory. The same holds for the paths in `llm`, `agent`,
   * `sae` and `include`.
   *
   * If the policy has `llm` and `agent`, the sentry has an L2 and an L3 tier. `options.tiers`
   * replaces them; if it is a function, it makes all tiers.
   *
   * Rejects with a `PolicyError` if the file cannot be read or has more than 1 MiB, or with the
   * problems of the policy.
   *
   * @example
   * using sentry = await Sentry.create("/etc/a3s-sentry/sentry.acl", { dryRun: true });
   */
  static override async create(source: PolicySource, options: SentryOptions = {}): Promise<Sentry> {
    return await Sentry.open(openSource(source), options);
  }

  /**
   * @internal As {@link create}; `revise` overrides the policy's tier settings before the tiers are
   * made.
   */
  static async open(
    { source, folder, ...fromFile }: OpenedSource,
    options: SentryOptions,
    revise?: ReviseSettings,
  ): Promise<Sentry> {
    let tiers: Tiers = {};
    const makeTiers = async (settings: TierSettings): Promise<Tiers> => {
      tiers = await allTiers(settings, options, folder);
      return tiers;
    };
    const readFile = (path: string): string => readNamedFile(path === options.sae?.dict ? path : labelOf(path, folder));
    const include = includeFrom(folder, fromFile.name);
    const all = { env: process.env, readFile, include, ...fromFile, ...options, tiers: makeTiers };
    const parts = await prepareSentry(source, all, revise);
    const { deny, denyLimits, dryRun, agent } = parts.policy;
    const own = ownPrograms(agent?.bin);
    return new Sentry(parts, tiers, new Enforcer(sinksOf(deny, folder, options.deny), { dryRun, own, ...denyLimits }));
  }

  /** How many writes to deny-files have failed so far. */
  get enforceFailures(): number {
    return this.#enforcer.failures;
  }

  /**
   * {@link evaluate}, then {@link enforce} of the decision. If a deny-file cannot be written,
   * `enforceError` says why; the promise does not reject, and the decision stands.
   *
   * @example
   * const { decision, enforced } = await sentry.evaluateAndEnforce(fileAccess(1, "/etc/shadow", true));
   */
  evaluateAndEnforce(event: EventJson, options?: JudgeOptions): Promise<Enforced>;
  evaluateAndEnforce(event: EventInput, options?: JudgeOptions): Promise<Enforced | null>;
  async evaluateAndEnforce(event: EventInput, options?: JudgeOptions): Promise<Enforced | null> {
    const decision = await this.evaluate(event, options);
    if (decision === null) return null;
    try {
      const { enforced = null, ...rest } = this.#enforcer.enforcement(decision);
      return { decision, enforced, ...rest };
    } catch (error) {
      if (error instanceof EnforceError) return { decision, enforced: null, enforceError: error };
      throw error;
    }
  }

  /**
   * Writes the target of a block to the deny-file of its kind, unless it is already there. Returns
   * the file's path as the policy has it, relative to the working directory. Returns `null` if
   * there is nothing to write: not a block, no action, no file for its kind, a dry run, or a target
   * that sentry does not deny ({@link NotEnforced}). Without `targetFrom`, the target counts as
   * asked for, as by a site rule.
   *
   * Throws an `EnforceError` if the file cannot be written; the next block of the target tries
   * again.
   *
   * @example
   * sentry.enforce(await sentry.evaluate(toolExec(1, ["/usr/bin/nc", "-l"]))); // "exec-deny.txt"
   */
  enforce(decision: Block): string | null {
    return this.#enforcer.enforce(decision);
  }

  /** @internal As {@link enforce}, with the reason if nothing is written. */
  enforcement(decision: Block): Enforcement {
    return this.#enforcer.enforcement(decision);
  }

  /** @internal The deny-files, for commands that change them by hand. */
  get enforcer(): Enforcer {
    return this.#enforcer;
  }

  /** @internal Warnings about rules that never match, match everything or block everyday commands. */
  async graveLints(): Promise<string[]> {
    return await this.#engine.graveLints();
  }

  /** @internal Continues with the deny-files of the sentry that it replaces. */
  continueFrom(before: Sentry): void {
    this.#enforcer.continueFrom(before.#enforcer);
  }

  /** @internal The deny-files that cannot be written now, an error for each. */
  enforceFaults(): EnforceError[] {
    return this.#enforcer.faults();
  }
}

/** The programs that this process runs and starts. */
function ownPrograms(agent: string | undefined): string[] {
  const programs = [process.execPath, process.argv[1], agent];
  return programs.filter((program) => program !== undefined).filter(isAbsolute);
}

/**
 * The tiers of the policy and of the options. Paths in `options.llm` and `options.agent` are
 * relative to the working directory.
 */
async function allTiers(settings: TierSettings, { tiers, llm, agent }: SentryOptions, folder: string): Promise<Tiers> {
  if (typeof tiers === "function") return await tiers(settings);
  const folders = { llm: llm === undefined ? folder : "", agent: agent === undefined ? folder : "" };
  return { ...(await tiersOf(settings, folders)), ...tiers };
}
