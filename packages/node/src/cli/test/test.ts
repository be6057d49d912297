// `test FILE…`: runs the tests of policies, once or after each change.

import { watchFiles } from "../../daemon/policy/watch-files.js";
import { CliError, colorsFor, type ExitCode, type Io } from "../io.js";
import { untilSignalled } from "../signals.js";
import { writeOut } from "../write.js";
import type { TestCommandOptions } from "./options.js";
import { isCovered, type Suite, type TestReport } from "./report.js";
import { runSuite } from "./suite.js";
import { targetsOf } from "./targets.js";
import { textReport } from "./text-report.js";

const LONG_MS = 1_000_000_000;

/** Runs all tests of each file. Exits with 1 if a test fails, or too few rules are covered. */
export async function test(files: readonly string[], options: TestCommandOptions, io: Io): Promise<ExitCode> {
  if (options.watch) return await testAndWatch(files, options, io);
  const { report } = await run(files, options);
  await writeOut(io.stdout, await render(report, options, io));
  return report.passed ? 0 : 1;
}

/** Runs the tests again after each change of a file that they read, until a signal. */
async function testAndWatch(files: readonly string[], options: TestCommandOptions, io: Io): Promise<ExitCode> {
  if (options.format !== undefined && options.format !== "text") {
    throw new CliError("`--watch` prints text: leave out `--format`");
  }
  return await untilSignalled<ExitCode>(async (signal) => {
    let fingerprints: ReadonlyMap<string, string> = new Map();
    const again = async (): Promise<void> => {
      const ran = await run(files, options);
      fingerprints = ran.fingerprints;
      await writeOut(io.stdout, `${await render(ran.report, options, io)}\nwaiting for a change; Ctrl-C ends\n`);
    };
    await again();
    // Waiting for changes does not keep the process alive.
    const timer = setInterval(() => {}, LONG_MS);
    await watchFiles(() => fingerprints, again, signal);
    clearInterval(timer);
    return 0;
  });
}

interface Ran {
  readonly report: TestReport;
  readonly fingerprints: ReadonlyMap<string, string>;
}

async function run(files: readonly string[], { minCoverage, date }: TestCommandOptions): Promise<Ran> {
  const fingerprints = new Map<string, string>();
  const suites: Suite[] = [];
  for (const target of targetsOf(files)) suites.push(await runSuite(target, fingerprints, date));
  const limit = minCoverage === undefined ? {} : { minCoverage };
  const passed = suites.every((suite) => {
    const isGood = suite.problems.length === 0 && suite.results.every(({ outcome }) => outcome === "passed");
    return isGood && isCovered(suite, limit);
  });
  return { report: { suites, passed, ...limit }, fingerprints };
}

/** Each format loads its own library. */
async function render(
  report: TestReport,
  { format = "text" }: TestCommandOptions,
  { stdout, env }: Io,
): Promise<string> {
  switch (format) {
    case "json":
      return (await import("./json-report.js")).jsonReport(report);
    case "junit":
      return (await import("./junit-report.js")).junitReport(report);
    case "sarif":
      return (await import("./sarif-report.js")).sarifReport(report);
    case "text":
      return textReport(report, colorsFor(stdout, env));
  }
}
