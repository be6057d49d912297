// The codes of all lines of a text.

import type { Engine } from "../engine/engine.js";
import { EngineFailure } from "../engine/engine-failure.js";
import { FAILED_CODE } from "../engine/judgement-code.js";
import { MAX_CHUNK_BYTES } from "../generated/boundary.js";

const NEWLINE = 10;

/**
 * The codes of all lines: one for each line, `FAILED_CODE` for a line on which the engine fails, and
 * further ones of the same line if it is damaged and contains several parts. The last line needs no
 * newline.
 */
export function lineCodes(engine: Engine, lines: Uint8Array): number[] {
  const codes: number[] = [];
  for (const piece of piecesOf(lines)) for (const code of pieceCodes(engine, piece)) codes.push(code);
  return codes;
}

/** Cuts lines into pieces of whole lines of at most so many bytes, or of one longer line. */
export function* piecesOf(lines: Uint8Array, bytes = MAX_CHUNK_BYTES): Generator<Uint8Array> {
  for (let start = 0; start < lines.length; ) {
    const end = endOfPiece(lines, start, bytes);
    yield lines.subarray(start, end);
    start = end;
  }
}

/** The end of as many whole lines as fit; or of one line that is longer, or has no newline. */
function endOfPiece(lines: Uint8Array, start: number, bytes: number): number {
  const last = lines.subarray(start, start + bytes).lastIndexOf(NEWLINE);
  return last === -1 ? endOfLine(lines, start) : start + last + 1;
}

function endOfLine(lines: Uint8Array, start: number): number {
  const next = lines.indexOf(NEWLINE, start);
  return next === -1 ? lines.length : next + 1;
}

/** If the engine fails on several lines, they are judged one by one. */
export function pieceCodes(engine: Engine, piece: Uint8Array): number[] {
  try {
    return engine.lineCodes(piece.at(-1) === NEWLINE ? piece : withNewline(piece));
  } catch (error) {
    if (!(error instanceof EngineFailure)) throw error;
  }
  const end = endOfLine(piece, 0);
  if (end === piece.length) return [FAILED_CODE];
  const codes: number[] = [];
  for (let start = 0; start < piece.length; ) {
    const next = endOfLine(piece, start);
    for (const code of pieceCodes(engine, piece.subarray(start, next))) codes.push(code);
    start = next;
  }
  return codes;
}

function withNewline(line: Uint8Array): Uint8Array {
  const ended = new Uint8Array(line.length + 1);
  ended.set(line);
  ended[line.length] = NEWLINE;
  return ended;
}
