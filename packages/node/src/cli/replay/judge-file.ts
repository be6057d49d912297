// Judges one transcript.

import type { Buffer } from "node:buffer";
import { createReadStream } from "node:fs";
import type { Sentry } from "@a3s-sentry/core";
import { errorText } from "../io.js";
import { lineBatches } from "../line-batches.js";
import { Findings, type Found, type Session } from "./findings.js";
import { type Placed, RecordJudge } from "./judge.js";
import { JudgedCalls } from "./judged-calls.js";
import { Transcript } from "./transcript.js";

/** Few enough to stay in a core's cache until they are judged. */
const CHUNK_BYTES = 256 * 1024;

/** Judges transcripts by one policy, one after the other. */
export class FileJudge {
  readonly #sentry: Sentry;
  readonly #judged = new JudgedCalls();

  /** The sentry must stay open. */
  constructor(sentry: Sentry) {
    this.#sentry = sentry;
  }

  /** What is found in a file, up to where it cannot be read. */
  async judge(file: string): Promise<Found> {
    const findings = new Findings();
    const judge = new RecordJudge(this.#sentry, findings, this.#judged);
    findings.found.files = 1;
    try {
      await judgeLines(file, judge, findings);
    } finally {
      judge.close();
    }
    return findings.found;
  }
}

async function judgeLines(file: string, judge: RecordJudge, findings: Findings): Promise<void> {
  const transcript = new Transcript();
  let session: Session | undefined;
  let id: string | undefined;
  let line = 0;
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
