// `replay PATH…`: what a policy would have done with what agents have already done.

import type { Buffer } from "node:buffer";
import { createReadStream } from "node:fs";
import { Log } from "../../daemon/log.js";
import { showProgress } from "../../daemon/telemetry/progress-line.js";
import type { Sentry } from "../../sentry.js";
import { escapeTerminalJson } from "../../util/escape-terminal.js";
import { colorsFor, type ExitCode, errorText, type Io } from "../io.js";
import { lineBatches } from "../line-batches.js";
import { openPolicy } from "../open-policy.js";
import { writeOut } from "../write.js";
import { Findings, type Session } from "./findings.js";
import { writePage } from "./html-report.js";
import { type Placed, RecordJudge } from "./judge.js";
import type { ReplayOptions } from "./options.js";
import { textReport } from "./text-report.js";
import { Transcript } from "./transcript.js";
import { transcriptFiles } from "./transcript-files.js";

/** Few enough to stay in a core's cache until they are judged. */
const CHUNK_BYTES = 256 * 1024;

/** Transcripts may have any size: counts and samples are kept in memory. */
export async function replay(paths: readonly string[], options: ReplayOptions, io: Io): Promise<ExitCode> {
  const sentry = await openPolicy(options, io.env);
  const findings = new Findings();
  const { totals } = findings;
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
  const judge = new RecordJudge(sentry, findings);
  try {
    for await (const found of transcriptFiles(paths)) {
      if ("unreadable" in found) findings.unreadable(found.file, found.unreadable);
      else await judgeFile(found.file, judge, findings);
    }
  } finally {
    judge.close();
  }
}

async function judgeFile(file: string, judge: RecordJudge, findings: Findings): Promise<void> {
  const transcript = new Transcript();
  let session: Session | undefined;
  let id: string | undefined;
  let line = 0;
  findings.files += 1;
  for await (const batch of readable(file, findings)) {
    const placed: Placed[] = [];
    for (const bytes of batch) {
      line += 1;
      const place = { file, line };
      if (bytes === null) {
        findings.skip("tooLong", place);
        continue;
      }
      const read = transcript.read(bytes);
      if (read.format === "unknown") findings.skip("unknown", place);
      if (read.recorded.length === 0) continue;
      const { session: next } = transcript.context;
      if (session === undefined || next !== id) session = findings.session(file, next, transcript.format);
      id = next;
      for (const recorded of read.recorded) placed.push({ recorded, session, place });
    }
    findings.lines += batch.length;
    await judge.judge(placed);
  }
}

/** The lines of a file, up to where it cannot be read. */
async function* readable(file: string, findings: Findings): AsyncGenerator<readonly (Buffer | null)[]> {
  try {
    yield* lineBatches(createReadStream(file, { highWaterMark: CHUNK_BYTES }));
  } catch (error) {
    findings.unreadable(file, errorText(error));
  }
}
