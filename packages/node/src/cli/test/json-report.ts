// The result of tests as JSON.

import { reasonsOf, shareOf } from "@a3s-sentry/core/tools";
import { escapeTerminalJson } from "../../util/escape-terminal.js";
import type { FileResult, TestReport } from "./report.js";

/** One object: `passed`, and for each policy its problems, results and coverage. */
export function jsonReport({ suites, passed }: TestReport): string {
  const policies = suites.map(({ file, problems, results, coverage }) => ({
    file,
    problems: problems.map(({ file: place, problem }) => ({ ...problem, file: place })),
    tests: results.map(testOf),
    coverage: { ...coverage, percent: shareOf(coverage) },
  }));
  return `${escapeTerminalJson(JSON.stringify({ passed, policies }, null, 2))}\n`;
}

function testOf(result: FileResult): object {
  const { test, file, outcome } = result;
  const { name, span, expect, rule, target } = test;
  const { line, column } = span;
  const expected = { verdict: expect, rule, target };
  const explanation = outcome === "failed" ? { explanation: result.explanation } : {};
  return { name, file, line, column, outcome, expected, reasons: reasonsOf(result), ...explanation };
}
