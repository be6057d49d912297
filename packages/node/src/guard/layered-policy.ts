// Judges calls by several policies: the gravest outcome decides.

import type {
  Allowed,
  ApprovalRequest,
  ApprovalStore,
  CheckOptions,
  Guard,
  GuardOptions,
  GuardOutcome,
  ToolCallInput,
} from "@a3s-sentry/core";
import { messageOf } from "@a3s-sentry/core/host";
import { Sentry } from "../sentry.js";
import { type PolicyLayer, projectLayers } from "./policy-layers.js";
import { ProjectPolicies } from "./project-policies.js";

/** A layer with its compiled policy. */
export interface OpenLayer {
  readonly layer: PolicyLayer;
  readonly sentry: Sentry;
}

/** A call that one or more layers want to ask a person about. */
export interface LayeredRequest extends ApprovalRequest {
  /** The bindings of all layers that ask. An answer is one to each of them. */
  readonly bindings: readonly string[];
}

/** Keeps tickets and answers, as an `ApprovalStore` does, for questions of several layers. */
export interface LayeredApprovals {
  take: ApprovalStore["take"];
  open(request: LayeredRequest): string | Promise<string>;
}

/** Options of a guard by several policies. */
export interface LayeredGuardOptions extends Omit<GuardOptions, "approvals"> {
  readonly approvals?: LayeredApprovals;
}

/** Judges with the guard of one policy. */
type Judge = (guard: Guard) => Promise<GuardOutcome>;

const GRAVITY: Readonly<Record<GuardOutcome["outcome"], number>> = { allow: 0, ask: 1, deny: 2 };

/**
 * The policies of the organisation and the user, compiled. Each has the built-in rules and is judged
 * by itself, so no policy can loosen another.
 */
export class LayeredPolicy {
  readonly layers: readonly OpenLayer[];
  readonly #projects: ProjectPolicies | undefined;

  /** Owns the sentries. `layers` are those of the organisation and the user, at least one. */
  constructor(layers: readonly OpenLayer[]) {
    this.layers = layers;
    const takesProjects = layers.some(({ sentry }) => sentry.policy.guard.projectPolicies === "tighten");
    this.#projects = takesProjects ? new ProjectPolicies() : undefined;
  }

  /**
   * Compiles the layers, with the slow tiers that they configure. Rejects with a `PolicyError` for an
   * invalid one.
   *
   * @example
   * const policy = await LayeredPolicy.open(findLayers({ user: foundUserPolicy() }));
   * const outcome = await policy.guard({ cwd: "/home/dev/app" }).check({ tool: "Bash", args: { command: "ls" } });
   */
  static async open(layers: readonly PolicyLayer[]): Promise<LayeredPolicy> {
    // A guard stops a call by its answer. Deny-files concern the whole machine.
    const deny = { egress: null, file: null, exec: null };
    const open: OpenLayer[] = [];
    try {
      for (const layer of layers) open.push({ layer, sentry: await Sentry.create(layer.path, { deny }) });
      return new LayeredPolicy(open);
    } catch (error) {
      for (const { sentry } of open) sentry.close();
      throw error;
    }
  }

  /** Judges the calls of one session. Never throws and never rejects, as the guard of a sentry. */
  guard(options: LayeredGuardOptions = {}): Guard {
    return {
      check: (call, { signal }: CheckOptions = {}) =>
        this.#judge(options, cwdOf(call, options), (guard) => guard.check(call, signal && { signal })),
      prompt: (text, { signal }: CheckOptions = {}) =>
        this.#judge(options, options.cwd, (guard) => guard.prompt(text, signal && { signal })),
      result: (text, { signal }: CheckOptions = {}) =>
        this.#judge(options, options.cwd, (guard) => guard.result(text, signal && { signal })),
    };
  }

  /** A text for a log, without the secrets that any of the policies masks. */
  withoutSecrets(text: string): string {
    return this.layers.reduce((masked, { sentry }) => sentry.withoutSecrets(masked), text);
  }

  close(): void {
    for (const { sentry } of this.layers) sentry.close();
    this.#projects?.close();
  }

  async #judge(options: LayeredGuardOptions, cwd: string | undefined, judge: Judge): Promise<GuardOutcome> {
    const questions = new Questions(options.approvals);
    const { approvals, ...rest } = options;
    const own = { ...rest, ...(approvals !== undefined && { approvals: questions }) };
    const outcomes = this.layers.map(({ sentry }) => judge(sentry.guard(own)));
    const all = [...outcomes, ...this.#byProjects(own, cwd, judge)];
    return await questions.settle(combined(await Promise.all(all)));
  }

  #byProjects(options: GuardOptions, cwd: string | undefined, judge: Judge): Promise<GuardOutcome>[] {
    const projects = this.#projects;
    if (projects === undefined || cwd === undefined) return [];
    // A dry run of all others lets everything pass.
    const isDry = this.layers.every(({ sentry }) => sentry.policy.dryRun);
    const added = (outcome: GuardOutcome): GuardOutcome => (isDry ? passed(outcome) : granted(outcome));
    const byPolicy = async (sentry: Sentry): Promise<GuardOutcome> => await judge(sentry.guard(options));
    try {
      return projectLayers(cwd).map(({ path }) => projects.use(path, byPolicy).catch(failed).then(added));
    } catch (error) {
      return [Promise.resolve(added(failed(error)))];
    }
  }
}

/** Collects what the layers ask, and opens one question for all of it. */
class Questions implements ApprovalStore {
  readonly #approvals: LayeredApprovals | undefined;
  readonly #requests: ApprovalRequest[] = [];

  constructor(approvals: LayeredApprovals | undefined) {
    this.#approvals = approvals;
  }

  take(binding: string): ReturnType<ApprovalStore["take"]> {
    return this.#approvals?.take(binding);
  }

  open(request: ApprovalRequest): string {
    this.#requests.push(request);
    return "";
  }

  /** Opens the question if the outcome is to ask. If that fails, the call is denied. */
  async settle(outcome: GuardOutcome): Promise<GuardOutcome> {
    const [first] = this.#requests;
    if (outcome.outcome !== "ask" || first === undefined || this.#approvals === undefined) return outcome;
    const bindings = this.#requests.map(({ binding }) => binding);
    const mayRepeat = this.#requests.every((request) => request.mayRepeat);
    const timeoutS = Math.min(...this.#requests.map((request) => request.timeoutS));
    try {
      const ticket = await this.#approvals.open({ ...first, bindings, mayRepeat, timeoutS });
      return { ...outcome, ticket };
    } catch (error) {
      return { ...failed(error), revision: outcome.revision };
    }
  }
}

/** The gravest outcome. The revision is that of all policies; a grant needs the grant of each. */
function combined(outcomes: readonly GuardOutcome[]): GuardOutcome {
  const [first = failed(new Error("there is no policy")), ...rest] = outcomes;
  const gravest = rest.reduce((worst, one) => (isGraver(one, worst) ? one : worst), first);
  const revision = outcomes.map((one) => one.revision).join("+");
  if (gravest.outcome !== "allow") return { ...gravest, revision };
  return { ...gravest, revision, grant: outcomes.every((one) => one.outcome === "allow" && one.grant) };
}

function isGraver(one: GuardOutcome, other: GuardOutcome): boolean {
  const difference = GRAVITY[one.outcome] - GRAVITY[other.outcome];
  if (difference !== 0 || one.outcome !== "allow" || other.outcome !== "allow") return difference > 0;
  return GRAVITY[one.wouldBe ?? "allow"] > GRAVITY[other.wouldBe ?? "allow"];
}

/** A project may loosen nothing, so whether it grants does not count. */
function granted(outcome: GuardOutcome): GuardOutcome {
  return outcome.outcome === "allow" ? ({ ...outcome, grant: true } satisfies Allowed) : outcome;
}

/** What passes in a dry run, with what it would have been. */
function passed(outcome: GuardOutcome): GuardOutcome {
  if (outcome.outcome === "allow") return granted(outcome);
  const { outcome: wouldBe, decision, revision } = outcome;
  return { outcome: "allow", decision, revision, grant: false, wouldBe };
}

/** The denial of a call that a layer could not judge. */
function failed(error: unknown): Extract<GuardOutcome, { outcome: "deny" }> {
  // The rest of a policy's error quotes its text.
  const [what = ""] = messageOf(error).split("\n", 1);
  const reason = `the guard failed: ${what}`;
  return {
    outcome: "deny",
    decision: { verdict: "block", tier: "Rules", severity: "high", reason, evidence: "complete" },
    revision: "",
    message: `the call was blocked by the security policy (${reason}). Ask the user to repair it.`,
  };
}

function cwdOf(call: ToolCallInput, { cwd }: LayeredGuardOptions): string | undefined {
  return typeof call.cwd === "string" ? call.cwd : cwd;
}
