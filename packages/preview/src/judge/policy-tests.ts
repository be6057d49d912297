// The tests of a policy as the worker runs them. The core's tools are a module of their own, loaded
// with the first call.

import type { Diagnostic } from "@a3s-sentry/core";
import { mayHaveTests } from "../acl/may-have-tests.js";
import type { Sentry } from "./load-core.js";
import { optionsFor } from "./open-policy.js";
import type { PolicyText, RanTest, TestRun } from "./protocol.js";

/** Runs the tests in a policy by a sentry that has it. Tests with problems are left out. */
export async function runTestsOf(sentry: Sentry, policy: PolicyText): Promise<TestRun> {
  const tools = await import("@a3s-sentry/core/tools");
  const { tests, diagnostics } = await tools.readTests(policy.text, optionsFor(policy));
  const results = tools.runTests(sentry, tests);
  const ran = results.map((result): RanTest => {
    const { test, outcome } = result;
    const reasons = tools.reasonsOf(result);
    const decision = outcome === "invalid" ? {} : { decision: result.explanation.decision };
    const { name, span, event, file } = test;
    return { name, span, event, ...(file !== undefined && { file }), outcome, reasons, ...decision };
  });
  return { policy: policy.text, tests: ran, problems: diagnostics, coverage: tools.coverageOf(sentry, results) };
}

/** The problems of the tests in a policy. */
export async function problemsOfTests(policy: PolicyText): Promise<readonly Diagnostic[]> {
  if (!mayHaveTests(policy)) return [];
  const tools = await import("@a3s-sentry/core/tools");
  return (await tools.readTests(policy.text, optionsFor(policy))).diagnostics;
}

/** A test of an event, with the decision that it has. */
export async function testOf(sentry: Sentry, event: string): Promise<string> {
  const tools = await import("@a3s-sentry/core/tools");
  return await tools.writeTest(sentry, event);
}
