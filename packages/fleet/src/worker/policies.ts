// The policy in force of a worker.

import { type Loaded, type Log, load, type RunSettings } from "a3s-sentry/host";
import { PolicyState } from "../policy/policy-state.js";
import { type PolicyRevision, revisionName } from "../policy/published-policy.js";
import { Signal } from "../signal.js";
import { PolicyJudge } from "./policy-judge.js";

/** Those of `run`, and what receives the timings of the slow tiers. */
type PolicySettings = RunSettings & Pick<Parameters<typeof load>[1], "onTierTiming">;

/** Owns the judge in force, and puts others in its place. A message is judged by the one that was in force when it came. */
export class Policies {
  readonly #settings: PolicySettings;
  readonly #log: Log;
  #current: PolicyJudge | undefined;
  readonly state = new PolicyState();
  /** The last revision, if it could not be used. */
  refused: { readonly revision: string; readonly why: string } | undefined;

  readonly #begun = new Signal();

  private constructor(settings: PolicySettings, log: Log, first: PolicyJudge | undefined) {
    this.#settings = settings;
    this.#log = log;
    this.#current = first;
  }

  /**
   * Begins with the policy file of the settings. Without one, none is in force until one is published: nothing is lost in
   * the stream, and the built-in rules alone would decide what the rules of the site are for. Rejects with the problems
   * of the settings.
   */
  static async create(settings: PolicySettings, log: Log): Promise<Policies> {
    const { sentry, warnings } = await loadFor(settings);
    for (const warning of warnings) log.line(`warning: ${warning}`);
    if (settings.policy === undefined && settings.config === undefined) {
      sentry.close();
      return new Policies(settings, log, undefined);
    }
    const revision = await sentry.revision();
    log.line(`policy ${revision} is in force`);
    return new Policies(settings, log, new PolicyJudge(sentry, revision, settings));
  }

  /** `undefined` until a first policy is in force. */
  get current(): PolicyJudge | undefined {
    return this.#current;
  }

  /** Resolves when a policy is in force, or `signal` aborts. */
  async begun(signal: AbortSignal): Promise<void> {
    if (this.#current !== undefined) return;
    this.#log.line(
      "warning: no policy is in force: events wait. Publish one with `a3s-sentry policy publish FILE`, or start workers " +
        "with `--policy FILE`",
    );
    await this.#begun.wait(signal);
  }

  /** Puts a published policy in force. Rejects with its problems; then the one in force stays. */
  async use(published: PolicyRevision): Promise<void> {
    const { text } = published;
    const revision = revisionName(published);
    const { sentry, warnings } = await loadFor({
      ...this.#settings,
      source: { source: text, folder: "", format: "acl" },
    });
    for (const warning of warnings) this.#log.line(`warning: ${warning}`);
    const before = this.#current;
    this.#current = new PolicyJudge(sentry, revision, this.#settings);
    before?.retire();
    this.#begun.set();
    this.refused = undefined;
    this.state.used(published);
    this.#log.line(`policy ${revision} is in force`);
  }

  refuse(published: PolicyRevision, why: string): void {
    this.refused = { revision: revisionName(published), why };
    this.state.refused();
    const kept = this.#current === undefined ? "none is in force" : `${this.#current.revision} stays in force`;
    this.#log.line(`error: policy ${this.refused.revision} is refused, ${kept}: ${why}`);
  }

  close(): void {
    this.#current?.retire();
  }
}

/** Deny-files are for the node of the agent: a worker is on another. */
async function loadFor({
  onTierTiming,
  ...settings
}: Parameters<typeof load>[0] & Pick<PolicySettings, "onTierTiming">): Promise<Loaded> {
  const overrides = { ...settings.overrides, dryRun: true };
  return await load({ ...settings, overrides }, { fingerprints: new Map(), onTierTiming });
}
