// `eval CORPUS…`: measures how well a policy separates attacks from benign work, on labelled
// events.

import type { Buffer } from "node:buffer";
import { type FileHandle, open } from "node:fs/promises";
import type { Sentry } from "../../sentry.js";
import { formatCount } from "../../util/format.js";
import { CliError, colorsFor, type ExitCode, errorText, type Io } from "../io.js";
import { lineBatches } from "../line-batches.js";
import { openPolicy } from "../open-policy.js";
import { writeOut } from "../write.js";
import { classifyAll } from "./classify.js";
import { DecisionsFile } from "./decisions.js";
import { type CorpusRecord, corpusRecord } from "./record.js";
import { Score } from "./score.js";
import { scoreTable } from "./table.js";

export interface EvalOptions {
  readonly policy?: string;
  readonly date?: string;
  readonly decisions?: string;
}

interface Corpus {
  readonly path: string;
  readonly file: FileHandle;
}

interface Counts {
  lines: number;
  notEvents: number;
  unlabelled: number;
}

/** Stands for a line that is too long. */
const NO_RECORD: CorpusRecord = { group: "all", event: "" };

/** Corpora may have any size: only counts are kept in memory. */
export async function evaluate(paths: readonly string[], options: EvalOptions, io: Io): Promise<ExitCode> {
  const sentry = await openPolicy(options, io.env);
  const corpora: Corpus[] = [];
  let out: DecisionsFile | undefined;
  try {
    for (const path of paths) corpora.push({ path, file: await openCorpus(path) });
    const files = corpora.map(({ file }) => file);
    if (options.decisions !== undefined) out = await DecisionsFile.open(options.decisions, files);
    const score = new Score();
    const counts: Counts = { lines: 0, notEvents: 0, unlabelled: 0 };
    for (const corpus of corpora) await judge(corpus, sentry, score, counts, out);
    await out?.flush(1);
    await writeOut(
      io.stdout,
      `${scoreTable(score, colorsFor(io.stdout, io.env))}\n${notes(counts, options.decisions)}\n`,
    );
    return 0;
  } finally {
    sentry.close();
    for (const { file } of corpora) await file.close();
    await out?.close();
  }
}

async function openCorpus(path: string): Promise<FileHandle> {
  try {
    const file = await open(path, "r");
    if (!(await file.stat()).isDirectory()) return file;
    await file.close();
  } catch (error) {
    throw new CliError(`cannot read the corpus \`${path}\`: ${errorText(error)}`, { cause: error });
  }
  throw new CliError(`cannot read the corpus \`${path}\`: it is a directory`);
}

async function judge(
  corpus: Corpus,
  sentry: Sentry,
  score: Score,
  counts: Counts,
  out: DecisionsFile | undefined,
): Promise<void> {
  for await (const lines of lineBatches(bytesOf(corpus))) {
    const records = lines.map((line) => (line === null ? NO_RECORD : corpusRecord(line)));
    const decisions = classifyAll(
      sentry,
      records.map(({ event }) => event),
    );
    for (const [i, record] of records.entries()) {
      const decision = decisions[i] ?? null;
      counts.lines += 1;
      if (decision === null) counts.notEvents += 1;
      if (record.label === undefined) counts.unlabelled += 1;
      else score.add(record.group, record.label, decision?.verdict ?? null);
      out?.add(decision);
    }
    await out?.flush();
  }
}

async function* bytesOf({ path, file }: Corpus): AsyncGenerator<Buffer> {
  try {
    yield* file.createReadStream({ autoClose: false, highWaterMark: 256 * 1024 });
  } catch (error) {
    throw new CliError(`cannot read the corpus \`${path}\`: ${errorText(error)}`, { cause: error });
  }
}

function notes({ lines, notEvents, unlabelled }: Counts, decisions: string | undefined): string {
  const parts = [formatCount(lines, "line")];
  if (unlabelled > 0)
    parts.push(`${formatCount(unlabelled, "line")} without the label \`allow\` or \`block\`, not in the table`);
  if (notEvents > 0)
    parts.push(`${formatCount(notEvents, "line")} not an event, counted as neither blocked nor flagged`);
  if (decisions !== undefined) parts.push(`decisions in ${decisions}`);
  return parts.join("; ");
}
