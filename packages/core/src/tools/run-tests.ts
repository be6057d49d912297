// Runs the tests of a policy.

import type { Explanation } from "../decision/explanation.js";
import { explainAsGuard } from "../guard/explained-call.js";
import type { Sentry } from "../sentry/sentry.js";
import { messageOf } from "../util/error.js";
import type { PolicyTest } from "./policy-tests.js";

/** What is judged: a `Sentry` with the policy of the tests. */
export type Judged = Pick<Sentry, "explain" | "whyNotAnEvent" | "policy">;

/** How a test ended. */
export type TestResult =
  | { readonly test: PolicyTest; readonly outcome: "passed"; readonly explanation: Explanation }
  | {
      readonly test: PolicyTest;
      readonly outcome: "failed";
      /** What is different, one sentence each. */
      readonly differences: readonly string[];
      readonly explanation: Explanation;
    }
  | {
      readonly test: PolicyTest;
      readonly outcome: "invalid";
      /** Why its event is not one. */
      readonly why: string;
    };

/** The rules of a policy that tests fire. */
export interface Coverage {
  /** The names of the policy's own rules, in order. */
  readonly rules: readonly string[];
  /** Those that decide no test. */
  readonly unfired: readonly string[];
}

/**
 * Judges the event of each test by the rules. No tier is asked. A call of a tool is judged as a guard
 * judges it: the gravest decision counts, on the call itself or on an event that it stands for.
 *
 * @example
 * using sentry = await Sentry.create(policy);
 * const failed = runTests(sentry, tests).filter(({ outcome }) => outcome !== "passed");
 */
export function runTests(sentry: Judged, tests: readonly PolicyTest[]): TestResult[] {
  return tests.map((test) => {
    let explanation: Explanation | null;
    try {
      explanation = explainAsGuard(sentry, test.event);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return { test, outcome: "invalid", why: messageOf(error) };
    }
    if (explanation === null) {
      const why = sentry.whyNotAnEvent(test.event) ?? "this kind of event is not judged";
      return { test, outcome: "invalid", why };
    }
    const differences = differencesOf(test, explanation);
    if (differences.length === 0) return { test, outcome: "passed", explanation };
    return { test, outcome: "failed", differences, explanation };
  });
}

/** Which of the policy's own rules decide a test. Built-in rules have tests of their own. */
export function coverageOf({ policy }: Pick<Sentry, "policy">, results: readonly TestResult[]): Coverage {
  const fired = new Set(results.map((result) => (result.outcome === "invalid" ? "" : result.explanation.rule)));
  const rules = policy.rules.filter(({ origin }) => origin === "site").map(({ name }) => name);
  return { rules, unfired: rules.filter((name) => !fired.has(name)) };
}

/** The percentage of the policy's own rules that tests fire; 100 if it has none. */
export function shareOf({ rules, unfired }: Coverage): number {
  return rules.length === 0 ? 100 : (100 * (rules.length - unfired.length)) / rules.length;
}

/** Why a test did not pass, one sentence each; empty if it did. */
export function reasonsOf(result: TestResult): readonly string[] {
  switch (result.outcome) {
    case "passed":
      return [];
    case "failed":
      return result.differences;
    case "invalid":
      return [`not an event: ${result.why}`];
  }
}

function differencesOf({ expect, rule, target }: PolicyTest, { decision }: Explanation): string[] {
  const found: string[] = [];
  if (decision.verdict !== expect) found.push(`expected ${expect}, got ${decision.verdict}`);
  const decided = decision.rule ?? "";
  if (rule !== undefined && rule !== decided) found.push(`expected ${ruleText(rule)}, got ${ruleText(decided)}`);
  const denied = decision.action?.target ?? "";
  if (target !== undefined && target !== denied)
    found.push(`expected ${targetText(target)}, got ${targetText(denied)}`);
  return found;
}

function ruleText(rule: string): string {
  return rule === "" ? "no rule" : `rule \`${rule}\``;
}

function targetText(target: string): string {
  return target === "" ? "no target" : `target \`${target}\``;
}
