// Takes the large strings out of a frame: they are judged, searched and passed on as they are written.
// To decode a text of 1 MB and write it again takes longer than all else that is done with it.

import { Buffer, isUtf8 } from "node:buffer";
import { randomBytes } from "node:crypto";
import { JsonText } from "@a3s-sentry/core/host";
import { MAX_INPUT_BYTES } from "../hosts/read-json.js";
import { plainStringEnd } from "./plain-string.js";
import { safeJson } from "./safe-json.js";

/** Shorter frames, and shorter strings, are read as usual. In bytes. */
const MIN_FRAME = 32 * 1024;
const MIN_STRING = 512;
/** Strings of a frame itself, its `params` and its `result` have a meaning, such as the name of a tool. */
const MIN_DEPTH = 3;
/** Of the number of a string: a frame has at most 32,768 large ones. */
const DIGITS = 5;

const [QUOTE, BACKSLASH, COLON] = [0x22, 0x5c, 0x3a];
const OPENING = new Set([0x7b, 0x5b]);
const CLOSING = new Set([0x7d, 0x5d]);
const BLANK = new Set([0x20, 0x09, 0x0a, 0x0d]);

/** A frame with marks in the place of its large strings. It is not checked otherwise. */
export interface Outline {
  readonly json: Buffer;
  readonly strings: LargeStrings;
}

/** The strings that were taken out of a frame, as the proxy writes them. */
export class LargeStrings {
  readonly #marks: Marks;
  readonly #strings: readonly Buffer[];

  constructor(marks: Marks, strings: readonly Buffer[]) {
    this.#marks = marks;
    this.#strings = strings;
  }

  /** JSON text with the strings in the place of their marks. */
  spliced(json: string): JsonText {
    const parts: (string | Buffer)[] = [];
    let rest = json;
    for (let mark = this.#marks.first(rest); mark !== undefined; mark = this.#marks.first(rest)) {
      parts.push(rest.slice(0, mark.start), this.#strings[mark.number] ?? "");
      rest = rest.slice(mark.end);
    }
    return new JsonText([...parts, rest]);
  }

  /** Whether one of them has a text of ASCII letters, which are never escaped in them. */
  include(letters: string): boolean {
    return this.#strings.some((string) => string.includes(letters, 0, "latin1"));
  }
}

/** The frame without its large strings; `undefined` if there is none, or if one of them has to be read. */
export function withoutLargeStrings(line: Uint8Array): Outline | undefined {
  if (line.length < MIN_FRAME || line.length > MAX_INPUT_BYTES || !isUtf8(line)) return undefined;
  const text = Buffer.from(line.buffer, line.byteOffset, line.length);
  const marks = new Marks();
  const [parts, strings]: [Buffer[], Buffer[]] = [[], []];
  let [depth, taken] = [0, 0];
  for (let at = 0; at < text.length; at++) {
    const byte = text[at] ?? 0;
    if (OPENING.has(byte)) depth++;
    else if (CLOSING.has(byte)) depth--;
    if (byte !== QUOTE) continue;
    const start = at + 1;
    const plain = plainStringEnd(text, start);
    at = plain ?? endOfString(text, start);
    if (at - start < MIN_STRING || depth < MIN_DEPTH || isKey(text, at)) continue;
    const string = plain === undefined ? rewritten(text.subarray(start - 1, at + 1)) : text.subarray(start, at);
    if (string === undefined) return undefined;
    parts.push(text.subarray(taken, start), marks.of(strings.length));
    strings.push(string);
    taken = at;
  }
  if (strings.length === 0) return undefined;
  return { json: Buffer.concat([...parts, text.subarray(taken)]), strings: new LargeStrings(marks, strings) };
}

/**
 * A string of JSON as the proxy writes it, without its quotes. `undefined` if it has to be read: it has a
 * character that is judged as it is, and passed on as an escape or as another.
 */
function rewritten(literal: Buffer): Buffer | undefined {
  try {
    const value: unknown = JSON.parse(literal.toString());
    const json = JSON.stringify(value);
    return safeJson(value) === json ? Buffer.from(json.slice(1, -1)) : undefined;
  } catch {
    // It is not JSON, and neither is the frame.
    return undefined;
  }
}

/** Texts that no frame has: they are random, and nobody learns them. */
class Marks {
  readonly #random = randomBytes(16).toString("hex");

  of(number: number): Buffer {
    return Buffer.from(this.#random + number.toString().padStart(DIGITS, "0"));
  }

  /** The first mark in a text. */
  first(text: string): { readonly start: number; readonly end: number; readonly number: number } | undefined {
    const start = text.indexOf(this.#random);
    if (start === -1) return undefined;
    const digits = start + this.#random.length;
    const end = digits + DIGITS;
    return { start, end, number: Number(text.slice(digits, end)) };
  }
}

/** The place of the quote that closes a string; the end of the text if none does. */
function endOfString(text: Buffer, start: number): number {
  let at = text.indexOf(QUOTE, start);
  while (at !== -1) {
    let escapes = 0;
    while (text[at - 1 - escapes] === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return at;
    at = text.indexOf(QUOTE, at + 1);
  }
  return text.length;
}

/** Whether the string that ends at a place is the name of a member. */
function isKey(text: Buffer, end: number): boolean {
  let at = end + 1;
  while (BLANK.has(text[at] ?? 0)) at++;
  return text[at] === COLON;
}
