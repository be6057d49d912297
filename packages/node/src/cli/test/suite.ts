// Runs the tests of one policy, by its rules.

import { PolicyError } from "@a3s-sentry/core";
import { coverageOf, type PolicyTest, readTests, runTests } from "@a3s-sentry/core/tools";
import { fingerprintOfFiles, fingerprintSync, patternKey } from "../../daemon/policy/file-fingerprints.js";
import type { IncludeObserver } from "../../policy/include-files.js";
import { fileProblem } from "../../policy/policy-file.js";
import { judgeBy, type LookedAt, lookAt } from "../look-at.js";
import type { FileProblem, FileResult, Suite } from "./report.js";
import type { Target } from "./targets.js";

/** Runs the tests of a policy. Adds the fingerprints of all files that are read. */
export async function runSuite(
  { policy, tests }: Target,
  fingerprints: Map<string, string>,
  date: string | undefined,
): Promise<Suite> {
  const options = { date, ...noting(fingerprints) };
  const problems: FileProblem[] = [];
  const found: (PolicyTest & { readonly file: string })[] = [];
  let judged: LookedAt | undefined;
  for (const file of [policy, ...tests]) {
    await attempt(file, problems, async () => {
      const looked = lookAt(file, options);
      if (file === policy) judged = looked;
      const holds = file === policy ? "policy" : "tests";
      const read = await readTests(looked.source, { ...looked.options, holds });
      found.push(...read.tests.map((test) => ({ ...test, file: test.file ?? file })));
      problems.push(...read.diagnostics.map((problem) => ({ file: problem.file ?? file, problem })));
    });
  }
  const suite: Suite = { file: policy, problems, results: [], coverage: { rules: [], unfired: [] } };
  return judged === undefined ? suite : await judge(suite, judged, found, problems);
}

async function judge(
  suite: Suite,
  policy: LookedAt,
  tests: readonly (PolicyTest & { readonly file: string })[],
  problems: FileProblem[],
): Promise<Suite> {
  let ran: Pick<Suite, "results" | "coverage"> | undefined;
  await attempt(suite.file, problems, async () => {
    const sentry = await judgeBy(policy);
    const results = runTests(sentry, problems.length > 0 ? [] : tests).map(
      (result, index): FileResult => ({ ...result, file: tests[index]?.file ?? suite.file }),
    );
    ran = { results, coverage: coverageOf(sentry, results) };
    sentry.close();
  });
  if (problems.length === 0 && tests.length === 0) {
    const message = `\`${suite.file}\` has no tests, and none are in a file \`*.test.acl\` beside it`;
    problems.push({ file: suite.file, problem: fileProblem("test/none", message) });
  }
  return { ...suite, ...ran };
}

/** Keeps the errors of a policy as problems. */
async function attempt(file: string, problems: FileProblem[], work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    const errors = error.diagnostics.filter(({ severity }) => severity === "error");
    problems.push(...errors.map((problem) => ({ file: problem.file ?? file, problem })));
  }
}

function noting(fingerprints: Map<string, string>): IncludeObserver {
  return {
    onFile: (path) => fingerprints.set(path, fingerprintSync(path)),
    onPattern: (pattern, files) => fingerprints.set(patternKey(pattern), fingerprintOfFiles(files)),
  };
}
