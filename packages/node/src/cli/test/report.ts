// What a run of tests has found, for all formats.

import type { Diagnostic } from "@a3s-sentry/core";
import { type Coverage, type PolicyTest, shareOf, type TestResult } from "@a3s-sentry/core/tools";

/** The tests of one policy: its own, those of included files, and those in files beside it. */
export interface Suite {
  /** The file of the policy. */
  readonly file: string;
  /** What keeps the tests from running: problems of the policy or of a test, or that there is none. */
  readonly problems: readonly FileProblem[];
  /** Empty if there are problems. */
  readonly results: readonly FileResult[];
  readonly coverage: Coverage;
}

/** A problem and its file. */
export interface FileProblem {
  readonly file: string;
  readonly problem: Diagnostic;
}

/** A result, and the file of its test. */
export type FileResult = TestResult & { readonly file: string };

export interface TestReport {
  readonly suites: readonly Suite[];
  /** Whether everything is as it should be. */
  readonly passed: boolean;
  /** The least percentage of rules that a test must fire, if one is asked for. */
  readonly minCoverage?: number;
}

/** Whether enough rules are covered. */
export function isCovered({ coverage }: Suite, { minCoverage = 0 }: Pick<TestReport, "minCoverage">): boolean {
  return shareOf(coverage) >= minCoverage;
}

/** Where a test is, as editors and terminals link it. */
export function placeOf(file: string, { span }: Pick<PolicyTest, "span">): string {
  return `${file}:${span.line}:${span.column}`;
}
