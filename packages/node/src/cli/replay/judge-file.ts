// Judges one transcript, or a part of one.

import type { Buffer } from "node:buffer";
import { createReadStream } from "node:fs";
import type { Sentry } from "@a3s-sentry/core";
import { errorText } from "../io.js";
import { lineBatches } from "../line-batches.js";
import { type FilePart, linesOf } from "./file-part.js";
import { Findings, type Found, type Session } from "./findings.js";
import { type Placed, RecordJudge } from "./judge.js";
import { JudgedCalls } from "./judged-calls.js";
import { Transcript } from "./transcript.js";

/** Few enough to stay in a core's cache until they are judged. */
const CHUNK_BYTES = 256 * 1024;

/** A transcript, by its path, or a part of one. */
export type ReplayJob = string | FilePart;

/** Judges transcripts by one policy, one after the other. */
export class FileJudge {
  readonly #sentry: Sentry;
  readonly #judged = new JudgedCalls();

  /** The sentry must stay open. */
  constructor(sentry: Sentry) {
    this.#sentry = sentry;
  }

  /** What is found in a file, up to where it cannot be read, or in a part. Only whole files are counted. */
  async judge(job: ReplayJob): Promise<Found> {
    const findings = new Findings();
    const judge = new RecordJudge(this.#sentry, findings, this.#judged);
    try {
      if (typeof job === "string") {
        findings.found.files = 1;
        await judgeLines({ file: job, before: 0, state: NOTHING }, readable(job, findings), judge, findings);
      } else {
        await judgeLines(job, [linesOf(job)], judge, findings);
      }
    } finally {
      judge.close();
    }
    return findings.found;
  }
}

const NOTHING = { context: {} };

type Batches = AsyncIterable<readonly (Buffer | null)[]> | Iterable<readonly (Buffer | null)[]>;

async function judgeLines(
  { file, before, state }: Pick<FilePart, "file" | "before" | "state">,
  batches: Batches,
  judge: RecordJudge,
  findings: Findings,
): Promise<void> {
  const transcript = new Transcript(state);
  let session: Session | undefined;
  let id: string | undefined;
  let line = before;
  for await (const batch of batches) {
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
      if (session === undefined || next !== id) {
        session = findings.session(file, next, transcript.format, (name) => judge.nameShown(name));
      }
      id = next;
      for (const recorded of read.recorded) placed.push({ recorded, session, place });
    }
    findings.found.lines += batch.length;
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
