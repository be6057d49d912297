// The judge on Node: the core's, created from files too, with the tiers that its policy configures and an arm that writes
// deny-files.
/// <reference lib="esnext.disposable" preserve="true" />

import {
  Sentry as CoreSentry,
  type Decision,
  type EventFacts,
  type EventInput,
  type EventJson,
  type EventKind,
  type EventStream,
  type Explanation,
  type InspectOptions,
  type JudgedEvent,
  type JudgeOptions,
  type MakeTiers,
  type Policy,
  type PolicySource,
  type Redactor,
  type Risk,
  type SentryOptions,
  type SentrySpec,
  type StageL2Result,
  type StageResult,
  type TierSettings,
  type Tiers,
  type WireDirection,
  type WireInspection,
} from "@a3s-sentry/core";
import { EnforceError } from "./enforcer/enforce-error.js";
import { Enforcer } from "./enforcer/enforcer.js";
import { type OpenedSource, openSource } from "./policy/open-source.js";
import { readNamedFile } from "./policy/policy-file.js";
import { labelOf, sinksOf } from "./policy/sinks.js";
import { tiersOf } from "./tiers.js";

/** A decision, and what became of it. */
export interface Enforced {
  readonly decision: Decision;
  /** The deny-file that holds the decision's target now; `null` where nothing was to be written, or nothing could be. */
  readonly enforced: string | null;
  /** Why the target could not be written. */
  readonly enforceError?: EnforceError;
}

/**
 * Judges events by one policy, as the core's `Sentry` does, and writes blocks to its deny-files.
 *
 * @example
 * const sentry = await Sentry.create("sentry.acl");
 * const { decision, enforced } = await sentry.evaluateAndEnforce(toolExec(1, ["/usr/bin/nc", "-e", "/bin/sh"]));
 */
export class Sentry {
  /** The tiers after L1 that it has. */
  readonly tiers: Tiers;
  readonly #core: CoreSentry;
  readonly #enforcer: Enforcer;

  private constructor(core: CoreSentry, tiers: Tiers, enforcer: Enforcer) {
    this.#core = core;
    this.tiers = tiers;
    this.#enforcer = enforcer;
  }

  /**
   * Compiles a policy: the path of a file (TOML if it ends in `.toml`, else ACL), a text, or an object of the same schema.
   *
   * A text is a path if it is one line and has no `=` and no `{` in it. With one of these it is a path only if it names an
   * existing file, and begins with `/`, `./` or `../` or ends in `.acl` or `.toml`.
   * `env("NAME")` reads the environment of the process, unless `options.env` is given. Relative deny-files start at the
   * folder of the policy's file; those of a text, an object or `options.deny`, at the working directory. So do the
   * paths of `agent` and `sae`.
   *
   * Where the policy has `llm` and `agent`, it has an L2 and an L3 tier. `options.tiers` puts others in their place, or, if it is
   * a function, makes all tiers.
   *
   * Rejects with a `PolicyError`: a file that cannot be read or is larger than 1 MiB, or the problems of the policy.
   */
  static async create(source: PolicySource, options: SentryOptions = {}): Promise<Sentry> {
    return await Sentry.open(openSource(source), options);
  }

  /** @internal */
  static async open({ source, folder, ...told }: OpenedSource, options: SentryOptions): Promise<Sentry> {
    let made: Tiers = {};
    const tiers: MakeTiers = async (settings) => {
      made = await allTiers(settings, options, folder);
      return made;
    };
    const readFile = (path: string): string => readNamedFile(path === options.sae?.dict ? path : labelOf(path, folder));
    const core = await CoreSentry.create(source, { env: process.env, readFile, ...told, ...options, tiers });
    const { deny, dryRun } = core.policy;
    return new Sentry(core, made, new Enforcer(sinksOf(deny, folder, options.deny), { dryRun }));
  }

  /** The policy in force, without secrets. `deny` holds the paths as they are written there. */
  get policy(): Policy {
    return this.#core.policy;
  }

  /** What the policy asks for and this sentry cannot do, one sentence each. */
  get warnings(): readonly string[] {
    return this.#core.warnings;
  }

  get closed(): boolean {
    return this.#core.closed;
  }

  /** How many writes to deny-files have failed so far. */
  get enforceFailures(): number {
    return this.#enforcer.failures;
  }

  /** L1's decision on an event: the rules alone, at once. `null` for what is not an event. */
  classify(event: EventJson): Decision;
  classify(event: EventInput): Decision | null;
  classify(event: EventInput): Decision | null {
    return this.#core.classify(event);
  }

  /** L1's decisions on events, one a line, without what they deny; `null` for what is not an event, or over 256 KiB. */
  classifyLines(lines: Uint8Array): (Decision | null)[] {
    return this.#core.classifyLines(lines);
  }

  /** The decision on an event: L1, then the tiers for an escalation, then the fail mode. `null` for what is not an event. */
  evaluate(event: EventJson, options?: JudgeOptions): Promise<Decision>;
  evaluate(event: EventInput, options?: JudgeOptions): Promise<Decision | null>;
  evaluate(event: EventInput, options?: JudgeOptions): Promise<Decision | null> {
    return this.#core.evaluate(event, options);
  }

  /**
   * {@link evaluate}, and {@link enforce} of the decision. A deny-file that cannot be written is told by `enforceError`,
   * never by a rejection: the decision stands.
   */
  evaluateAndEnforce(event: EventJson, options?: JudgeOptions): Promise<Enforced>;
  evaluateAndEnforce(event: EventInput, options?: JudgeOptions): Promise<Enforced | null>;
  async evaluateAndEnforce(event: EventInput, options?: JudgeOptions): Promise<Enforced | null> {
    const decision = await this.#core.evaluate(event, options);
    if (decision === null) return null;
    try {
      return { decision, enforced: this.enforce(decision) };
    } catch (error) {
      if (error instanceof EnforceError) return { decision, enforced: null, enforceError: error };
      throw error;
    }
  }

  /**
   * Writes the target of a block to the deny-file of its kind, unless it is there already, and returns that file as the
   * policy names it, seen from the working directory. `null` where nothing is to be written: not a block, no action, no
   * file for its kind, a target that must not be denied, a dry run.
   *
   * Throws `EnforceError` if the file cannot be written; the next block of the target tries again.
   */
  enforce(decision: Pick<Decision, "verdict" | "action">): string | null {
    return this.#enforcer.enforce(decision);
  }

  /** @internal Why deny-files could not be written now. */
  enforceFaults(): EnforceError[] {
    return this.#enforcer.faults();
  }

  /** The rest of {@link evaluate} after L1: what becomes of an escalation. Other decisions come back as they are. */
  resolveEscalation(l1: Decision, event: JudgedEvent | null, options?: JudgeOptions): Promise<Decision> {
    return this.#core.resolveEscalation(l1, event, options);
  }

  /** What L1 says of an event, and whether the next tier may be asked. No tier is. `null` for what is not an event. */
  evaluateL1(event: EventJson): StageResult;
  evaluateL1(event: EventInput): StageResult | null;
  evaluateL1(event: EventInput): StageResult | null {
    return this.#core.evaluateL1(event);
  }

  /** What L1 and L2 say of an event, and whether L3 may be asked. L3 never is. `null` for what is not an event. */
  evaluateThroughL2(event: EventJson, options?: JudgeOptions): Promise<StageL2Result>;
  evaluateThroughL2(event: EventInput, options?: JudgeOptions): Promise<StageL2Result | null>;
  evaluateThroughL2(event: EventInput, options?: JudgeOptions): Promise<StageL2Result | null> {
    return this.#core.evaluateThroughL2(event, options);
  }

  /** What becomes of an escalation that nothing settles, by the policy's `fail_closed`. */
  failMode(decision: Decision): Decision {
    return this.#core.failMode(decision);
  }

  /** A body of a call to a model or a tool: judged, and looked through for secrets to mask. */
  inspectWire(content: string, direction: WireDirection, options?: InspectOptions): Promise<WireInspection> {
    return this.#core.inspectWire(content, direction, options);
  }

  /** A text for a log: its first 4 KiB, with placeholders for its secrets, but not for e-mail addresses. */
  withoutSecrets(text: string): string {
    return this.#core.withoutSecrets(text);
  }

  /** A stream that masks the secrets of a text, and gives streams that put them back. */
  createRedactor(): Redactor {
    return this.#core.createRedactor();
  }

  /** What is known of an event, its whole subject too; `null` for what is not an event. Throws if the rule engine fails. */
  facts(event: EventInput): Readonly<EventFacts> | null {
    return this.#core.facts(event);
  }

  /** Why an event is judged as it is, rule by rule; `null` for what is not an event. Throws if the rule engine fails. */
  explain(event: EventInput): Explanation | null {
    return this.#core.explain(event);
  }

  /** A stream of events, one a line, judged many at a time. Lives on its own: close it too. */
  createStream(): EventStream {
    return this.#core.createStream();
  }

  /**
   * What it takes to make the core's part of the same sentry in another thread, but for its tiers. Holds the policy's text
   * and the variables that it read, so secrets too: not to be logged, or to leave the process.
   */
  spec(): SentrySpec {
    return this.#core.spec();
  }

  /** What the policy configures of tiers. Holds the keys of endpoints: not to be logged. */
  settings(): TierSettings {
    return this.#core.settings();
  }

  /** The risk of a decision that no rule made, from its reason and the kind of the event. */
  inferRisk(reason: string, kind: EventKind): Readonly<Risk> {
    return this.#core.inferRisk(reason, kind);
  }

  /** Frees the policy. Judgments on their way are aborted and reject. Closing again does nothing. */
  close(): void {
    this.#core.close();
  }

  /** The same as {@link close}, where the runtime has `Symbol.dispose`. */
  declare [Symbol.dispose]: () => void;

  static {
    if (typeof Symbol.dispose === "symbol") Sentry.prototype[Symbol.dispose] = Sentry.prototype.close;
  }
}

/** Those of the policy and of the options. Paths of `options.agent` start at the working directory. */
async function allTiers(settings: TierSettings, { tiers, agent }: SentryOptions, folder: string): Promise<Tiers> {
  if (typeof tiers === "function") return await tiers(settings);
  return { ...(await tiersOf(settings, agent === undefined ? folder : "")), ...tiers };
}
