// Cuts large transcripts into parts, which threads judge by themselves.

import { Buffer } from "node:buffer";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { errorText } from "../io.js";
import { lineBatches } from "../line-batches.js";
import type { Findings } from "./findings.js";
import { Transcript, type TranscriptState } from "./transcript.js";

/** From this size on, a transcript is cut. Smaller ones are as many as there are sessions: a thread reads each by itself. */
const LARGE_BYTES = 64 * 1024 * 1024;
/** Large enough that a part takes much longer than to pass it to a thread. */
const PART_BYTES = 1024 * 1024;
const NEWLINE = 0x0a;
const EMPTY = Buffer.alloc(0);

/** Lines of a transcript that follow each other. */
export interface FilePart {
  readonly file: string;
  /** The number of the file's lines before the part. */
  readonly before: number;
  /** What those lines say of the lines in the part. */
  readonly state: TranscriptState;
  /** The lines with newlines between them. */
  readonly text: Uint8Array;
  /** Which of the lines, counted from 0, were too long: they are empty in the text. */
  readonly tooLong: readonly number[];
}

/** Whether a file is to be cut. One that cannot be looked at is not. */
export async function isLarge(file: string): Promise<boolean> {
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  return size >= LARGE_BYTES;
}

/**
 * The parts of a file in order, up to where it cannot be read, which is reported to `findings`. Lines
 * are read here for what they say of later ones, and once more where they are judged.
 */
export async function* partsOf(file: string, findings: Findings): AsyncGenerator<FilePart> {
  const transcript = new Transcript();
  let before = 0;
  try {
    for await (const batch of lineBatches(createReadStream(file, { highWaterMark: PART_BYTES }))) {
      if (batch.length === 0) continue;
      const { state } = transcript;
      for (const line of batch) if (line !== null) transcript.read(line);
      yield { file, before, state, ...joined(batch) };
      before += batch.length;
    }
  } catch (error) {
    findings.unreadable(file, errorText(error));
  }
}

function joined(batch: readonly (Buffer | null)[]): Pick<FilePart, "text" | "tooLong"> {
  const size = batch.reduce((sum, line) => sum + (line?.length ?? 0) + 1, -1);
  // With memory of its own, which can be passed to a thread.
  const text = new Uint8Array(size);
  const tooLong: number[] = [];
  let at = 0;
  for (const [index, line] of batch.entries()) {
    if (line === null) tooLong.push(index);
    text.set(line ?? EMPTY, at);
    at += line?.length ?? 0;
    if (at < size) text[at++] = NEWLINE;
  }
  return { text, tooLong };
}

/** The lines of a part; `null` for one that was too long. */
export function linesOf({ text, tooLong }: FilePart): (Buffer | null)[] {
  const bytes = Buffer.from(text.buffer, text.byteOffset, text.length);
  const lines: (Buffer | null)[] = [];
  let start = 0;
  for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  lines.push(bytes.subarray(start));
  for (const index of tooLong) lines[index] = null;
  return lines;
}
