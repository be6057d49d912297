// Judges calls by several policies: the gravest outcome decides.

import type { CheckOptions, Guard, GuardOptions, GuardOutcome, ToolCallInput } from "@a3s-sentry/core";
import { given, type JsonText } from "@a3s-sentry/core/host";
import { Sentry } from "../sentry.js";
import { combined, failed, granted, passed } from "./outcomes.js";
import { type PolicyLayer, projectLayers } from "./policy-layers.js";
import { ProjectPolicies } from "./project-policies.js";
import { type LayeredApprovals, Questions } from "./questions.js";

/** A layer with its compiled policy. */
export interface OpenLayer {
  readonly layer: PolicyLayer;
  readonly sentry: Sentry;
}

/** Options of a guard by several policies. */
export interface LayeredGuardOptions extends Omit<GuardOptions, "approvals"> {
  readonly approvals?: LayeredApprovals;
}

/** Judges with the guard of one policy. */
type Judge = (guard: Guard) => Promise<GuardOutcome>;

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

  /**
   * The text with placeholders for the secrets that any of the policies masks; a policy in a dry run
   * masks none. Throws an `Error` if the rule engine fails.
   */
  masked(text: string): string {
    return this.layers.reduce((masked, { sentry }) => (sentry.policy.dryRun ? masked : sentry.mask(masked)), text);
  }

  /** Whether {@link masked} would change a text. Throws as it does. */
  hasSecrets(text: string | JsonText): boolean {
    return this.layers.some(({ sentry }) => !sentry.policy.dryRun && sentry.hasSecrets(text));
  }

  /** Whether all policies are in a dry run, which lets everything pass and masks nothing. */
  get isDryRun(): boolean {
    return this.layers.every(({ sentry }) => sentry.policy.dryRun);
  }

  close(): void {
    for (const { sentry } of this.layers) sentry.close();
    this.#projects?.close();
  }

  async #judge(options: LayeredGuardOptions, cwd: string | undefined, judge: Judge): Promise<GuardOutcome> {
    const questions = new Questions(options.approvals);
    const own: GuardOptions = given({ ...options, approvals: options.approvals && questions });
    const outcomes = this.layers.map(({ sentry }) => judge(sentry.guard(own)));
    const all = [...outcomes, ...this.#byProjects(own, cwd, judge)];
    return await questions.settle(combined(await Promise.all(all)));
  }

  #byProjects(options: GuardOptions, cwd: string | undefined, judge: Judge): Promise<GuardOutcome>[] {
    const projects = this.#projects;
    if (projects === undefined || cwd === undefined) return [];
    // A dry run of all others lets everything pass.
    const { isDryRun } = this;
    const added = (outcome: GuardOutcome): GuardOutcome => (isDryRun ? passed(outcome) : granted(outcome));
    const byPolicy = async (sentry: Sentry): Promise<GuardOutcome> => await judge(sentry.guard(options));
    try {
      return projectLayers(cwd).map(({ path }) => projects.use(path, byPolicy).catch(failed).then(added));
    } catch (error) {
      return [Promise.resolve(added(failed(error)))];
    }
  }
}

function cwdOf(call: ToolCallInput | null | undefined, { cwd }: LayeredGuardOptions): string | undefined {
  return typeof call?.cwd === "string" ? call.cwd : cwd;
}
