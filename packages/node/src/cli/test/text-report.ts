// The result of tests as text for people.

import type { Decision } from "@a3s-sentry/core";
import { reasonsOf, shareOf } from "@a3s-sentry/core/tools";
import { escapeTerminal } from "../../util/escape-terminal.js";
import { formatCount } from "../../util/format.js";
import { explanationText } from "../explain-text.js";
import { coloredFrame } from "../frame.js";
import type { Colors } from "../io.js";
import { type FileResult, isCovered, placeOf, type Suite, type TestReport } from "./report.js";

/** For each policy what failed, with the explanation of what happened instead, and the coverage. */
export function textReport(report: TestReport, colors: Colors): string {
  const parts = report.suites.flatMap((suite) => [
    ...suite.problems.map(({ problem }) => coloredFrame(problem, colors)),
    ...suite.results.filter(({ outcome }) => outcome !== "passed").map((result) => failure(result, colors)),
    summary(suite, report, colors),
  ]);
  return `${parts.join("\n\n")}\n`;
}

function failure(result: FileResult, colors: Colors): string {
  const { test, file } = result;
  const head = `${colors.red(colors.bold("failed"))} ${colors.bold(escapeTerminal(test.name))}`;
  const lines = [head, `  ${colors.cyan(escapeTerminal(placeOf(file, test)))}`];
  for (const reason of reasonsOf(result)) lines.push(`  ${escapeTerminal(reason)}`);
  if (result.outcome !== "failed") return lines.join("\n");
  const { explanation } = result;
  const decision: Decision = explanation.decision;
  return [...lines, "", indented(explanationText(explanation, decision, colors))].join("\n");
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, "    ");
}

function summary(suite: Suite, report: TestReport, colors: Colors): string {
  const { file, results, coverage } = suite;
  const passed = results.filter(({ outcome }) => outcome === "passed").length;
  const failed = results.length - passed;
  const counts = [
    ...(suite.problems.length > 0 ? [colors.red(formatCount(suite.problems.length, "error"))] : []),
    ...(failed > 0 ? [colors.red(`${failed} failed`)] : []),
    ...(results.length > 0 ? [passed > 0 && failed === 0 ? colors.green(`${passed} passed`) : `${passed} passed`] : []),
  ];
  const lines = [`${escapeTerminal(file)}: ${counts.join(", ")}`];
  const { rules, unfired } = coverage;
  if (results.length > 0 && rules.length > 0) {
    const share = `${Math.floor(shareOf(coverage))} % of ${formatCount(rules.length, "rule")} fired`;
    const names = unfired.length === 0 ? "" : `; not fired: ${unfired.map(escapeTerminal).join(", ")}`;
    const isEnough = isCovered(suite, report);
    lines.push(`  ${isEnough ? share : colors.red(`${share}, expected ${report.minCoverage} %`)}${names}`);
  }
  return lines.join("\n");
}
