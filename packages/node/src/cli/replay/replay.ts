// `replay PATH…`: what a policy would have done with what agents have already done.

import { Log } from "../../daemon/log.js";
import { showProgress } from "../../daemon/telemetry/progress-line.js";
import type { Sentry } from "../../sentry.js";
import { escapeTerminalJson } from "../../util/escape-terminal.js";
import { colorsFor, type ExitCode, type Io } from "../io.js";
import { openPolicy } from "../open-policy.js";
import { writeOut } from "../write.js";
import { isLarge, partsOf } from "./file-part.js";
import { FileThreads } from "./file-threads.js";
import { Findings } from "./findings.js";
import { writePage } from "./html-report.js";
import { FileJudge, type ReplayJob } from "./judge-file.js";
import type { ReplayOptions } from "./options.js";
import { textReport } from "./text-report.js";
import { transcriptFiles } from "./transcript-files.js";

/** Threads are started for a large file, or if there is more to judge after this time: they need as long to start. */
const ALONE_MS = 300;

/** Transcripts may have any size: counts and samples are kept in memory. */
export async function replay(paths: readonly string[], options: ReplayOptions, io: Io): Promise<ExitCode> {
  const sentry = await openPolicy(options, io.env);
  const findings = new Findings();
  const { totals } = findings.found;
  const counts = () => ({ events: totals.calls + totals.events, count: totals.stopped });
  const hideProgress = showProgress(new Log(io.stderr), counts, "stopped");
  try {
    await judgeAll(paths, sentry, findings);
  } finally {
    hideProgress();
    sentry.close();
  }
  const report = findings.report(options.policy);
  if (options.html !== undefined) writePage(options.html, report);
  const text = options.json
    ? `${escapeTerminalJson(JSON.stringify(report, null, 2))}\n`
    : textReport(report, { html: options.html, colors: colorsFor(io.stdout, io.env), columns: io.stdout.columns });
  await writeOut(io.stdout, text);
  return 0;
}

async function judgeAll(paths: readonly string[], sentry: Sentry, findings: Findings): Promise<void> {
  const judge = new FileJudge(sentry);
  const start = performance.now();
  let threads: FileThreads | "none" | undefined;
  const take = async (job: ReplayJob): Promise<void> => {
    if (threads === undefined || threads === "none") findings.merge(await judge.judge(job));
    else await threads.judge(job);
  };
  try {
    for await (const found of transcriptFiles(paths)) {
      const large = !("unreadable" in found) && (await isLarge(found.file));
      if (threads === undefined && (large || performance.now() - start > ALONE_MS)) {
        threads = FileThreads.start(sentry.spec(), (next) => findings.merge(next)) ?? "none";
      }
      if ("unreadable" in found) findings.unreadable(found.file, found.unreadable);
      else if (large) {
        findings.found.files += 1;
        for await (const part of partsOf(found.file, findings)) await take(part);
      } else await take(found.file);
    }
    if (threads !== undefined && threads !== "none") await threads.finish();
  } finally {
    if (threads !== undefined && threads !== "none") await threads.close();
  }
}
