// The result of tests as SARIF, which code hosts show beside the lines of a change.

import { reasonsOf, shareOf } from "@a3s-sentry/core/tools";
import { SarifBuilder, SarifResultBuilder, SarifRuleBuilder, SarifRunBuilder } from "node-sarif-builder";
import { escapeTerminalJson } from "../../util/escape-terminal.js";
import { VERSION } from "../../util/version.js";
import { isCovered, type TestReport } from "./report.js";

/** What is reported beside the codes of diagnostics. */
const RULES = {
  "test/failed": "A test of a policy failed.",
  "test/invalid": "The event of a test is not an event.",
  "test/coverage": "Too few rules of a policy are fired by a test.",
} as const;

interface Finding {
  readonly code: string;
  readonly message: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export function sarifReport(report: TestReport): string {
  const run = new SarifRunBuilder().initSimple({
    toolDriverName: "a3s-sentry",
    toolDriverVersion: VERSION,
    url: "https://github.com/A3S-Lab/a3s-sentry",
  });
  for (const [ruleId, shortDescriptionText] of Object.entries(RULES)) {
    run.addRule(new SarifRuleBuilder().initSimple({ ruleId, shortDescriptionText }));
  }
  for (const { code, message, file, line, column } of findings(report)) {
    const result = new SarifResultBuilder().initSimple({
      level: "error",
      ruleId: code,
      messageText: message,
      fileUri: file.split("/").map(encodeURIComponent).join("/"),
      startLine: line,
      startColumn: column,
    });
    run.addResult(result);
  }
  const builder = new SarifBuilder();
  builder.addRun(run);
  return `${escapeTerminalJson(builder.buildSarifJsonString({ indent: true }))}\n`;
}

function findings(report: TestReport): Finding[] {
  return report.suites.flatMap((suite) => [
    ...suite.problems.map(({ file, problem: { code, message, span } }) => ({ ...span, code, message, file })),
    ...suite.results.flatMap((result) => {
      if (result.outcome === "passed") return [];
      const { file, test, outcome } = result;
      return { ...test.span, code: `test/${outcome}`, message: `${test.name}: ${reasonsOf(result).join("; ")}`, file };
    }),
    ...(isCovered(suite, report) ? [] : [coverageFinding(suite.file, shareOf(suite.coverage), report)]),
  ]);
}

function coverageFinding(file: string, percent: number, { minCoverage }: TestReport): Finding {
  const message = `${Math.floor(percent)} % of rules fired, expected ${minCoverage} %`;
  return { code: "test/coverage", message, file, line: 1, column: 1 };
}
