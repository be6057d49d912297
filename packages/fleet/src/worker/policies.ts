// The policy in force of a worker.

import { type Loaded, type Log, load, type RunSettings } from "a3s-sentry/host";
import { PolicyState } from "../policy/policy-state.js";
import { type PolicyRevision, revisionName } from "../policy/published-policy.js";
import { PolicyJudge } from "./policy-judge.js";

/** Those of `run`, and what receives the timings of the slow tiers. */
type PolicySettings = RunSettings & Pick<Parameters<typeof load>[1], "onTierTiming">;

/** Owns the judge in force, and puts others in its place. A message is judged by the one that was in force when it came. */
export class Policies {
  readonly #settings: PolicySettings;
  readonly #log: Log;
  #current: PolicyJudge;
  readonly state = new PolicyState();
  /** The last revision, if it could not be used. */
  refused: { readonly revision: string; readonly why: string } | undefined;

  private constructor(settings: PolicySettings, log: Log, first: PolicyJudge) {
    this.#settings = settings;
    this.#log = log;
    this.#current = first;
  }

  /** Begins with the policy of the settings, or the built-in rules. Rejects with its problems. */
  static async create(settings: PolicySettings, log: Log): Promise<Policies> {
    const { sentry, warnings } = await loadFor(settings);
    for (const warning of warnings) log.line(`warning: ${warning}`);
    const isFile = settings.policy !== undefined || settings.config !== undefined;
    const revision = isFile ? await sentry.revision() : "built-in";
    log.line(`policy ${revision} is in force`);
    return new Policies(settings, log, new PolicyJudge(sentry, revision, settings));
  }

  get current(): PolicyJudge {
    return this.#current;
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
    before.retire();
    this.refused = undefined;
    this.state.used(published);
    this.#log.line(`policy ${revision} is in force`);
  }

  refuse(published: PolicyRevision, why: string): void {
    this.refused = { revision: revisionName(published), why };
    this.state.refused();
    this.#log.line(
      `error: policy ${this.refused.revision} is refused, ${this.#current.revision} stays in force: ${why}`,
    );
  }

  close(): void {
    this.#current.retire();
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
