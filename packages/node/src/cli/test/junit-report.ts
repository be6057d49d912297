// The result of tests as JUnit XML, which servers of continuous integration read.

import { reasonsOf, shareOf } from "@a3s-sentry/core/tools";
import builders from "junit-report-builder";
import pc from "picocolors";
import { escapeTerminal, escapeTerminalLines } from "../../util/escape-terminal.js";
import { explanationText } from "../explain-text.js";
import { isCovered, type Suite, type TestReport } from "./report.js";

/** Its types are those of another module system: there, the builder is a member. */
const BUILDER = builders as unknown as typeof builders.default;

const PLAIN = pc.createColors(false);

/** A suite for each policy. Problems of a policy, and missing coverage, are failed cases. */
export function junitReport(report: TestReport): string {
  // The builder is one for the process, which prints one report.
  for (const suite of report.suites) {
    const name = escapeTerminal(suite.file);
    const cases = BUILDER.testSuite().name(name);
    const add = (test: string, file: string) => cases.testCase().className(name).name(test).file(escapeTerminal(file));
    for (const { file, problem } of suite.problems) {
      add(problem.code, file).error(escapeTerminal(problem.message), problem.code, escapeTerminalLines(problem.frame));
    }
    for (const result of suite.results) {
      const test = add(escapeTerminal(result.test.name), result.file);
      const reasons = reasonsOf(result).map(escapeTerminal).join("; ");
      if (result.outcome === "failed") {
        const { explanation } = result;
        const text = `${reasons}\n\n${explanationText(explanation, explanation.decision, PLAIN)}`;
        test.failure(escapeTerminalLines(text), "failed");
      } else if (result.outcome === "invalid") {
        test.error(reasons, "invalid");
      }
    }
    if (!isCovered(suite, report)) add("coverage", suite.file).failure(coverageText(suite, report), "coverage");
  }
  return `${BUILDER.build()}\n`;
}

function coverageText({ coverage }: Suite, { minCoverage }: TestReport): string {
  const percent = Math.floor(shareOf(coverage));
  return `${percent} % of rules fired, expected ${minCoverage} %; not fired: ${escapeTerminal(coverage.unfired.join(", "))}`;
}
