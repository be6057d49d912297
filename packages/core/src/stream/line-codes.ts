// The codes of all lines of a text.

import type { Engine } from "../engine/engine.js";
import { EngineFailure } from "../engine/engine-failure.js";
import { MALFORMED_CODE } from "../engine/judgement-code.js";
import { MAX_CHUNK_BYTES, MAX_LINE_BYTES } from "../generated/boundary.js";

const NEWLINE = 10;

/**
 * One code for each line, `FAILED_CODE` for a line on which the engine fails. The last line needs
 * no newline.
 */
export function lineCodes(engine: Engine, lines: Uint8Array): number[] {
  const codes: number[] = [];
  for (let start = 0; start < lines.length; ) {
    const end = endOfPiece(lines, start);
    const piece = lines.subarray(start, end);
    if (piece.length <= MAX_CHUNK_BYTES && piece.at(-1) === NEWLINE)
      for (const code of pieceCodes(engine, piece)) codes.push(code);
    else codes.push(lineCode(engine, piece));
    start = end;
  }
  return codes;
}

/**
 * The end of as many whole lines as the engine takes in one call; or of one line that is longer, or
 * has no newline.
 */
function endOfPiece(lines: Uint8Array, start: number): number {
  const last = lines.subarray(start, start + MAX_CHUNK_BYTES).lastIndexOf(NEWLINE);
  if (last !== -1) return start + last + 1;
  const next = lines.indexOf(NEWLINE, start);
  return next === -1 ? lines.length : next + 1;
}

function pieceCodes(engine: Engine, piece: Uint8Array): number[] {
  try {
    return engine.lineCodes(piece);
  } catch (error) {
    if (!(error instanceof EngineFailure)) throw error;
  }
  const codes: number[] = [];
  for (let start = 0; start < piece.length; ) {
    const end = piece.indexOf(NEWLINE, start) + 1;
    codes.push(lineCode(engine, piece.subarray(start, end)));
    start = end;
  }
  return codes;
}

function lineCode(engine: Engine, line: Uint8Array): number {
  const bytes = line.at(-1) === NEWLINE ? line.subarray(0, -1) : line;
  return bytes.length > MAX_LINE_BYTES ? MALFORMED_CODE : engine.judge(bytes);
}
