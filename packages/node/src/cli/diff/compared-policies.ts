// The two policies of a diff: their sentries, and what threads need to judge by them.

import { Sentry, type SentrySpec } from "@a3s-sentry/core";
import { LineComparison, prepareSentry, type SentryParts } from "@a3s-sentry/core/host";
import { type LookedAt, lookAt } from "../look-at.js";

/** What a thread compiles the policies from. */
export type ComparedSpecs = readonly [before: SentrySpec, after: SentrySpec];

/** A policy that judges by itself as well. */
class ComparedSentry extends Sentry {
  readonly parts: SentryParts;

  constructor(parts: SentryParts) {
    super(parts);
    this.parts = parts;
  }
}

/** Two policies, compiled. */
export class ComparedPolicies {
  readonly before: Sentry;
  readonly after: Sentry;
  readonly specs: ComparedSpecs;
  readonly #parts: readonly [SentryParts, SentryParts];

  private constructor(before: ComparedSentry, after: ComparedSentry) {
    this.before = before;
    this.after = after;
    this.specs = [before.spec(), after.spec()];
    this.#parts = [before.parts, after.parts];
  }

  /** Opens the files to look at them. Rejects with a `PolicyError`. */
  static async open(files: readonly [string, string], date: string | undefined): Promise<ComparedPolicies> {
    const [before, after] = files.map((file) => lookAt(file, { date })) as [LookedAt, LookedAt];
    return new ComparedPolicies(await compile(before), await compile(after));
  }

  comparison(): LineComparison {
    return new LineComparison(...this.#parts);
  }
}

/** Compiles the policies in another thread. */
export async function comparisonOf([before, after]: ComparedSpecs): Promise<LineComparison> {
  return new LineComparison(
    await prepareSentry(before.source, before.options),
    await prepareSentry(after.source, after.options),
  );
}

async function compile({ source, options }: LookedAt): Promise<ComparedSentry> {
  // Neither a dictionary nor imported secrets change what the rules decide.
  return new ComparedSentry(await prepareSentry(source, { ...options, sae: null, readFile: () => "" }));
}
